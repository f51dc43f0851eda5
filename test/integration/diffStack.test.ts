import { expect } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { readStackViews } from "../../operations/diff/stackViews.ts";
import { diffStack } from "../../operations/diff/viewDiff.ts";
import type { UntoldDiff, ViewDiff } from "../../operations/diff/viewDiff.ts";
import type { DigestView } from "../../operations/preview/digestSteps.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import { withSession } from "../../postgres/session.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";

const test = testsWith<[TestDatabase]>((use) => withDatabase(use, { template: "empty" }));

const view = (name: string, definition: string, rest: Partial<DesiredView> = {}): DesiredView => ({
  schema: "public",
  name,
  definition,
  uniqueKey: ["id"],
  ...rest,
});

/** A view as it was deployed, and as it is declared now. */
const edited = (name: string, before: string, after?: string): DigestView => ({
  ...{ database: {}, isKnown: true, isIdle: false },
  previous: view(name, before),
  desired: after === undefined ? undefined : view(name, after),
});

function diffsOf({ url }: TestDatabase, views: readonly DigestView[], share = 1): Promise<(ViewDiff | UntoldDiff)[]> {
  return withSession(
    resolveConnection({}, { MATVIEW_DATABASE_URL: url }),
    "matview diff",
    async (session) =>
      diffStack(session, await readStackViews(session, views), { limitMs: 30_000, share, explain: false, rows: 0 }),
    "look",
  );
}

const BASE = "select id, tienda, importe from ventas";
const TOP = "select tienda as id, sum(importe) as importe from public.resumen group by tienda";

test("a change is followed through plain views, also ones in another schema, into the views of the stack", async (database) => {
  const { client } = database;
  await client.query(`create table ventas (id int primary key, tienda int, importe int);
    insert into ventas select g, g % 5, g from generate_series(1, 100) g;
    create materialized view mv_base as ${BASE};
    create view resumen as select tienda, importe from mv_base where tienda > 0;
    create materialized view mv_cima as ${TOP};
    create materialized view mv_aparte as select id from ventas;
    insert into ventas values (101, 1, 1000)`);
  const told = await diffsOf(database, [
    edited("mv_cima", TOP, TOP),
    edited("mv_base", BASE, "select id, tienda, case when tienda = 3 then 0 else importe end as importe from ventas"),
    edited("mv_aparte", "select id from ventas", "select id from ventas"),
    {
      ...{ database: {}, isKnown: true, isIdle: false },
      previous: undefined,
      desired: view("mv_nueva", "select id, importe from mv_base where importe = 0"),
    },
  ]);
  expect(told).toMatchObject([
    {
      ...{
        view: "public.mv_base",
        change: "changed",
        dependents: ["view public.resumen", "materialized view public.mv_cima"],
      },
      // What came since the last refresh is on both sides.
      ...{ rows: { before: 101, after: 101, changed: 20, gone: 0, added: 0 }, columns: { changed: { importe: 20 } } },
    },
    { view: "public.mv_cima", change: "followed", rows: { before: 4, changed: 1, same: 3 }, key: ["id"] },
    {
      view: "public.mv_nueva",
      change: "new",
      rows: { after: 20 },
      columns: { nulls: { id: 0 }, distinct: { importe: 1 } },
    },
  ]);
});

test("both in one deploy, one that goes, and one that cannot be read, which keeps the others from nothing", async (database) => {
  const { client } = database;
  await client.query(`create table ventas (id int primary key, tienda int, importe int);
    insert into ventas select g, g % 5, g from generate_series(1, 100) g;
    create materialized view mv_base as ${BASE};
    create materialized view mv_sobre as select id from mv_base where importe > 50;
    create materialized view mv_vieja as select id from ventas`);
  const told = await diffsOf(database, [
    edited("mv_base", BASE, `${BASE.replace("importe", "importe, importe * 2 as doble")} where id > 10`),
    edited("mv_sobre", "select id from mv_base where importe > 50", "select id, doble from mv_base where importe > 40"),
    edited("mv_vieja", "select id from ventas"),
    {
      database: {},
      isKnown: true,
      isIdle: false,
      previous: undefined,
      desired: view("mv_mala", "select ('Juana ' || id)::int as id from ventas"),
    },
  ]);
  expect(told).toMatchObject([
    { view: "public.mv_base", rows: { gone: 10, same: 90 }, columns: { added: ["doble"] } },
    {
      view: "public.mv_sobre",
      change: "changed",
      rows: { before: 50, after: 60, added: 10 },
      columns: { added: ["doble"] },
    },
    { view: "public.mv_vieja", change: "dropped", rows: { before: 100, gone: 100, after: 0 } },
    { problem: 'cannot compare the rows of public.mv_mala: invalid input syntax for type integer: "..." [22P02]' },
  ]);
});

test("a source that was renamed under the view is told apart from an edit", async (database) => {
  const { client } = database;
  await client.query(`create table clientes (id int); insert into clientes values (1), (2);
    create materialized view mv as select id from clientes;
    alter table clientes rename to clientes_old;
    create table clientes (id int); insert into clientes values (2), (3)`);
  const told = await diffsOf(database, [edited("mv", "select id from clientes", "select id from clientes")]);
  expect(told).toMatchObject([
    {
      ...{ view: "public.mv", change: "changed", rows: { gone: 1, added: 1, same: 1 } },
      sources: {
        added: ["public.clientes"],
        removed: ["public.clientes_old"],
        renamed: [{ from: "public.clientes", to: "public.clientes_old" }],
      },
    },
  ]);
});

test("a sample breaks a limit of rows, and tells nothing of a share of all rows", async (database) => {
  const before = "select g as id, 1 as n from generate_series(1, 2000) g";
  await database.client.query(`create materialized view mv as ${before}`);
  // They are all in the sample, where they are ten times as large a share.
  const after = `${before} where hash_record_extended(row(g), 0) & 65535 > 500`;
  const expecting = (gone: string | number): DigestView[] => [
    {
      database: {},
      isKnown: true,
      isIdle: false,
      previous: view("mv", before),
      desired: view("mv", after, { change: { gone } }),
    },
  ];
  expect(await diffsOf(database, expecting("2 %"))).toMatchObject([{ expected: { is_met: true } }]);
  expect(await diffsOf(database, expecting("2 %"), 0.1)).toMatchObject([{ expected: { is_met: null, problems: [] } }]);
  expect(await diffsOf(database, expecting(1), 0.1)).toMatchObject([{ expected: { is_met: false } }]);
});

test("what the deploy would refuse is said where the figures tell it", async (database) => {
  const before = "select g as id, 1 as n from generate_series(1, 100) g";
  await database.client.query(`create materialized view mv as ${before}`);
  const refusals = async (after: string, more: Partial<DesiredView> = {}): Promise<unknown> => {
    const [told] = await diffsOf(database, [
      { database: {}, isKnown: true, isIdle: false, previous: view("mv", before), desired: view("mv", after, more) },
    ]);
    return told !== undefined && "refusals" in told ? told.refusals : told;
  };
  expect(await refusals(`${before} where g > 90`)).toEqual([
    "the old view has 100 rows and the new one 10, 0.10 times as many; rowCount allows at least 0.5 times; if that is right, " +
      "set rowCount to { min: 0.1 }, or for this deploy alone, set MATVIEW_ALLOW=rows:public.mv",
  ]);
  expect(await refusals(`${before} where g > 90`, { rowCount: { min: 0.1 } })).toEqual([]);
  expect(await refusals(`${before}, generate_series(1, 2)`)).toEqual(["key (id) is not unique in the declared rows"]);
  expect(await refusals(`${before} where g > 1`, { change: { rows: "same" } })).toEqual([
    "1 of 100 rows goes, where none may",
  ]);
});
