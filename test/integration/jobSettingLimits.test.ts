import { expect, jest, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { proveKey, tryKey } from "../../kinds/materializedView/keyProof.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { jobSettingProblems } from "../../postgres/jobSession.ts";
import { runMatview } from "../support/dashboard.ts";
import { withDatabase, withServer } from "../support/database.ts";
import { change, one, run, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const VIEW = "public.mv";

/** The verdict of the spot checks, made as a process of its own. */
async function spotVerdict(url: string, check: string): Promise<string | undefined> {
  const { stdout } = await runMatview(["verify", VIEW, "--json", "--spot-check", check], url);
  const [verified] = JSON.parse(stdout) as { checks: { name: string; verdict: string }[] }[];
  return verified?.checks.find(({ name }) => name === "spot checks")?.verdict;
}

test("a setting that the connected role may not make is named, without its value, and the rest is made", async () => {
  await withDatabase(
    async (database) => {
      const [owner, deployer] = [await database.createRole({ prefix: "owner" }), await database.createRole()];
      await run(
        database,
        "create table public.msj as select 1 as id, timestamptz '2026-01-02 01:30+00' as t",
        `grant select on public.msj to ${owner}, ${deployer}`,
        `grant create on schema public to ${owner}, ${deployer}`,
        `grant ${owner} to ${deployer}`,
        `alter role ${owner} set session_replication_role = 'replica'`,
        `alter role ${owner} set timezone = 'Asia/Tokyo'`,
        `alter role ${owner} set app.secreto = 'hunter2'`,
      );
      const desired: DesiredView = {
        schema: "public",
        name: "mv",
        definition:
          "select id, t::text as instante, current_setting('session_replication_role') as modo from public.msj",
        uniqueKey: ["id"],
        owner,
      };
      await change(database, desired, undefined, deployer);
      const warnings = await withViewSession(
        database,
        async (session) => materializedViewKind.warnings?.(session, desired),
        deployer,
      );
      const line =
        `sessions of role ${owner} have session_replication_role set, and the connected role may not set it: rows that depend on it may ` +
        "differ from those of the job, until the job's next run; connect as a superuser, or, from PostgreSQL 15 on, grant set on parameter " +
        "session_replication_role to the connected role";
      expect(warnings?.filter((warning) => warning.includes("sessions of"))).toEqual([line]);
      // A preview counts with what it may make, though all at once is refused.
      const source = { definition: "select id from public.msj where t::text = '2026-01-02 10:30:00+09'", owner };
      const counted = await withViewSession(
        database,
        ({ target }) => tryKey(target, { source, key: ["id"] }, 5_000),
        deployer,
      );
      expect(counted?.rows).toBe(1);
      const { code, stderr } = await runMatview(
        ["refresh", "--if-unpopulated", VIEW],
        database.server.url(database.name, deployer),
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: `${VIEW}: ${line}\n` });
      expect(await one(database, `select instante || ' ' || modo from ${VIEW} where id = 1`)).toBe(
        "2026-01-02 10:30:00+09 origin",
      );
      // A superuser may, in a refresh and in what counts the rows of a definition; nothing is to be told then.
      expect(await runMatview(["refresh", VIEW], database.url)).toMatchObject({ code: 0 });
      expect(await one(database, `select modo from ${VIEW} where id = 1`)).toBe("replica");
      expect(await spotVerdict(database.url, "modo:live")).toBe("pass");
      expect(await withViewSession(database, ({ target }) => jobSettingProblems(target, owner))).toEqual([]);
    },
    { template: "empty" },
  );
});

test("a setting of the connected role alone that hides the server's is named; the server's is taken where it can be read", async () => {
  await withDatabase(
    async (database) => {
      const [owner, deployer] = [await database.createRole({ prefix: "owner" }), await database.createRole()];
      await run(
        database,
        `alter role ${deployer} set app.tenant = 'mine'`,
        `alter role ${deployer} set work_mem = '77MB'`,
        `alter role ${deployer} set statement_timeout = '77min'`,
        `alter role ${deployer} set default_transaction_isolation = 'serializable'`,
      );
      const problems = () => withViewSession(database, ({ target }) => jobSettingProblems(target, owner), deployer);
      expect(await problems()).toEqual([hidden("app.tenant, work_mem")]);
      await run(
        database,
        `grant select on pg_catalog.pg_file_settings to ${deployer}`,
        `grant execute on function pg_catalog.pg_show_all_file_settings() to ${deployer}`,
      );
      expect(await problems()).toEqual([hidden("app.tenant")]);
      // What the job's role has too hides nothing.
      await run(database, `alter role ${owner} set app.tenant = 'mine'`);
      expect(await problems()).toEqual([]);
    },
    { template: "empty" },
  );
});

test("the server's own zone computes the rows, also behind that of a superuser who deploys", async () => {
  await withServer({ sample: false, settings: { timezone: "America/Mexico_City" } }, async (database) => {
    const deployer = await database.createRole({ attributes: "login superuser" });
    await run(
      database,
      `alter role ${deployer} set timezone = 'Asia/Tokyo'`,
      "create table public.msj (t timestamptz)",
      "insert into public.msj values ('2026-01-02 01:00+00')",
      `create materialized view ${VIEW} as select t::date::text as dia from public.msj with no data`,
    );
    for (const role of ["postgres", deployer]) {
      await run(database, `refresh materialized view ${VIEW} with no data`);
      const url = database.server.url(database.name, role);
      expect(await runMatview(["refresh", "--if-unpopulated", VIEW], url)).toMatchObject({ code: 0, stderr: "" });
      expect(await one(database, `select dia from ${VIEW}`)).toBe("2026-01-01");
      expect(await spotVerdict(url, "dia=2026-01-01:live")).toBe("pass");
    }
  });
});

function hidden(name: string): string {
  return (
    `the connected role has ${name} set for itself, which hides what the server has: its default is taken, and rows that depend on it may differ ` +
    `from those of the job, until the job's next run; reset it for the connected role, or set it for the role of the job`
  );
}

test("nothing of a job's settings stays on the connection, and our own waiting is ours", async () => {
  await withDatabase(
    async (database) => {
      const owner = await database.createRole({ prefix: "owner" });
      await run(
        database,
        `alter role ${owner} set statement_timeout = '1ms'`,
        `alter role ${owner} set lock_timeout = '1ms'`,
        `alter role ${owner} set role = 'none'`,
        `alter role ${owner} set log_statement = 'none'`,
        `alter role ${owner} set default_transaction_read_only = on`,
        `alter role ${owner} set client_encoding = 'LATIN1'`,
        `alter role ${owner} set timezone = 'Asia/Tokyo'`,
        `alter role ${owner} set temp_buffers = '3MB'`,
        `create materialized view ${VIEW} as select pg_sleep(0.05)::text as a, 'ñ€' as b, current_setting('timezone') as zona with no data`,
        `alter materialized view ${VIEW} owner to ${owner}`,
      );
      const { code, stderr } = await runMatview(["refresh", VIEW], database.url);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(await one(database, `select b || zona from ${VIEW}`)).toBe("ñ€Asia/Tokyo");
      await run(database, `create unique index on ${VIEW} (b)`);
      expect((await runMatview(["refresh", VIEW], database.url)).stdout).toContain("refreshed beside its readers");
      await withViewSession(database, async ({ target }) => {
        const settings =
          "select jsonb_object_agg(name, setting) as all from pg_catalog.pg_settings where name <> 'transaction_isolation'";
        const before = (await target.query(settings)).rows;
        const source = { definition: "select 1 as id where current_setting('timezone') = 'Asia/Tokyo'", owner };
        await proveKey(target, { source, key: ["id"] });
        expect((await tryKey(target, { source, key: ["id"] }, 5_000))?.rows).toBe(1);
        expect((await target.query(settings)).rows).toEqual(before);
      });
    },
    { template: "empty" },
  );
});
