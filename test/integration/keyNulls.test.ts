import { expect } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import type { DesiredIndex } from "../../kinds/viewIndex/desired.ts";
import { viewIndexKind } from "../../kinds/viewIndex/kind.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import type { Plan } from "../../postgres/plan.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { change, one, run, withViewSession } from "../support/viewChange.ts";

const VIEW: DesiredView = {
  schema: "public",
  name: "mv",
  definition: "select a, b, sum(n) as total from public.t group by rollup (a, b)",
  uniqueKey: ["a", "b"],
  keyIndex: "mv_key",
};
const INDEX: DesiredIndex = { schema: "public", view: "mv", name: "mv_key", columns: ["a", "b"], unique: true };
const WORDS = "CREATE UNIQUE INDEX mv_key ON public.mv USING btree (a, b) NULLS NOT DISTINCT";

/** A view with total rows: four groups, two subtotals and the total. */
const test = testsWith((action: (database: TestDatabase) => Promise<void>) =>
  withDatabase(
    async (database) => {
      await run(
        database,
        "create table public.t (a int, b int, n int)",
        "insert into public.t values (1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 1)",
        `create materialized view public.mv as ${VIEW.definition}`,
      );
      await action(database);
    },
    { template: "empty" },
  ),
);

/** Pre-flight, plan and deploy of the index; what is planned then must be nothing. */
function deployIndex(database: TestDatabase): Promise<readonly string[]> {
  return withViewSession(database, async (session) => {
    const planned = async (): Promise<Plan> => {
      const [actual] = await viewIndexKind.describe(session, [INDEX]);
      return viewIndexKind.plan({ desired: INDEX, previous: undefined, actual, capabilities: session.capabilities });
    };
    const problems = (await viewIndexKind.preflight?.(session, INDEX)) ?? [];
    if (problems.length > 0) return problems;
    await applyPlan(session, await planned(), {});
    expect(await planned()).toEqual({ steps: [], differences: [] });
    return [];
  });
}

const indexOf = (database: TestDatabase): Promise<unknown> =>
  one(database, "select pg_get_indexdef('public.mv_key'::regclass)");

test("a concurrent refresh takes a key with nulls, writes only the rows that have one, and refuses a duplicate", async (database) => {
  expect(await deployIndex(database)).toEqual([]);
  expect(await indexOf(database)).toBe(WORDS);
  const whole = "select a, b from public.mv where xmin::text <> $1 order by a, b";
  const before = await one(database, "select min(xmin::text) from public.mv");
  await run(database, "refresh materialized view concurrently public.mv");
  expect((await database.client.query(whole, [before])).rows).toEqual([
    { a: 1, b: null },
    { a: 2, b: null },
    { a: null, b: null },
  ]);
  await run(database, "insert into public.t values (1, null, 1)");
  await expect(database.client.query("refresh materialized view concurrently public.mv")).rejects.toMatchObject({
    code: "23505",
  });
});

test("a key with a null that occurs twice is refused before the index is built", async (database) => {
  await run(database, "insert into public.t values (1, null, 1)", "refresh materialized view public.mv");
  expect(await deployIndex(database)).toEqual([
    "key (a, b) of public.mv does not hold: 1 value of it occurs more than once, in 2 rows of 8. A concurrent refresh needs a key that is unique, where nulls are equal: declare other columns, or make the definition give one row a key.",
  ]);
});

test("an index without the words is as declared, and a swap gives it them", async (database) => {
  await run(database, "create unique index mv_key on public.mv (a, b) with (fillfactor = 80)");
  const old = await indexOf(database);
  expect(await deployIndex(database)).toEqual([]);
  expect(await indexOf(database)).toBe(old);
  const { applied, rest } = await change(
    database,
    { ...VIEW, definition: `${VIEW.definition} having sum(n) > 0` },
    VIEW,
  );
  expect([applied.steps.map(({ action }) => action), rest]).toEqual([["swap"], { steps: [], differences: [] }]);
  expect(await indexOf(database)).toBe(`${WORDS} WITH (fillfactor='80')`);
  await run(database, "refresh materialized view concurrently public.mv");
});
