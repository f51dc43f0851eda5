import { once } from "node:events";
import { expect, test as plain } from "@jest/globals";
import type { Client } from "pg";
import { REASON_LIMIT } from "../../../kinds/refreshAudit/names.ts";
import { until } from "../../../scripts/database/until.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { AuditDeploy } from "../../support/auditDeploy.ts";
import { runMatview, startMatview } from "../../support/dashboard.ts";
import type { Ended } from "../../support/dashboard.ts";
import { withDatabase } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { testsWith } from "../../support/lent.ts";

const VIEW = "public.numeros";

async function withView(
  action: (database: TestDatabase) => Promise<void>,
  { seconds = 0, index = true } = {},
): Promise<void> {
  await withDatabase(
    async (database) => {
      // The function is slow only once the table says so: creating and filling the view is not.
      await database.client.query("create table public.pausa as select 0.0::float8 as segundos");
      await database.client.query(
        "create function public.espera() returns int language plpgsql as $$ begin perform pg_sleep(segundos) from public.pausa; return 1; end $$",
      );
      await database.client.query(`create materialized view ${VIEW} as select public.espera() as id`);
      if (index) await database.client.query(`create unique index on ${VIEW} (id)`);
      await database.client.query("update public.pausa set segundos = $1", [seconds]);
      await action(database);
    },
    { template: "empty" },
  );
}

const refresh = (url: string, ...words: string[]): Promise<Ended> => runMatview(["refresh", ...words, VIEW], url);

async function refreshing(client: Client): Promise<boolean> {
  const { rows } = await client.query(
    "select 1 from pg_stat_activity where query ilike 'refresh materialized%' and state = 'active' and datname = current_database()",
  );
  return rows.length > 0;
}

/** Whatever of ours computes the view. */
async function computing(client: Client): Promise<boolean> {
  const { rows } = await client.query(
    "select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
  );
  return rows.length > 0;
}

const test = testsWith(withView);

test("a view with data and a unique index is refreshed beside its readers", async ({ url }) => {
  const { code, stdout, stderr } = await refresh(url);
  expect(stdout).toMatch(/^public\.numeros refreshed beside its readers in .*: 1 rows\n$/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("a view without data is refreshed plainly, and left alone the second time when asked to", async ({
  client,
  url,
}) => {
  await client.query(`refresh materialized view ${VIEW} with no data`);
  expect((await refresh(url, "--if-unpopulated")).stdout).toMatch(/^public\.numeros refreshed in /);
  expect((await refresh(url, "--if-unpopulated")).stdout).toBe("public.numeros has data already: 1 rows\n");
});

plain("a view without a unique index is refreshed plainly, and that readers wait is said", async () => {
  await withView(
    async ({ url }) => {
      const { code, stderr } = await refresh(url);
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: "public.numeros has no unique index that a concurrent refresh can use: readers wait until it is done\n",
      });
    },
    { index: false },
  );
});

test("beside a refresh that is going on it comes after, or refuses when told not to wait", async ({
  client,
  url,
  server,
  name,
}) => {
  await withClient(server.url(name), async (other) => {
    await other.query("begin");
    await other.query(`refresh materialized view concurrently ${VIEW}`);
    const refused = await refresh(url, "--no-wait");
    expect(refused.stderr).toMatch(
      /is being refreshed by postgres \(process \d+\) for .*; leave --no-wait out to wait for it\n$/,
    );
    expect(refused.code).toBe(1);
    const waiting = refresh(url);
    await until(() => refreshing(client), { what: "the second refresh to wait" });
    await other.query("commit");
    const { code, stderr } = await waiting;
    expect(stderr).toMatch(/this one comes after it\n$/);
    expect(code).toBe(0);
  });
});

plain.each([
  ["SIGINT", ["refresh", VIEW], "the refresh of public.numeros was cancelled; the view is as it was"],
  ["SIGTERM", ["refresh", VIEW], "the refresh of public.numeros was cancelled; the view is as it was"],
  ["SIGHUP", ["refresh", VIEW], "the refresh of public.numeros was cancelled; the view is as it was"],
  ["SIGINT", ["verify", VIEW, "--spot-check", "id=1:live"], "stopped; nothing was changed"],
  ["SIGTERM", ["doctor", VIEW], "stopped; nothing was changed"],
] as const)("%s stops matview %j on the server within a second", async (signal, words, says) => {
  await withView(
    async ({ client, url }) => {
      const child = startMatview(words, url);
      let stderr = "";
      child.stderr.on("data", (chunk) => (stderr += String(chunk)));
      const ended = once(child, "close");
      await until(() => computing(client), { what: "the view's query to run" });
      const started = Date.now();
      child.kill(signal);
      await until(async () => !(await computing(client)), { what: "it to be over on the server" });
      expect(Date.now() - started).toBeLessThan(1_000);
      expect((await ended)[0]).toBe(130);
      expect(stderr).toBe(`matview ${words[0]}: ${says}\n`);
      expect((await client.query(`select id from ${VIEW}`)).rows).toEqual([{ id: 1 }]);
    },
    { seconds: 600 },
  );
});

plain("a killed matview leaves nothing running on the server", async () => {
  await withView(
    async ({ client, url }) => {
      const child = startMatview(["refresh", VIEW], url);
      await until(() => computing(client), { what: "the refresh to begin" });
      const started = Date.now();
      child.kill("SIGKILL");
      await until(async () => !(await computing(client)), { what: "it to be over on the server" });
      expect(Date.now() - started).toBeLessThan(1_000);
    },
    { seconds: 600 },
  );
});

test("the reason is recorded where the platform part keeps a record, and else it is said that it is not", async ({
  client,
  url,
}) => {
  expect((await refresh(url, "--reason", "reasignación")).stderr).toBe(
    "the reason was not recorded: matview.postgres_record_refresh() of the platform part is not in this database, or closed to this role\n",
  );
  await new AuditDeploy(url).create({ owner: "postgres", observers: [] });
  await client.query(`refresh materialized view ${VIEW} with no data`);
  expect((await refresh(url)).stderr).toBe("");
  expect((await refresh(url, "--reason", "reasignación")).stderr).toBe("");
  const { rows } = await client.query(
    `select refreshed_by, view_schema, view_name, reason, is_concurrent, milliseconds >= 0 as "isTimed", row_count
       from matview.postgres_refreshes order by refreshed_at`,
  );
  const both = {
    refreshed_by: "postgres",
    view_schema: "public",
    view_name: "numeros",
    isTimed: true,
    row_count: "1",
  };
  expect(rows).toEqual([
    { ...both, reason: null, is_concurrent: false },
    { ...both, reason: "reasignación", is_concurrent: true },
  ]);
});

test("a reason that is too long to be recorded is refused before the refresh", async ({ client, url }) => {
  await client.query(`refresh materialized view ${VIEW} with no data`);
  const { code, stderr } = await refresh(url, "--reason", "ñ".repeat(REASON_LIMIT + 1));
  expect(stderr).toMatch(/--reason has 501 characters; at most 500 are recorded/);
  expect(code).toBe(2);
  await expect(client.query(`select * from ${VIEW}`)).rejects.toThrow(/has not been populated/);
});

test("a refresh that cannot be recorded is a refresh all the same, and that is said", async ({ client, url }) => {
  await new AuditDeploy(url).create({ owner: "postgres", observers: [] });
  await client.query("drop table matview.postgres_refreshes");
  const { code, stdout, stderr } = await refresh(url, "--reason", "reasignación");
  expect(stderr).toMatch(/^the refresh was not recorded: relation "matview.postgres_refreshes" does not exist/);
  expect(stdout).toMatch(/^public\.numeros refreshed /);
  expect(code).toBe(0);
});

plain("a view that is not there is named with the database, without a stack trace", async () => {
  await withDatabase(async ({ url, name }) => {
    expect(await runMatview(["refresh", "public.nada"], url)).toEqual({
      code: 1,
      stdout: "",
      stderr: `matview refresh: there is no materialized view public.nada in database ${name}\n`,
    });
  });
});

test("an error tells nothing of the rows", async ({ client, url }) => {
  await client.query("create table public.personas (id int, nombre text)");
  await client.query("insert into public.personas values (1, 'Ana Reyes 5512345678')");
  await client.query(
    "create materialized view public.gente as select id, nombre, nombre::text as edad from public.personas",
  );
  await client.query("create unique index on public.gente (id)");
  await client.query("insert into public.personas values (1, 'Ana Reyes 5512345678')");
  const doubled = await runMatview(["refresh", "public.gente"], url);
  expect(doubled.stderr).toMatch(/duplicate/);
  await client.query(
    "create materialized view public.edades as select id, nombre::int as edad from public.personas with no data",
  );
  const wrong = await runMatview(["refresh", "public.edades"], url);
  expect(wrong.stderr).toMatch(/invalid input syntax for type integer: "\.\.\."/);
  for (const { code, stdout, stderr } of [doubled, wrong]) {
    expect(code).toBe(1);
    expect(stdout + stderr).not.toMatch(/Ana|5512345678/);
  }
});
