import { expect, jest, test } from "@jest/globals";
import { checkoutVariables } from "../../scripts/checkoutVariables.ts";
import { SAMPLE_DATABASE } from "../../scripts/database/sampleCluster.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDeployment } from "../support/deployment.ts";
import { withStack } from "../support/engine.ts";
import type { TestStack } from "../support/engine.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(400_000);

const CONFIG = { owner: "matview_owner", managePlatform: true, cronDatabase: "postgres" };

/** What a preview says of the owner role: the whole list stands there. */
async function toldOfOwner(stack: TestStack): Promise<string[]> {
  const { stdout } = await stack.pulumi(["preview"]);
  const told = stdout.slice(stdout.indexOf("dynamic/matview:OwnerRole (platform-owner)")).split("\n\n")[0] ?? "";
  return told.split("\n").map((line) => line.trim().replace(/^warning: /, ""));
}

/** Databases and statements that the list asks somebody else to run. */
function asked(lines: readonly string[]): { database: string; statement: string }[] {
  return lines.flatMap((line) => {
    const [, database, statement] = /; in database (\S+) let .* run: (.+)$/.exec(line) ?? [];
    return database === undefined || statement === undefined ? [] : [{ database, statement }];
  });
}

async function makeRole({ server, client }: TestDatabase, role: string, attributes = ""): Promise<void> {
  await client.query(`create role ${role} login ${attributes} password '${server.password(role)}'`);
  await server.mapRole(role);
}

/** Runs the job's command as its owner, as pg_cron does. */
async function refreshAsOwner({ server }: TestDatabase, database: string, owner = "matview_owner"): Promise<void> {
  await withClient(server.url(database), async (client) => {
    await client.query(`set role ${owner}`);
    await client.query(`refresh materialized view concurrently ${VIEW}`);
  });
}

const query = async ({ client }: TestDatabase, text: string): Promise<object[]> =>
  (await client.query<object>(text)).rows;

test("a stack that was destroyed is deployed again: role, extension and what was recorded are taken over", async () => {
  await withDeployment({ ...CONFIG, observers: ["watcher"] }, async ({ stack, database }) => {
    await query(database, "create role watcher login");
    await mustRun(stack, UP);
    await mustRun(stack, DESTROY);
    await mustRun(stack, UP);
    await mustConverge(stack);
    await refreshAsOwner(database, "postgres");
    const recorded = "select count(*)::int as count from matview.matview_owner_refreshes";
    expect(await query(database, recorded)).toEqual([{ count: 2 }]);
  });
});

test("a second stack in another database of the server: destroying the first leaves it working", async () => {
  await withDeployment({}, async ({ database }) => {
    const { server } = database;
    await query(database, `create database staging template ${SAMPLE_DATABASE}`);
    await query(database, "create role watcher login");
    await query(database, "create role staging_owner login");
    await server.mapRole("staging_owner");
    const at = (name: string, owner: string) => ({
      config: { ...CONFIG, owner, observers: ["watcher"] },
      env: { MATVIEW_DATABASE_URL: server.url(name) },
    });
    await withStack({ ...at("postgres", "matview_owner"), name: "dev" }, (dev) =>
      withStack({ ...at("staging", "staging_owner"), name: "staging" }, async (staging) => {
        await mustRun(dev, UP);
        await mustRun(staging, UP);
        await mustRun(dev, DESTROY);
        await mustConverge(staging);
        await refreshAsOwner(database, "staging", "staging_owner");
        await mustRun(staging, DESTROY);
        expect(await query(database, "select 1 from cron.job")).toEqual([]);
        const left = "select 1 from pg_proc where pronamespace = 'matview'::regnamespace and proname like '%jobs'";
        expect(await query(database, left)).toEqual([]);
      }),
    );
  });
});

test("a role that the team has had keeps what it has, and the preview says what that is", async () => {
  await withDeployment(CONFIG, async ({ stack, database }) => {
    await query(database, "create role matview_owner nologin createdb connection limit 20");
    await query(database, "grant insert, update on public.prospectos to matview_owner with grant option");
    await query(database, "grant create on schema public to matview_owner");
    const refused = await toldOfOwner(stack);
    expect(refused.join("\n")).toContain(
      "refused: owner role matview_owner exists and differs from the declaration; declare what it is, or set adopt: true " +
        "to change it: 1 problem\n- login: declared true, found false",
    );
    expect(refused).toContain(
      "the role has more than the module would give it, and keeps it: createdb, connection limit 20; its views and " +
        "jobs run with that",
    );
    stack.configure({ ...CONFIG, adopt: true });
    await mustRun(stack, UP);
    await query(database, "revoke select on public.ejecutivos from matview_owner");
    const { stdout } = await stack.pulumi(["preview"]);
    expect(stdout).toContain(
      "grant role matview_owner: select on table public.ejecutivos in database postgres is missing",
    );
    await mustRun(stack, UP);
    await mustConverge(stack);
    await mustRun(stack, DESTROY);
    expect(
      await query(
        database,
        `select rolcanlogin, rolcreatedb, rolconnlimit, has_table_privilege(oid, 'prospectos', 'insert with grant option') as insert,
                has_table_privilege(oid, 'prospectos', 'update') as update, has_schema_privilege(oid, 'public', 'create') as create,
                has_table_privilege(oid, 'prospectos', 'select') as select
         from pg_roles where rolname = 'matview_owner'`,
      ),
    ).toEqual([
      {
        rolcanlogin: true,
        rolcreatedb: true,
        rolconnlimit: 20,
        insert: true,
        update: true,
        create: true,
        select: true,
      },
    ]);
  });
});

test("a stack that version 0.1 deployed goes on without a moment in which the owner lacks a right", async () => {
  await withDeployment(CONFIG, async ({ stack, database }) => {
    await mustRun(stack, ["-C", "test/lifecycle/programs/earlierPlatform", ...UP]);
    await query(database, "create table public.revoked (statement text)");
    await query(
      database,
      `create function public.note_revoke() returns event_trigger language plpgsql security definer as
       $$ begin insert into public.revoked values (current_query()); end $$`,
    );
    await query(
      database,
      "create event trigger note_revoke on ddl_command_end when tag in ('REVOKE') execute function public.note_revoke()",
    );
    await mustRun(stack, UP);
    await mustConverge(stack);
    await refreshAsOwner(database, "postgres");
    expect(await query(database, "select * from public.revoked where statement like '%from%matview_owner%'")).toEqual(
      [],
    );
    const types = ((await stack.state()).deployment.resources ?? []).map(({ type }) => type);
    expect(types.filter((type) => /postgresql:index.*(Role|Grant)$/.test(type))).toEqual([]);
    await mustRun(stack, DESTROY);
    await mustRun(stack, UP);
  });
});

test.each([
  ["the view's own", "postgres", 11, true],
  ["another", "ventas", 14, false],
])(
  "a deployer without superuser, pg_cron in %s database: one list in the preview, whose statements are enough",
  async (_which, name, count, extension) => {
    await withServer({ extension }, async (database) => {
      const { server } = database;
      if (name !== "postgres") await query(database, `create database ${name} template ${SAMPLE_DATABASE}`);
      await makeRole(database, "deployer", "createrole");
      await server.mapRole("matview_owner");
      const config = { ...CONFIG, observers: ["watcher"] };
      const env = { MATVIEW_DATABASE_URL: server.url(name, "deployer") };
      await withStack({ config, env }, async (stack) => {
        const lines = await toldOfOwner(stack);
        const list = asked(lines);
        expect(list).toHaveLength(count);
        if (!extension) expect(list[0]?.statement).toBe("create extension pg_cron");
        expect(lines).toContain(
          `refused: role matview_owner: it does not exist; in database ${name} let ${ADMIN} run: create role matview_owner login`,
        );
        const up = await stack.pulumi(UP);
        // Where the extension is missing the deploy stops at it.
        for (const { statement } of extension ? list : []) expect(up.stdout + up.stderr).toContain(statement);
        for (const { database: where, statement } of list) {
          await withClient(server.url(where), (client) => client.query(statement));
        }
        await mustRun(stack, UP);
        await mustConverge(stack);
        await refreshAsOwner(database, name);
      });
    });
  },
);

const ADMIN =
  Number(checkoutVariables.MATVIEW_POSTGRES_VERSION ?? "15") >= 16
    ? "a superuser or a role with the admin option on it"
    : "a superuser";

test("a deployer that owns database and tables and may create roles needs nobody's help", async () => {
  await withServer({}, async (database) => {
    await makeRole(database, "deployer", "createrole");
    await database.server.mapRole("matview_owner");
    await query(database, "alter database postgres owner to deployer");
    await query(database, "grant usage on schema cron to deployer with grant option");
    await query(
      database,
      `do $$ declare t record; begin
         for t in select c.oid::regclass as name from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') loop
           execute format('alter table %s owner to deployer', t.name);
         end loop; end $$`,
    );
    const env = { MATVIEW_DATABASE_URL: database.server.url("postgres", "deployer") };
    await withStack({ config: CONFIG, env }, async (stack) => {
      expect(asked(await toldOfOwner(stack))).toEqual([]);
      await mustRun(stack, UP);
      await mustConverge(stack);
      await mustRun(stack, DESTROY);
      await mustRun(stack, UP);
    });
  });
});

test("two teams with owners of their own in one database do not meet in schema matview", async () => {
  await withServer({}, async (database) => {
    const { server } = database;
    await query(database, "create schema team_b");
    await query(database, "create role watcher login");
    const teams = ["a", "b"];
    for (const team of teams) {
      await makeRole(database, `deployer_${team}`, "createrole");
      await server.mapRole(`owner_${team}`);
    }
    const stackOf = (team: string) => ({
      name: `team-${team}`,
      config: {
        ...CONFIG,
        owner: `owner_${team}`,
        schema: team === "a" ? "public" : "team_b",
        observers: ["watcher"],
      },
      env: { MATVIEW_DATABASE_URL: server.url("postgres", `deployer_${team}`) },
    });
    await withStack(stackOf("a"), (a) =>
      withStack(stackOf("b"), async (b) => {
        for (const stack of [a, b]) {
          for (const { database: where, statement } of asked(await toldOfOwner(stack))) {
            await withClient(server.url(where), (client) => client.query(statement));
          }
        }
        // Both have the same job's name, each under its own role.
        await mustRun(a, UP);
        for (const { statement } of asked(await toldOfOwner(b))) await query(database, statement);
        await mustRun(b, UP);
        await mustConverge(a);
        await mustRun(a, DESTROY);
        await mustConverge(b);
        const left = "select p.proname from pg_proc p where pronamespace = 'matview'::regnamespace order by 1";
        expect(await query(database, left)).toEqual(
          ["owner_b_jobs", "owner_b_record_refresh", "owner_b_runs"].map((proname) => ({ proname })),
        );
      }),
    );
  });
});
