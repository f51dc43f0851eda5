import { describe, expect, jest } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";
import { CHANGED, createOld, OLD } from "../support/swappedView.ts";
import { change, one, propertiesOf, run, startReader } from "../support/viewChange.ts";

jest.setTimeout(60_000);

const NEW = "select id, nombre, length(nombre) + 1 as largo from public.ejecutivos where id > 0";

const desired: DesiredView = { ...CHANGED, definition: NEW };

/** Relations of the tests that should not be there any more. */
async function temporaries(database: TestDatabase): Promise<string[]> {
  const text = "select relname from pg_class where relname like '%matview\\_%' order by 1";
  return (await database.client.query<{ relname: string }>(text)).rows.map(({ relname }) => relname);
}

const test = testsWith(withDatabase);

describe("a changed definition", () => {
  test("is swapped in under readers, of whom none fails", async (database) => {
    await createOld(database);
    const reader = await startReader(database.url, "select count(*), max(largo) from public.mv");
    const prepared = await startReader(database.url, { name: "all", text: "select * from public.mv limit 5" });
    const { applied, rest } = await change(database, desired);
    const readings = [await reader.stop(), await prepared.stop()];
    expect(readings.map(({ failures }) => failures)).toEqual([[], []]);
    expect(readings.every(({ reads }) => reads > 10)).toBe(true);
    expect(applied.steps.map(({ action, reason }) => `${action}: ${reason}`)).toEqual(["swap: definition differs"]);
    expect(rest).toEqual({ steps: [], differences: [] });
    expect(
      await one(
        database,
        "select bool_and(m.largo = length(e.nombre) + 1) from public.mv m join public.ejecutivos e using (id)",
      ),
    ).toBe(true);
    expect(await temporaries(database)).toEqual([]);
  });

  test("keeps everything that the old view had", async (database) => {
    const [owner, reader, clerk] = [
      await database.createRole(),
      await database.createRole(),
      await database.createRole(),
    ];
    await createOld(database);
    await run(
      database,
      `grant select on public.ejecutivos to ${owner}`,
      `grant create on schema public to ${owner}`,
      "comment on materialized view public.mv is 'it''s; kept'",
      "comment on column public.mv.nombre is 'name'",
      "comment on index public.mv_id_idx is 'the key'",
      "create index mv_expr_idx on public.mv using btree (lower(nombre)) with (fillfactor = 80) where id > 1",
      "alter index public.mv_expr_idx alter column 1 set statistics 55",
      'create index "MV Odd" on public.mv using hash (nombre)',
      "alter materialized view public.mv cluster on mv_id_idx",
      "alter materialized view public.mv set (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false)",
      "alter materialized view public.mv alter column nombre set statistics 77",
      "alter materialized view public.mv alter column nombre set storage external",
      "alter materialized view public.mv alter column nombre set compression pglz",
      "alter materialized view public.mv alter column id set (n_distinct = -0.5)",
      "create statistics public.mv_stat (ndistinct, dependencies) on id, nombre from public.mv",
      "create statistics public.mv_stat2 on (id % 3), (largo + 1) from public.mv",
      "comment on statistics public.mv_stat is 'both'",
      "alter statistics public.mv_stat set statistics 33",
      `alter materialized view public.mv owner to ${owner}`,
      `grant select on public.mv to ${reader} with grant option`,
      `set role ${reader}`,
      `grant select on public.mv to ${clerk}`,
      "reset role",
      `grant update (nombre), select (id) on public.mv to ${clerk}`,
      `revoke truncate on public.mv from ${owner}`,
      // Must not reach the new view.
      "alter default privileges in schema public grant all on tables to public",
    );
    const hasMaintain = (await one(database, "select current_setting('server_version_num')::int >= 170000")) === true;
    if (hasMaintain) await run(database, `grant maintain on public.mv to ${clerk}`);
    const before = await propertiesOf(database, "public", "mv");
    const { rest } = await change(database, desired);
    expect(await propertiesOf(database, "public", "mv")).toEqual(before);
    expect(rest).toEqual({ steps: [], differences: [] });
    expect(before.indexes).toHaveLength(3);
    expect(before.grants.some(({ privilege }) => privilege === "maintain")).toBe(hasMaintain);
    expect(before.columns[1]).toMatchObject({ statistics: 77, storage: "external", compression: "pglz" });
    expect(await one(database, "select count(*)::int from pg_stats where tablename = 'mv'")).toBe(3);
  });

  test("takes the old one's place whatever it and its parts are called", async (database) => {
    const [odd, label] = ['"Vista \'rara\', {a}\\b;c $$ ""d"""', "it's {\\,\"} $do$ ; -- x"];
    await run(
      database,
      "create schema \"El, 'Esquema'\"",
      `create materialized view "El, 'Esquema'".${odd} as ${OLD}`,
      `create unique index "Clave, 'x'" on "El, 'Esquema'".${odd} (id)`,
      `comment on materialized view "El, 'Esquema'".${odd} is $c$${label}$c$`,
      `create view public."Otra; vista" as select * from "El, 'Esquema'".${odd}`,
    );
    const named: DesiredView = {
      ...desired,
      schema: "El, 'Esquema'",
      name: "Vista 'rara', {a}\\b;c $$ \"d\"",
      keyIndex: "Clave, 'x'",
      dependents: "recreate",
    };
    expect((await change(database, named)).rest).toEqual({ steps: [], differences: [] });
    expect(await one(database, `select bool_and(largo > 1) from public."Otra; vista"`)).toBe(true);
    expect(
      await one(database, `select obj_description('"El, ''Esquema''".${odd.replaceAll("'", "''")}'::regclass)`),
    ).toBe(label);
  });
});
