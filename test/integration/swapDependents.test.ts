import { describe, expect, jest } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, createOld } from "../support/swappedView.ts";
import { change, one, planChange, propertiesOf, run, startReader, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const desired: DesiredView = { ...CHANGED, dependents: "recreate" };

const test = testsWith(withDatabase);

describe("what depends on a view whose definition changes", () => {
  test("is listed as a tree and keeps the change from being made, by default", async (database) => {
    await createOld(
      database,
      "create view public.resumen as select count(*) as n from public.mv",
      "create view public.doble as select n * 2 as n from public.resumen",
      "create materialized view public.copia as select * from public.mv",
    );
    const before = await one(database, "select 'public.mv'::regclass::oid");
    await expect(change(database, { ...desired, dependents: undefined })).rejects.toThrow(
      "public.mv is left as it is: 1 problem\n" +
        '  - these depend on public.mv and would have to be recreated with it; set dependents: "recreate", or for this deploy alone, set MATVIEW_ALLOW=dependents:public.mv to allow it:\n' +
        "    materialized view public.copia\n" +
        "    view public.resumen\n" +
        "      view public.doble",
    );
    expect(await one(database, "select 'public.mv'::regclass::oid")).toBe(before);
  });

  test("is recreated with all its own properties, materialized views built aside", async (database) => {
    const [reader, clerk] = [await database.createRole(), await database.createRole()];
    await createOld(
      database,
      "create schema informes",
      `create view public.resumen with (security_barrier = true) as select largo, count(*) as n from public.mv group by largo`,
      "comment on view public.resumen is 'by length'",
      "comment on column public.resumen.n is 'how many'",
      `grant select on public.resumen to ${reader}`,
      `grant select (n) on public.resumen to ${clerk}`,
      "create view public.doble as select n * 2 as n from public.resumen",
      'create materialized view informes.copia with (fillfactor = 60) as select m.id, x.largo as "El Largo" from public.mv m join public.mv x using (id)',
      "create unique index copia_idx on informes.copia (id)",
      "comment on materialized view informes.copia is 'a copy'",
      `grant select on informes.copia to ${reader}`,
      'create materialized view informes.nieta as select sum("El Largo") as total from informes.copia',
      "create view informes.filas as select m as fila from public.mv m",
      `grant select on informes.filas to ${reader}`,
      "create view informes.sobre_filas as select (fila).largo from informes.filas",
      "create function public.total() returns bigint begin atomic select sum(largo) from public.mv; end",
      `grant execute on function public.total() to ${reader}`,
      "create function public.uno() returns setof public.mv language sql begin atomic select * from public.mv where id = 1; end",
      "comment on function public.uno() is 'the first'",
      "revoke execute on function public.uno() from public",
      `grant execute on function public.uno() to ${reader}`,
      "create table public.secretos (id bigint)",
      "alter table public.secretos enable row level security",
      `create policy mios on public.secretos for select to ${reader} using (exists (select 1 from public.mv where mv.id = secretos.id and largo > 100))`,
      "create policy todos on public.secretos for insert with check (id in (select id from public.mv))",
      "alter default privileges in schema informes grant all on tables to public",
    );
    const names: [string, string][] = [
      ["public", "resumen"],
      ["public", "doble"],
      ["informes", "copia"],
      ["informes", "nieta"],
      ["informes", "filas"],
      ["informes", "sobre_filas"],
    ];
    const all = () => Promise.all(names.map(([schema, name]) => propertiesOf(database, schema, name)));
    const functions =
      "select array_agg(row(p.proname, p.proacl, obj_description(p.oid), p.proowner)::text order by p.proname) from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosqlbody is not null";
    const policies =
      "select array_agg(row(polname, polcmd, polroles, pg_get_expr(polqual, polrelid))::text order by polname) from pg_policy";
    const before = [await all(), await one(database, functions), await one(database, policies)];
    const oids = "select array_agg(oid order by oid)::text from pg_class where relname in ('resumen', 'doble')";
    const kept = await one(database, oids);

    const readers = [
      await startReader(database.url, "select * from public.doble"),
      await startReader(database.url, "select * from informes.nieta"),
      await startReader(database.url, "select largo from public.mv where id = 1"),
    ];
    const { applied, rest } = await change(database, desired);
    const readings = [];
    for (const reader of readers) readings.push(await reader.stop());

    expect(readings.map(({ failures }) => failures)).toEqual([[], [], []]);
    expect(rest).toEqual(CONVERGED);
    expect(applied.steps).toHaveLength(1);
    expect([await all(), await one(database, functions), await one(database, policies)]).toEqual(before);
    // A view whose columns stay is replaced in place, and what depends on it is not touched.
    expect(await one(database, oids)).toBe(kept);
    expect(await one(database, "select min(largo) > 100 from public.mv")).toBe(true);
    expect(await one(database, "select min(largo) > 100 from public.resumen")).toBe(true);
    expect(await one(database, 'select min("El Largo") > 100 from informes.copia')).toBe(true);
    expect(await one(database, "select min(largo) > 100 from informes.sobre_filas")).toBe(true);
    expect(await one(database, "select total = (select sum(largo) from public.mv) from informes.nieta")).toBe(true);
    expect(await one(database, "select public.total() = (select sum(largo) from public.mv)")).toBe(true);
    expect(await one(database, "select (public.uno()).largo > 100")).toBe(true);
    await run(
      database,
      "insert into public.secretos values (1)",
      `grant select on public.secretos, public.mv to ${reader}`,
    );
    await run(database, `set role ${reader}`);
    expect(await one(database, "select count(*)::int from public.secretos")).toBe(1);
    await run(
      database,
      "reset role",
      "refresh materialized view informes.copia",
      "refresh materialized view concurrently informes.copia",
    );
    expect(await one(database, "select count(*)::int from pg_class where relname like '%matview\\_%'")).toBe(0);
  });

  test("comes back without data where it had none, unless something with data is computed from it", async (database) => {
    await createOld(
      database,
      "create materialized view public.vacia as select id, largo from public.mv",
      "create unique index vacia_idx on public.vacia (id)",
      "create view public.sobre_vacia as select id from public.vacia",
      "create materialized view public.nieta as select count(*) as n from public.sobre_vacia with no data",
      "refresh materialized view public.vacia with no data",
      "create materialized view public.medio as select id, largo from public.mv",
      "create materialized view public.llena as select count(*) as n from public.medio",
      "refresh materialized view public.medio with no data",
    );
    const populated = `select json_object_agg(relname, relispopulated order by relname) from pg_class
      where relkind = 'm' and relnamespace = 'public'::regnamespace`;
    const { rest } = await change(database, desired);
    expect(rest).toEqual(CONVERGED);
    expect(await one(database, populated)).toEqual({ llena: true, medio: true, mv: true, nieta: false, vacia: false });
    await run(database, "refresh materialized view public.vacia", "refresh materialized view public.nieta");
    expect(await one(database, "select min(largo) > 100 from public.vacia")).toBe(true);
  });

  test("in a table column of the view's row type always keeps the change from being made", async (database) => {
    await createOld(database, "create table public.guardadas (fila public.mv)");
    await expect(change(database, desired)).rejects.toThrow(
      "a column of table public.guardadas has the view's row type, and a table is never recreated: change the column first",
    );
    expect(await one(database, "select max(largo) < 100 from public.mv")).toBe(true);
  });

  test("that no longer fits the declared definition is named before anything is built", async (database) => {
    await createOld(database, "create view public.resumen as select largo from public.mv");
    const narrower = { ...desired, definition: "select id, nombre from public.ejecutivos", allowColumnChanges: true };
    await expect(change(database, narrower)).rejects.toThrow(
      /view public\.resumen does not fit the declared definition: column \S*largo\S* does not exist.*\[42703\]/,
    );
    expect(await one(database, "select max(largo) < 100 from public.mv")).toBe(true);
  });

  test("that mentions it in a text only is named in the reason of the plan", async (database) => {
    await createOld(
      database,
      "create function public.por_texto() returns bigint language sql as 'select count(*) from public.mv'",
      "create function public.otra() returns bigint language sql as 'select count(*) from public.ejecutivos'",
    );
    const plan = await withViewSession(database, (session) => planChange(session, desired));
    expect(plan.steps.map(({ reason }) => reason)).toEqual([
      "definition differs; mentioned in the text of public.por_texto(), which stay as they are",
    ]);
  });

  test("and was changed while the new view was planned is not put back to what it was", async (database) => {
    await createOld(database, "create view public.resumen as select largo from public.mv");
    await withViewSession(database, async (session) => {
      const plan = await planChange(session, desired);
      await run(database, "create or replace view public.resumen as select largo + 1 as largo from public.mv");
      await expect(applyPlan(session, plan, materializedViewKind.runners)).rejects.toThrow(
        /public\.mv: could not swap: public\.resumen was changed by somebody else meanwhile/,
      );
    });
    expect(await one(database, "select max(largo) < 100 from public.mv")).toBe(true);
    expect(await one(database, "select count(*)::int from pg_class where relname like '%matview\\_%'")).toBe(0);
  });
});
