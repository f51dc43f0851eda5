import { expect } from "@jest/globals";
import type { Client } from "pg";
import { ask, wasAsked } from "../../postgres/asked.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connectionParts.ts";
import type { Session } from "../../postgres/session.ts";
import { sessionPool } from "../../postgres/sessionPool.ts";
import type { SessionPool } from "../../postgres/sessionPool.ts";
import { until } from "../../scripts/database/until.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";

interface Scene {
  readonly database: TestDatabase;
  readonly application: string;
  /** Runs work in the pool and tells which server process did it. */
  readonly inPool: (work: (client: Client) => Promise<unknown>) => Promise<string>;
  readonly pool: SessionPool;
  readonly connection: Connection;
}

async function withPool(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withDatabase(async (database) => {
    const application = uniqueName("pool");
    const pool = sessionPool(application, 1_000);
    const connection = resolveConnection({}, { MATVIEW_DATABASE_URL: database.url });
    const inPool: Scene["inPool"] = (work) =>
      pool(connection, async ({ target }) => {
        const { rows } = await target.query<{ pid: string }>("select pg_catalog.pg_backend_pid()::text as pid");
        await work(target);
        return rows[0]?.pid ?? "";
      });
    await use({ database, application, inPool, pool, connection });
  });
}

const nothing = (): Promise<void> => Promise.resolve();

async function connectionsOf({ database, application }: Scene): Promise<number> {
  const { rows } = await database.client.query<{ count: number }>(
    "select count(*)::int as count from pg_catalog.pg_stat_activity where application_name = $1",
    [application],
  );
  return rows[0]?.count ?? 0;
}

const test = testsWith(withPool);

test("a connection is used again and bears nothing of the work before but what is prepared on it", async ({
  inPool,
}) => {
  const named = { name: "greeting", text: "select $1::text as word", values: ["hola"] };
  const first = await inPool(async (client) => {
    await client.query("set lock_timeout = '7s'");
    await client.query("set search_path = public");
    await client.query("set role pg_monitor");
    await client.query("create temporary table ephemeral ()");
    await client.query("select pg_catalog.pg_advisory_lock(1, 2)");
    await client.query(named);
  });
  const second = await inPool(async (client) => {
    const { rows } = await client.query(
      `select pg_catalog.current_setting('lock_timeout') as "lockTimeout",
                pg_catalog.current_setting('search_path') as "searchPath",
                pg_catalog.current_setting('statement_timeout') as "statementTimeout",
                current_user as role,
                pg_catalog.to_regclass('pg_temp.ephemeral') as temporary,
                (select pg_catalog.count(*)::int from pg_catalog.pg_locks where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid()) as locks`,
    );
    expect(rows).toEqual([
      { lockTimeout: "10s", searchPath: "", statementTimeout: "0", role: "postgres", temporary: null, locks: 0 },
    ]);
    expect((await client.query(named)).rows).toEqual([{ word: "hola" }]);
  });
  expect(second).toBe(first);
});

test("what a role may do is read anew for each work", async ({ database, pool }) => {
  const role = await database.createRole();
  const url = new URL(database.url);
  url.username = role;
  url.password = database.server.password(role);
  const connection = resolveConnection({}, { MATVIEW_DATABASE_URL: url.href });
  const isSuperuser = (): Promise<boolean> =>
    pool(connection, ({ capabilities }: Session) => Promise.resolve(capabilities.isSuperuser));
  expect(await isSuperuser()).toBe(false);
  await database.client.query(`alter role ${role} superuser`);
  expect(await isSuperuser()).toBe(true);
  await database.client.query(`alter role ${role} nosuperuser`);
});

test("a connection on which work failed is closed, and one that the server closed meanwhile is replaced", async (scene) => {
  const { database, inPool } = scene;
  const first = await inPool(nothing);
  await expect(inPool((client) => client.query("select 1 / 0"))).rejects.toMatchObject({ code: "22012" });
  const second = await inPool(nothing);
  expect(second).not.toBe(first);
  await database.client.query("select pg_catalog.pg_terminate_backend($1)", [second]);
  expect(await inPool(nothing)).not.toBe(second);
});

test("looks of one sight go on with settings and answers, also where the server closed their connection meanwhile", async ({
  database,
  pool,
  connection,
}) => {
  const [here, elsewhere] = [{}, {}];
  const question = { file: "describe/schema_exists", values: ["public"] };
  const look = (sight?: object): Promise<{ pid: string; mark: string; isAsked: boolean }> =>
    pool(
      connection,
      async ({ target }) => {
        const isAsked = wasAsked(target, question);
        await ask(target, question.file, question.values);
        const { rows } = await target.query<{ pid: string; mark: string }>(
          "select pg_backend_pid()::text as pid, current_setting('application_name') as mark",
        );
        await target.query("set application_name = 'seen'");
        return { isAsked, pid: rows[0]?.pid ?? "", mark: rows[0]?.mark ?? "" };
      },
      undefined,
      sight,
    );
  const first = await look(here);
  expect(await look(here)).toEqual({ pid: first.pid, mark: "seen", isAsked: true });
  for (const other of [elsewhere, undefined, here, undefined])
    expect(await look(other)).toEqual({ ...first, isAsked: false });
  expect(await look(here)).toEqual({ ...first, isAsked: false });
  await database.client.query("select pg_catalog.pg_terminate_backend($1)", [first.pid]);
  const again = await look(here);
  expect(again).toEqual({ pid: again.pid, mark: first.mark, isAsked: false });
  expect(again.pid).not.toBe(first.pid);
});

test("works at the same time have a connection each, and idle ones are closed", async (scene) => {
  const { inPool } = scene;
  const all = await Promise.all([1, 2, 3].map(() => inPool((client) => client.query("select pg_sleep(0.05)"))));
  expect(new Set(all).size).toBe(3);
  expect(await connectionsOf(scene)).toBe(3);
  await until(async () => (await connectionsOf(scene)) === 0, { what: "the idle connections to be closed" });
});
