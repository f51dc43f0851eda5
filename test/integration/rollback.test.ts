import { expect, jest } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { planRollback, readPair } from "../../kinds/materializedView/swap/rollback.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { planLines } from "../../postgres/plan.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { dump } from "../support/dump.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, createOld } from "../support/swappedView.ts";
import { change, one, run, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const VIEW = { schema: "public", name: "mv" };
const KEEPING: DesiredView = { ...CHANGED, keepPrevious: "2h", dependents: "recreate" };
const KEPT = "mv_matview_previous";

/** Each way of a dependent. */
const DEPENDENTS = [
  "alter policy ver on public.ejecutivos",
  "rebuild public.mv_top",
  "rebuild public.mv_wide",
  "replace function public.cuantos",
  "replace public.mv_plain",
];

const test = testsWith(withDatabase);

/** Plans the way back, or the way forth again, and goes it; answers the plan's lines. */
async function takeBack(database: TestDatabase, undo = false): Promise<string[]> {
  return withViewSession(database, async (session) => {
    const pair = await readPair(session, VIEW);
    if (pair === undefined) return ["nothing is kept"];
    const plan = await planRollback(session, pair, undo);
    if (plan.refusals === undefined) await applyPlan(session, plan, materializedViewKind.runners);
    return planLines(plan).map((line) => line.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"));
  });
}

const relations = (database: TestDatabase): Promise<unknown> =>
  one(
    database,
    `select string_agg(relname, ' ' order by relname) from pg_class
     where relnamespace = 'public'::regnamespace and relname like '%mv%' and relkind in ('m', 'v', 'i')`,
  );

/** What the old one is found by: its rows. */
const longest = (database: TestDatabase, of = "mv"): Promise<unknown> =>
  one(database, `select max(largo) > 100 from public.${of}`);

test("a view is taken back and forth with all that it has, byte for byte", async (database) => {
  const [reader, clerk] = [await database.createRole({ prefix: "a" }), await database.createRole({ prefix: "b" })];
  await createOld(database);
  await run(
    database,
    `grant select on public.mv to ${reader} with grant option`,
    `set role ${reader}`,
    `grant select on public.mv to ${clerk}`,
    "reset role",
    `grant update (nombre), select (id) on public.mv to ${clerk}`,
    "comment on materialized view public.mv is 'it''s; \\ kept'",
    "comment on column public.mv.nombre is 'name'",
    "comment on index public.mv_id_idx is 'the key'",
    "create index mv_expr_idx on public.mv (lower(nombre)) with (fillfactor = 80)",
    "create statistics public.mv_stat (ndistinct) on id, nombre from public.mv",
    "alter materialized view public.mv set (fillfactor = 70)",
    "alter materialized view public.mv cluster on mv_id_idx",
    "create view public.mv_plain as select id, nombre from public.mv",
    "create view public.mv_wide as select *, largo::numeric as ancho from public.mv",
    "create materialized view public.mv_top as select max(largo) as largo from public.mv_wide",
    "create unique index mv_top_idx on public.mv_top (largo)",
    "create function public.cuantos() returns bigint language sql begin atomic select count(*) from public.mv; end",
    "create policy ver on public.ejecutivos using (id in (select id from public.mv))",
  );
  const definition = `${CHANGED.definition.replace("+ 100", "::bigint + 100")}`;
  const { rest } = await change(database, { ...KEEPING, definition, allowColumnChanges: true });
  expect(rest).toEqual({ steps: [], differences: [] });
  const deployed = dump(database.url);
  expect(await one(database, `select has_table_privilege('${reader}', 'public.${KEPT}', 'select')`)).toBe(false);
  const [line = "", ...more] = await takeBack(database);
  const [reason, dependents = ""] = line.split("; with it: ");
  expect([reason, more]).toEqual(["swap public.mv: as it was until TIME", []]);
  expect(dependents.split(", ").sort()).toEqual(DEPENDENTS);
  expect([await longest(database), await longest(database, "mv_top")]).toEqual([false, false]);
  const back = dump(database.url);
  expect(await takeBack(database, true)).toHaveLength(1);
  expect([await longest(database), await longest(database, "mv_top")]).toEqual([true, true]);
  expect(dump(database.url)).toBe(deployed);
  await takeBack(database);
  const again = /"takenBack":\{"at":"[^"]*"/g;
  expect(dump(database.url).replaceAll(again, "")).toBe(back.replaceAll(again, ""));
});
