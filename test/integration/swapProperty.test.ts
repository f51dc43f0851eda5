import { expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { propertyLines } from "../../kinds/materializedView/swap/relationProperties.ts";
import { withDatabase, type TestDatabase } from "../support/database.ts";
import { change, propertiesOf } from "../support/viewChange.ts";

jest.setTimeout(300_000);

const QUERIES = [
  "select id, nombre, length(nombre) as largo from public.ejecutivos",
  "select id, nombre, length(nombre) + 100 as largo from public.ejecutivos",
  "select id, nombre, length(nombre) + 100 as largo, correo from public.ejecutivos where id > 2",
] as const;

/** Statements that make the live view what nobody declared; owner, reader and clerk are roles of the test. */
const BY_HAND = [
  "alter materialized view public.mv set (fillfactor = 70)",
  "alter materialized view public.mv set (autovacuum_enabled = false, toast.autovacuum_enabled = false)",
  "comment on materialized view public.mv is 'a mano'",
  "comment on column public.mv.nombre is 'el nombre'",
  "comment on column public.mv.largo is 'cuánto'",
  "alter materialized view public.mv alter column nombre set statistics 50",
  "alter materialized view public.mv alter column nombre set storage external",
  "alter materialized view public.mv alter column id set (n_distinct = -0.9)",
  "create index mv_lower_idx on public.mv (lower(nombre)) where largo > 3",
  'create index "MV Hash" on public.mv using hash (largo)',
  "create unique index mv_otra_idx on public.mv (id desc) include (nombre) with (fillfactor = 60)",
  "alter materialized view public.mv cluster on mv_id_idx",
  "create statistics public.mv_stat (dependencies) on id, largo from public.mv",
  "grant select on public.mv to reader with grant option",
  "grant select, update on public.mv to public",
  "grant select (nombre), update (largo) on public.mv to clerk",
  "revoke truncate, trigger on public.mv from owner",
  "alter default privileges in schema public grant all on tables to clerk",
  "create view public.resumen as select largo, count(*) as n from public.mv group by largo",
  "create view public.filas as select m from public.mv m",
  "create materialized view public.copia with (fillfactor = 50) as select id as clave, largo from public.mv",
  "create function public.total() returns bigint begin atomic select sum(largo) from public.mv; end",
  "refresh materialized view public.mv with no data",
] as const;

const GRANTS: NonNullable<DesiredView["grants"]>[] = [[{ role: "clerk", privileges: ["select"] }], []];

const declared = fc.record(
  {
    owner: fc.constantFrom("owner", "reader"),
    comment: fc.constantFrom("declarado", "it's"),
    grants: fc.constantFrom(...GRANTS),
    storageParameters: fc.constantFrom({ fillfactor: "90" }, { autovacuum_vacuum_scale_factor: "0.1" }),
  },
  { requiredKeys: [] },
);

const dependents = ["resumen", "filas", "copia"];

test("whatever a view is and whatever is declared, it becomes what is declared and keeps what nobody declared", async () => {
  await withDatabase(async (database) => {
    const roles = {
      owner: await database.createRole(),
      reader: await database.createRole(),
      clerk: await database.createRole(),
    };
    const named = (text: string): string =>
      text.replace(/\b(owner|reader|clerk)(?=$| with|;)/g, (role) => roles[role as keyof typeof roles]);
    for (const role of [roles.owner, roles.reader]) {
      await database.client.query(`grant select on public.ejecutivos to ${role}`);
      await database.client.query(`grant create on schema public to ${role}`);
    }
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...BY_HAND]),
        fc.constantFrom(...QUERIES),
        declared,
        async (byHand, definition, { owner, grants, ...rest }) => {
          await reset(database, roles.clerk);
          const isOwned = `alter materialized view public.mv owner to ${roles.owner}`;
          for (const statement of [isOwned, ...byHand.map(named)]) await database.client.query(statement);
          const desired: DesiredView = {
            ...rest,
            schema: "public",
            name: "mv",
            definition,
            uniqueKey: ["id"],
            keyIndex: "mv_id_idx",
            dependents: "recreate",
            ...(owner === undefined ? {} : { owner: roles[owner] }),
            ...(grants === undefined ? {} : { grants: grants.map((one) => ({ ...one, role: roles.clerk })) }),
          };
          const before = await state(database);
          const { rest: remaining } = await change(database, desired);
          const after = await state(database);

          expect(remaining).toEqual({ steps: [], differences: [] });
          const lost = before.view.filter((line) => !after.view.includes(line) && !isDeclared(line, desired));
          expect(lost).toEqual([]);
          const gained = after.view.filter((line) => line.startsWith("grant ") && !before.view.includes(line));
          expect(gained.filter((line) => !isDeclared(line, desired))).toEqual([]);
          expect(after.dependents).toEqual(before.dependents);
        },
      ),
      { numRuns: 25 },
    );
  });
});

async function reset(database: TestDatabase, clerk: string): Promise<void> {
  const statements = [
    "drop materialized view if exists public.mv cascade",
    `alter default privileges in schema public revoke all on tables from ${clerk}`,
    `create materialized view public.mv as ${QUERIES[0]}`,
    "create unique index mv_id_idx on public.mv (id) nulls not distinct",
  ];
  for (const statement of statements) await database.client.query(statement);
}

async function state(database: TestDatabase): Promise<{ view: string[]; dependents: (string[] | "absent")[] }> {
  const lines = async (name: string): Promise<string[]> => {
    const found = await propertiesOf(database, "public", name);
    // Grants are followed through a change of the owner: neither who granted nor what an owner may do of itself.
    const ofOthers = {
      ...found,
      oid: "",
      definition: "",
      grants: found.grants.filter(({ grantee }) => grantee !== found.owner),
    };
    return propertyLines(ofOthers).map((line) => line.replace(/ by \w+$/, ""));
  };
  const view = await lines("mv");
  const others: (string[] | "absent")[] = [];
  for (const name of dependents) others.push(await lines(name).catch(() => "absent" as const));
  return { view, dependents: others };
}

/** True for what the declaration says, which replaces what was there. */
function isDeclared(line: string, { owner, comment, grants, storageParameters = {} }: DesiredView): boolean {
  return (
    (owner !== undefined && (line.startsWith("owner ") || line.includes(` to ${owner}`))) ||
    (comment !== undefined && /^comment "[^"]*"$/.test(line)) ||
    (grants ?? []).some(({ role }) => line === `grant select to ${role}`) ||
    Object.keys(storageParameters).some((name) => line.startsWith(`option ${name}=`))
  );
}
