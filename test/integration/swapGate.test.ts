import { describe, expect, jest, test as plain } from "@jest/globals";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { TestDatabase } from "../support/database.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, OLD, withOld } from "../support/swappedView.ts";
import { change, one, planChange, propertiesOf, run, withViewSession } from "../support/viewChange.ts";

jest.setTimeout(60_000);

/** The old view serves and nothing was left aside. */
async function mustBeOld(database: TestDatabase): Promise<void> {
  expect(await one(database, "select bool_and(largo < 100) from public.mv")).toBe(true);
  expect(await one(database, "select count(*)::int from pg_class where relname like '%matview\\_%'")).toBe(0);
}

/** What makes the old view as a role that is no superuser. */
const madeBy = (role: string): string[] => [
  `grant select on public.ejecutivos to ${role}`,
  `grant create on schema public to ${role}`,
  `set role ${role}`,
  `create materialized view public.mv as ${OLD}`,
  "create unique index mv_id_idx on public.mv (id) nulls not distinct",
  "reset role",
];

const test = testsWith(withOld);

describe("a new view is refused, and the old one stays,", () => {
  const duplicates = "select id / 2 as id, nombre, length(nombre) + 100 as largo from public.ejecutivos";
  const nulls = "select nullif(nullif(id, 1), 2) as id, nombre, length(nombre) + 100 as largo from public.ejecutivos";

  plain.each([
    [
      "when its key is not unique",
      { definition: duplicates },
      /the new data are refused: key \(id\) of public\.mv does not hold: .* more than once/,
    ],
    [
      "when its key has a null more than once",
      { definition: nulls },
      /the new data are refused: key \(id\) of public\.mv does not hold: 1 value of it occurs more than once, in 2 rows of \d+\./,
    ],
    [
      "when it has fewer rows than allowed",
      { definition: `${CHANGED.definition} where id < 3`, rowCount: { min: 0.9 } },
      /the old view has \d+ rows and the new one 2, 0\.\d\d times as many; rowCount allows at least 0\.9 times; if that is right, set rowCount to \{ min: 0\.\d+ \}/,
    ],
    [
      "when it would lose more than half of the rows unasked",
      { definition: `${CHANGED.definition} where id < 3` },
      /the old view has \d+ rows and the new one 2, 0\.\d\d times as many; rowCount allows at least 0\.5 times; if that is right, set rowCount to/,
    ],
    [
      "when it would be empty unasked, whatever else is declared",
      { definition: `${CHANGED.definition} where false`, rowCount: { max: 9 } },
      /the old view has \d+ rows and the new one 0, 0\.00 times as many; rowCount allows 0\.5 to 9 times; if that is right, set rowCount to \{ min: 0 \}/,
    ],
    [
      "when it has more rows than allowed",
      {
        definition: `${CHANGED.definition} union all select -id, nombre, 101 from public.ejecutivos`,
        rowCount: { min: 0.5, max: 1.5 },
      },
      /the old view has \d+ rows and the new one \d+, 2\.00 times as many; rowCount allows 0\.5 to 1\.5 times; if that is right, set rowCount to \{ max: 2 \}/,
    ],
    [
      "when a column would go",
      { definition: "select id, length(nombre) + 100 as largo from public.ejecutivos" },
      /public\.mv is left as it is: 1 problem\n {2}- column nombre is not in the declared definition; readers that ask for it would fail\. Set allowColumnChanges: true when none does/,
    ],
    [
      "when a column would have another type",
      { definition: "select id, nombre, (length(nombre) + 100)::bigint as largo from public.ejecutivos" },
      /column largo is integer and would become bigint; readers that ask for it would fail/,
    ],
  ])("%s", async (_title, changed, message) => {
    await withOld(async (database) => {
      await expect(change(database, { ...CHANGED, ...changed })).rejects.toThrow(message);
      await mustBeOld(database);
    });
  });

  test("when an index that nobody declared cannot be built on its columns", async (database) => {
    await run(database, "create index mv_nombre_idx on public.mv (upper(nombre))");
    const narrower = {
      ...CHANGED,
      definition: "select id, length(nombre) + 100 as largo from public.ejecutivos",
      allowColumnChanges: true,
    };
    await expect(change(database, narrower)).rejects.toThrow(
      "index mv_nombre_idx uses column nombre, which goes: drop it first",
    );
    await mustBeOld(database);
  });

  test("when it would not keep all that the old one had, with the list", async (database) => {
    await run(
      database,
      "alter materialized view public.mv set (fillfactor = 70)",
      "comment on materialized view public.mv is 'kept'",
      `create function public.quita() returns event_trigger language plpgsql as $$ begin
           if exists (select 1 from pg_event_trigger_ddl_commands() c where c.object_identity like '%mv_id_idx') then
             execute 'comment on materialized view public.mv is null';
             execute 'grant select on public.mv to public';
           end if;
         end $$`,
      "create event trigger quita on ddl_command_end when tag in ('ALTER INDEX') execute function public.quita()",
    );
    await expect(change(database, CHANGED)).rejects.toThrow(
      "public.mv: could not swap: the new one would not keep all that the old one has, so the old one stays:\n" +
        '  - public.mv: comment "kept"\n' +
        "  - public.mv: not the additional grant select to public by postgres",
    );
    await run(database, "drop event trigger quita");
    await mustBeOld(database);
    expect(await one(database, "select obj_description('public.mv'::regclass)")).toBe("kept");
  });
});

describe("a plan refuses a new view", () => {
  plain("for a role that may not use the language of the last look", async () => {
    await withDatabase(async (database) => {
      const role = await database.createRole();
      await run(database, ...madeBy(role), "revoke usage on language plpgsql from public");
      await expect(change(database, CHANGED, undefined, role)).rejects.toThrow(
        "public.mv is left as it is: 1 problem\n" +
          "  - the connected role may not use language plpgsql, in which the server looks whether the new view keeps all that the " +
          "old one has: grant usage on language plpgsql to it",
      );
      await mustBeOld(database);
    });
  });
});

describe("a new view takes the old one's place", () => {
  test("with fewer columns and other types where that is allowed", async (database) => {
    await run(database, "comment on column public.mv.nombre is 'goes'", "comment on column public.mv.largo is 'stays'");
    const narrower = {
      ...CHANGED,
      definition: "select id, (length(nombre) + 100)::bigint as largo from public.ejecutivos",
      allowColumnChanges: true,
    };
    const { applied, rest } = await change(database, narrower);
    expect(applied.steps[0]?.hazards).toContain("prepared-statements");
    expect(rest).toEqual(CONVERGED);
    expect(
      await one(
        database,
        "select array_agg(attname::text || coalesce(' ' || col_description(attrelid, attnum), '') order by attnum) from pg_attribute where attrelid = 'public.mv'::regclass and attnum > 0",
      ),
    ).toEqual(["id", "largo stays"]);
  });

  test("with a wider key, for which the old unique index would be too narrow", async (database) => {
    const wider = {
      ...CHANGED,
      definition: `${CHANGED.definition} union all select id, nombre, length(nombre) + 200 from public.ejecutivos`,
      uniqueKey: ["id", "largo"],
      keyIndex: "mv_id_largo_idx",
    };
    expect((await change(database, wider, CHANGED)).rest).toEqual(CONVERGED);
    expect(
      await one(
        database,
        "select array_agg(indexrelid::regclass::text) from pg_index where indrelid = 'public.mv'::regclass",
      ),
    ).toEqual(["mv_id_largo_idx"]);
  });

  test("when the old one has no data yet", async (database) => {
    await run(database, "refresh materialized view public.mv with no data");
    expect((await change(database, { ...CHANGED, rowCount: { min: 0.9 } })).rest).toEqual(CONVERGED);
    expect(await one(database, "select bool_and(largo > 100) from public.mv")).toBe(true);
  });

  test("in another tablespace, and back", async (database) => {
    const space = uniqueName("espacio");
    await run(database, "set allow_in_place_tablespaces = on", `create tablespace ${space} location ''`);
    const where =
      "select coalesce((select spcname::text from pg_tablespace where oid = reltablespace), 'default') from pg_class where oid = 'public.mv'::regclass";
    const old = { ...CHANGED, definition: OLD };
    const { applied, rest } = await change(database, { ...old, tablespace: space });
    expect(applied.steps.map(({ action, reason }) => `${action}: ${reason}`)).toEqual([
      `swap: tablespace is pg_default, declared ${space}`,
    ]);
    expect(rest).toEqual(CONVERGED);
    expect(await one(database, where)).toBe(space);
    expect((await change(database, { ...old, tablespace: "pg_default" })).rest).toEqual(CONVERGED);
    expect(await one(database, where)).toBe("default");
    await run(database, `drop tablespace ${space}`);
  });

  test("under a new name, with dependents that follow", async (database) => {
    await run(database, "create view public.resumen as select max(largo) as n from public.mv");
    const renamed = { ...CHANGED, name: "mv_nueva", keyIndex: "mv_nueva_id_idx", dependents: "recreate" as const };
    await withViewSession(database, async (session) => {
      const [actual] = await materializedViewKind.describe(session, [{ ...renamed, name: "mv" }]);
      const { capabilities } = session;
      const plan = materializedViewKind.plan({ desired: renamed, previous: CHANGED, actual, capabilities });
      expect(plan.steps.map(({ action }) => action)).toEqual(["swap", "rename"]);
      await applyPlan(session, plan, materializedViewKind.runners);
      expect(await planChange(session, renamed, CHANGED)).toEqual(CONVERGED);
    });
    expect(await one(database, "select n > 100 from public.resumen")).toBe(true);
    expect(await one(database, "select max(largo) > 100 from public.mv_nueva")).toBe(true);
  });

  plain("for a role that owns it and is no superuser", async () => {
    await withDatabase(async (database) => {
      const role = await database.createRole();
      await run(database, ...madeBy(role));
      expect((await change(database, CHANGED, undefined, role)).rest).toEqual(CONVERGED);
      expect(await one(database, "select bool_and(largo > 100) from public.mv")).toBe(true);
      expect(
        await one(database, "select pg_get_userbyid(relowner)::text from pg_class where oid = 'public.mv'::regclass"),
      ).toBe(role);
    });
  });

  plain("for a role that is a member of its owner, with grants that stay the owner's", async () => {
    await withDatabase(async (database) => {
      const [owner, deployer, reader] = [
        await database.createRole(),
        await database.createRole(),
        await database.createRole(),
      ];
      await run(
        database,
        ...madeBy(owner),
        `grant create on schema public to ${deployer}`,
        `grant ${owner} to ${deployer}`,
        `set role ${owner}`,
        "create statistics public.mv_stat on id, largo from public.mv",
        `grant select on public.mv to ${reader}`,
        "reset role",
        `alter default privileges for role ${deployer} grant all on tables to public`,
      );
      const before = await propertiesOf(database, "public", "mv");
      expect((await change(database, CHANGED, undefined, deployer)).rest).toEqual(CONVERGED);
      expect(await propertiesOf(database, "public", "mv")).toEqual(before);
      expect(await one(database, "select bool_and(largo > 100) from public.mv")).toBe(true);
    });
  });
});
