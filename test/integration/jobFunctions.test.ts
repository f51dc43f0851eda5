import { describe, expect, jest, test } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { viewIndexKind } from "../../kinds/viewIndex/kind.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import { checkoutVariables } from "../../scripts/checkoutVariables.ts";
import { runMatview } from "../support/dashboard.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { change, one, run, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const isSince17 = Number(checkoutVariables.MATVIEW_POSTGRES_VERSION ?? 15) >= 17;
const before17 = isSince17 ? test.skip : test;
const since17 = isSince17 ? test : test.skip;

const desired: DesiredView = {
  schema: "public",
  name: "mv",
  definition: "select d.id, public.texto(d.id) as texto from public.doc d",
  uniqueKey: ["id"],
  keyIndex: "mv_id_idx",
};

/** A table and functions whose bodies name it without its schema. */
async function withFunctions(action: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(
    async (database) => {
      await run(
        database,
        "create table public.doc (id int primary key, texto text)",
        "insert into public.doc values (1, 'uno dos'), (2, 'tres')",
        "create function public.texto(i int) returns text language sql stable as 'select texto from doc where id = i'",
        "create function public.todos() returns setof public.doc language sql stable as 'select * from doc'",
        "create function public.largo(t text) returns int language sql immutable as 'select medida(t)'".replace(
          "medida",
          "length",
        ),
      );
      await action(database);
    },
    { template: "empty" },
  );
}

const refresh = (database: TestDatabase, ...words: string[]) =>
  runMatview(["refresh", ...words, "public.mv"], database.url);

before17(
  "functions and texts that name a table without its schema work in a first refresh, a refresh and a swap",
  async () => {
    await withFunctions(async (database) => {
      await run(
        database,
        "create function public.medida(t text) returns int language sql immutable as 'select length(t)'",
        "create or replace function public.largo(t text) returns int language plpgsql immutable as 'begin return medida(t); end'",
      );
      const definition = `select d.id, public.texto(d.id) as texto, (select count(*)::int from ts_stat('select to_tsvector(texto) from doc')) as palabras
      from public.doc d join public.todos() t on t.id = d.id`;
      await change(database, { ...desired, definition });
      expect(await refresh(database, "--if-unpopulated")).toMatchObject({ code: 0, stderr: "" });
      await run(
        database,
        "create unique index mv_id_idx on public.mv (id)",
        "create index mv_largo on public.mv (public.largo(texto)) where public.largo(texto) > 0",
        "create statistics public.mv_largos on (public.largo(texto)), id from public.mv",
      );
      expect(await refresh(database)).toMatchObject({ code: 0, stderr: "" });
      const changed = { ...desired, definition: definition.replace("palabras", "palabras, 1 as mas") };
      expect((await change(database, changed, { ...desired, definition })).rest).toEqual(CONVERGED);
      expect(
        await one(database, "select string_agg(concat(id, texto, palabras, mas), ';' order by id) from public.mv"),
      ).toBe("1uno dos31;2tres31");
      expect(await one(database, "select count(*)::int from pg_indexes where indexname = 'mv_largo'")).toBe(1);
    });
  },
);

since17(
  "a function in SQL that every refresh refuses is named before anything is made, with the line that mends it",
  async () => {
    await withFunctions(async (database) => {
      const preflight = () =>
        withViewSession(database, async (session) => materializedViewKind.preflight?.(session, desired));
      const problem = (signature: string, name: string) =>
        `the definition calls function public.${signature}, which fails in every refresh: relation "doc" does not exist [42P01]. From PostgreSQL 17 on a ` +
        `refresh looks names up in pg_catalog and pg_temp alone: alter function public.${signature} set search_path = public, pg_temp`.replace(
          "NAME",
          name,
        );
      expect(await preflight()).toEqual([problem("texto(i integer)", "texto")]);
      // A view in between, a body that needs no search_path, and one that is mended.
      await run(
        database,
        "create view public.v as select * from public.todos()",
        "alter function public.texto(int) set search_path = public, pg_temp",
      );
      expect(await preflight()).toEqual([]);
      const over = {
        ...desired,
        definition: "select id, public.largo(texto) as largo, public.texto(id) as texto from public.v",
      };
      expect(
        await withViewSession(database, async (session) => materializedViewKind.preflight?.(session, over)),
      ).toEqual([problem("todos()", "todos")]);
    });
  },
);

since17("what is known only when it runs says what to do, in a refresh and in a swap", async () => {
  await withFunctions(async (database) => {
    await run(
      database,
      "create or replace function public.texto(i int) returns text language plpgsql stable as 'begin return (select texto from doc where id = i); end'",
    );
    await change(database, desired);
    const { code, stderr } = await refresh(database);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /public\.mv could not be refreshed: relation "doc" does not exist \[42P01\] \(PL\/pgSQL function public\.texto\(integer\) line 1 at RETURN\)\. A name without a schema is looked up in the search_path of the job's role, and from PostgreSQL 17 on in pg_catalog and pg_temp alone: write the schema before it, or alter function \.\.\. set search_path = \.\.\.\n$/,
    );
    const swap = change(database, { ...desired, definition: `${desired.definition} where d.id > 0` });
    await expect(swap).rejects.toThrow(
      /public\.mv: could not swap: relation "doc" does not exist \[42P01\] \(PL\/pgSQL function public\.texto\(integer\) .*\)\. A name without a schema/,
    );
  });
});

describe("a function with a text as body that returns the view's rows", () => {
  test("is recreated by a swap, whatever its body names and whoever called it", async () => {
    await withFunctions(async (database) => {
      await run(
        database,
        "create materialized view public.mv as select id, texto from public.doc",
        "create unique index mv_id_idx on public.mv (id)",
        "create function public.todas() returns setof public.mv language sql as 'select * from mv'",
        "create function public.una(i int default 1) returns public.mv language plpgsql as 'declare r mv; begin select * into r from mv where id = i; return r; end'",
        "create function public.atomica() returns setof public.mv language sql begin atomic select * from public.mv; end",
      );
      const changed: DesiredView = {
        ...desired,
        definition: "select id, texto || '!' as texto from public.doc",
        dependents: "recreate",
      };
      expect((await change(database, changed)).rest).toEqual(CONVERGED);
      expect(
        await one(
          database,
          "select concat((select count(*) from todas()), (una()).texto, (select count(*) from atomica()))",
        ),
      ).toBe("2uno dos!2");
    });
  });
});

test("the key of a view without data is counted in the rows that the job will compute", async () => {
  await withDatabase(
    async (database) => {
      await run(
        database,
        // Two days in UTC, one in Mexico City; and two there of one in UTC.
        "create table public.msj (t timestamptz)",
        "insert into public.msj values ('2026-01-01 12:00+00'), ('2026-01-02 01:00+00')",
        "create materialized view public.mv as select t::date as dia from public.msj with no data",
        `alter database ${database.name} set timezone = 'America/Mexico_City'`,
      );
      const preflight = () =>
        withViewSession(database, async (session) =>
          viewIndexKind.preflight?.(session, {
            schema: "public",
            view: "mv",
            name: "mv_dia_idx",
            columns: ["dia"],
            unique: true,
          }),
        );
      expect((await preflight())?.[0]).toMatch(
        /key \(dia\) of public\.mv does not hold: 1 value of it occurs more than once/,
      );
      await run(
        database,
        "update public.msj set t = t + interval '12 hours' where t < '2026-01-02'",
        "update public.msj set t = '2026-01-02 12:00+00' where t > '2026-01-02 00:30+00'",
      );
      expect(await preflight()).toEqual([]);
    },
    { template: "empty" },
  );
});

test("what the job's role could hide in its search_path is run as that role alone", async () => {
  await withDatabase(
    async (database) => {
      const owner = await database.createRole({ prefix: "owner" });
      await run(
        database,
        "create table public.doc as select g as id from generate_series(1, 3) g",
        `grant select on public.doc to ${owner}`,
        // A sequence keeps what a rollback takes back.
        "create sequence public.como_owner",
        "create sequence public.como_otro",
        "grant usage on all sequences in schema public to public",
        `create schema trampa authorization ${owner}`,
        `set role ${owner}`,
        `create function trampa.mayor(numeric, integer) returns boolean language plpgsql as 'begin perform nextval(case when current_user = ''${owner}'' then ''public.como_owner'' else ''public.como_otro'' end); return true; end'`,
        "create operator trampa.> (leftarg = numeric, rightarg = integer, function = trampa.mayor)",
        `create function trampa.mayor(bigint, integer) returns boolean language plpgsql as 'begin perform nextval(case when current_user = ''${owner}'' then ''public.como_owner'' else ''public.como_otro'' end); return true; end'`,
        "create operator trampa.> (leftarg = bigint, rightarg = integer, function = trampa.mayor)",
        "reset role",
        `alter role ${owner} set search_path = trampa, pg_catalog`,
      );
      const own: DesiredView = { ...desired, definition: "select id from public.doc", owner };
      await change(database, own);
      await refresh(database);
      expect((await change(database, { ...own, definition: "select id from public.doc where id < 10" })).rest).toEqual(
        CONVERGED,
      );
      await runMatview(["verify", "public.mv", "--spot-check", "id:live"], database.url);
      await runMatview(["doctor", "public.mv"], database.url);
      expect(await one(database, "select is_called from public.como_owner")).toBe(!isSince17);
      expect(await one(database, "select is_called from public.como_otro")).toBe(false);
    },
    { template: "empty" },
  );
});
