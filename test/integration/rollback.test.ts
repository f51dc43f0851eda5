import { expect, jest } from "@jest/globals";
import { escapeLiteral } from "pg";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { dropOverdueCommand } from "../../kinds/materializedView/swap/kept.ts";
import { planRollback, readPair } from "../../kinds/materializedView/swap/rollback.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { planLines } from "../../postgres/plan.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { runMatview } from "../support/dashboard.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { dump } from "../support/dump.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, createOld } from "../support/swappedView.ts";
import { untilRow } from "../support/untilRow.ts";
import { change, one, planChange, run, withViewSession } from "../support/viewChange.ts";

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

/** Without the line that pg_dump makes up for each dump. */
const dumped = ({ url }: TestDatabase): string => dump(url).replaceAll(/^\\(un)?restrict .*$/gm, "");

const WAITING =
  "select pid from pg_stat_activity where datname = current_database() and state like 'idle in%' and query like '%matview_try%'";

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
  const deployed = dumped(database);
  expect(await one(database, `select has_table_privilege('${reader}', 'public.${KEPT}', 'select')`)).toBe(false);
  const [line = "", ...more] = await takeBack(database);
  const [reason, dependents = ""] = line.split("; with it: ");
  expect([reason, more]).toEqual(["swap public.mv: as it was until TIME", []]);
  expect(dependents.split(", ").sort()).toEqual(DEPENDENTS);
  expect([await longest(database), await longest(database, "mv_top")]).toEqual([false, false]);
  const back = dumped(database);
  expect(await takeBack(database, true)).toHaveLength(1);
  expect([await longest(database), await longest(database, "mv_top")]).toEqual([true, true]);
  expect(dumped(database)).toBe(deployed);
  await takeBack(database);
  const again = /"takenBack":\{"at":"[^"]*"/g;
  expect(dumped(database).replaceAll(again, "")).toBe(back.replaceAll(again, ""));
});

const definitionOf = (n: number): string => CHANGED.definition.replace("+ 100", `+ ${n}`);

/** What is kept, and how many rows of which length it has. */
const kept = async ({ client }: TestDatabase): Promise<unknown> =>
  (
    await client.query<{ name: string }>(
      "select relname as name from pg_class where relname like '%previous%' and relkind = 'm' order by 1",
    )
  ).rows.map(({ name }) => name);

test("one old view is kept at most, goes along with its view, and stops what it must stop", async (database) => {
  const [owner, reader] = [await database.createRole(), await database.createRole()];
  await createOld(database, `grant select on public.mv to ${reader}`);
  await run(database, `grant select on public.ejecutivos to ${owner}`, `grant create on schema public to ${owner}`);
  const planned = (desired: DesiredView, previous?: DesiredView): Promise<string[]> =>
    withViewSession(database, async (session) => planLines(await planChange(session, desired, previous)));
  expect(await takeBack(database)).toEqual(["nothing is kept"]);

  await run(database, `create table public.${KEPT} (id int)`);
  expect(await planned(KEEPING)).toContain(
    "refused: public.mv_matview_previous, where the old view would be kept, is there and is none that a swap kept: rename it, or leave out keepPrevious",
  );
  expect((await change(database, { ...CHANGED, definition: definitionOf(1) })).rest.steps).toEqual([]);
  await run(database, `drop table public.${KEPT}`);

  for (const n of [2, 3]) await change(database, { ...KEEPING, definition: definitionOf(n) });
  expect(await kept(database)).toEqual([KEPT]);
  expect(await one(database, `select bool_and(largo = length(nombre) + 2) from public.${KEPT}`)).toBe(true);
  await run(database, `create view public.mirador as select * from public.${KEPT}`);
  expect(await planned({ ...KEEPING, definition: definitionOf(4) })).toContain(
    "refused: view public.mirador stands on public.mv_matview_previous, which goes with the swap: drop it first",
  );
  await run(database, "drop view public.mirador");

  // A right that was taken away stays away.
  await run(database, `revoke all on public.mv from ${reader}`);
  await takeBack(database);
  expect(await one(database, `select has_table_privilege('${reader}', 'public.mv', 'select')`)).toBe(false);
  expect(await takeBack(database)).toEqual([
    expect.stringMatching(
      /^refused: it was taken back at TIME by \w+ already; matview rollback public\.mv --undo puts/,
    ),
    expect.any(String),
  ]);
  await takeBack(database, true);
  expect((await takeBack(database, true))[0]).toMatch(
    /^refused: nothing was taken back of public\.mv: there is nothing/,
  );

  const moved = { ...KEEPING, definition: definitionOf(3), name: "mv2", owner };
  await withViewSession(database, async (session) => {
    const previous = { ...KEEPING, definition: definitionOf(3) };
    const [actual] = await materializedViewKind.describe(session, [{ ...moved, name: "mv" }]);
    const { capabilities } = session;
    await applyPlan(session, materializedViewKind.plan({ desired: moved, previous, actual, capabilities }));
  });
  expect(await planned(moved)).toEqual([]);
  expect(await kept(database)).toEqual(["mv2_matview_previous"]);
  expect(
    await one(database, "select relowner::regrole::text from pg_class where relname = 'mv2_matview_previous'"),
  ).toBe(owner);

  const { keepPrevious, ...dropping } = moved;
  void keepPrevious;
  expect(await planned(dropping, moved)).toEqual([
    expect.stringMatching(
      /^drop the previous public\.mv2: public\.mv2_matview_previous is kept until \S+, and keepPrevious is declared no more$/,
    ),
  ]);
  await withViewSession(database, async (session) => {
    const [actual] = await materializedViewKind.describe(session, [moved]);
    const { capabilities } = session;
    await applyPlan(session, materializedViewKind.plan({ desired: "absent", previous: moved, actual, capabilities }));
  });
  expect([await kept(database), await one(database, "select to_regclass('public.mv2')")]).toEqual([[], null]);
});

test("what cannot be put back is refused with the reason, and what is overdue goes by the job's command", async (database) => {
  // No superuser, and may make no schema: the deploy is not logged, and made all the same.
  const clerk = await database.createRole();
  await createOld(database, "create view public.arriba as select id from public.mv");
  await run(
    database,
    `grant create on schema public to ${clerk}`,
    ...["table public.ejecutivos", "materialized view public.mv", "view public.arriba"].map(
      (what) => `alter ${what} owner to ${clerk}`,
    ),
  );
  const definition = CHANGED.definition.replace("nombre,", "nombre, id as extra,");
  await change(database, { ...KEEPING, definition }, undefined, clerk);
  await expect(runMatview(["history", "public.mv", "--deploys"], database.url)).resolves.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      `there is no log of deploys of public.mv: matview.${clerk}_deploys is made by the first deploy`,
    ),
  });
  await run(database, "create or replace view public.arriba as select id, extra from public.mv");
  const [misfit = ""] = await takeBack(database);
  expect(misfit).toMatch(
    /^refused: view public\.arriba does not fit the definition of public\.mv_matview_previous: column \S*extra\S* does not exist \[42703\]$/,
  );
  await run(database, "drop view public.arriba", "alter table public.ejecutivos rename to vendedores");
  expect((await takeBack(database))[0]).toMatch(
    /^refused: what public\.mv_matview_previous reads was renamed or moved since/,
  );
  await run(database, "alter table public.vendedores rename to ejecutivos");
  const command = dropOverdueCommand(VIEW);
  await run(database, command);
  expect(await kept(database)).toEqual([KEPT]);
  const comment = String(await one(database, `select obj_description('public.${KEPT}'::regclass)`));
  const overdue = comment.replace(/"until":"\d{4}/, '"until":"2020');
  await run(database, `comment on materialized view public.${KEPT} is ${escapeLiteral(overdue)}`);
  expect((await takeBack(database))[0]).toMatch(
    /^refused: public\.mv_matview_previous was kept until TIME, which is over; to go back: git revert the change and pulumi up/,
  );
  await run(database, command, command);
  expect(await kept(database)).toEqual([]);
});

test("a deploy that is killed while it waits leaves the one that was kept, and the next one keeps one", async (database) => {
  await createOld(database);
  await change(database, { ...KEEPING, definition: definitionOf(2) });
  await withClient(database.url, async (reader) => {
    await reader.query("begin");
    await reader.query("select 1 from public.mv");
    const deploy = change(database, { ...KEEPING, definition: definitionOf(3) });
    deploy.catch(() => undefined);
    const { pid } = await untilRow<{ pid: number }>(database.client, "the swap to wait", [WAITING]);
    await run(database, `select pg_terminate_backend(${pid})`);
    await expect(deploy).rejects.toThrow("public.mv: could not swap");
    // A right that is given meanwhile would be lost with the view.
    const lector = await database.createRole({ prefix: "lector" });
    const again = change(database, { ...KEEPING, definition: definitionOf(3) });
    again.catch(() => undefined);
    await untilRow(database.client, "the swap to wait", [WAITING]);
    await run(database, `grant select on public.mv to ${lector}`);
    await reader.query("commit");
    await expect(again).rejects.toThrow(
      `public.mv was changed by somebody else meanwhile (grant select to ${lector} by postgres); nothing was changed here, run it again`,
    );
  });
  expect(await kept(database)).toEqual([KEPT]);
  expect(await one(database, `select bool_and(largo = length(nombre)) from public.${KEPT}`)).toBe(true);
  expect((await change(database, { ...KEEPING, definition: definitionOf(3) })).rest.steps).toEqual([]);
  expect(await kept(database)).toEqual([KEPT]);
  expect(await one(database, `select bool_and(largo = length(nombre) + 2) from public.${KEPT}`)).toBe(true);
});

test("the old view of one that reads another goes when that one is swapped", async (database) => {
  await createOld(database, "create materialized view public.arriba as select id, largo from public.mv");
  const top = { schema: "public", name: "arriba", definition: "select id, largo + 1 as largo from public.mv" };
  await change(database, { ...top, keepPrevious: "1d" });
  expect(await kept(database)).toEqual(["arriba_matview_previous"]);
  const { applied } = await change(database, KEEPING);
  expect(applied.steps[0]?.reason).toContain("kept and reads it, so goes: public.arriba_matview_previous");
  expect(await kept(database)).toEqual([KEPT]);
});
