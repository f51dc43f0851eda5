import { describe, expect, jest } from "@jest/globals";
import { diffDefinitions } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import { mustSeeSources } from "../../kinds/materializedView/definition/unseenSources.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { untilRow } from "../support/untilRow.ts";
import { one, planChange, run, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const ROWS = "select g as id, 'n' || g as nombre from generate_series(1, 100) g";
const JOINED =
  "select a.id, a.nombre from public.fuente a left join public.otra b on b.id = a.id where b.id is not null";

const DESIRED: DesiredView = {
  schema: "public",
  name: "mv",
  definition: JOINED,
  uniqueKey: ["id"],
  keyIndex: "mv_id_idx",
  change: { rows: "same" },
};

const test = testsWith<[TestDatabase]>((use) =>
  withDatabase(
    async (database) => {
      await run(
        database,
        `create table public.fuente as ${ROWS}`,
        `create table public.otra as ${ROWS}`,
        `create materialized view public.mv as ${JOINED}`,
        "create unique index mv_id_idx on public.mv (id) nulls not distinct",
      );
      await use(database);
    },
    { template: "empty" },
  ),
);

const load = (table: string): string => `truncate public.${table}; insert into public.${table} ${ROWS}`;

/** Starts work while a transaction has done that, and commits it when the work waits for it. */
async function during<T>(database: TestDatabase, statements: string, work: () => Promise<T>): Promise<T> {
  return withClient(database.url, async (client) => {
    await client.query(`begin; ${statements}`);
    const done = work();
    done.catch(() => undefined);
    await untilRow(client, "who waits", [
      "select pid from pg_catalog.pg_stat_activity where pg_catalog.pg_backend_pid() = any (pg_catalog.pg_blocking_pids(pid))",
    ]);
    await client.query("commit");
    return done;
  });
}

/** Deploys a change while that is done. */
async function deployDuring(database: TestDatabase, statements: string, definition: string): Promise<void> {
  await withViewSession(database, async (session) => {
    const plan = await planChange(session, { ...DESIRED, definition });
    await during(database, statements, () => applyPlan(session, plan, materializedViewKind.runners));
  });
}

describe("a table that is truncated and filled again in one transaction is not taken for empty", () => {
  for (const [table, definition] of [
    ["fuente", "select id, nombre || '' as nombre from public.fuente"],
    ["otra", "select id, nombre from public.fuente"],
  ] as const) {
    test(`where a change is proved, and ${table} is loaded meanwhile`, async (database) => {
      await deployDuring(database, load(table), definition);
      expect(await one(database, "select count(*)::int from public.mv")).toBe(100);
    });
  }

  test("where rows are compared", async (database) => {
    const view = { schema: "public", name: "mv" };
    const sides = { before: JOINED, after: "select id, nombre from public.fuente" };
    const pair = { view, earlier: [], ...sides, owner: undefined, user: undefined, key: ["id"] };
    const options = { limitMs: 30_000, share: 1, explain: false, rows: 0 };
    const compared = during(database, load("fuente"), () => diffDefinitions(database.client, pair, options));
    await expect(compared).rejects.toThrow(
      "public.fuente was truncated, rewritten or made anew just as it was to be read",
    );
    const again = await diffDefinitions(database.client, pair, options);
    expect(again.comparison?.rows).toMatchObject({ before: 100, same: 100 });
  });
});

test("what is refreshed or indexed after the snapshot is seen", async (database) => {
  await run(database, "create materialized view public.base as select * from public.fuente");
  await withClient(database.url, async (client) => {
    await client.query("begin isolation level repeatable read; select 1");
    await run(database, "refresh materialized view public.base", "create index on public.fuente (id)");
    const { rows } = await client.query("select from public.base natural join public.fuente where id > 0");
    expect(rows).toHaveLength(100);
    await mustSeeSources(client);
    await run(database, load("otra"));
    await client.query("select from public.otra");
    await expect(mustSeeSources(client)).rejects.toThrow("public.otra was truncated, rewritten or made anew");
  });
});
