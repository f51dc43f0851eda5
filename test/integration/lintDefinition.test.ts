import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Client } from "pg";
import { parseDefinition } from "../../kinds/materializedView/definition/parseDefinition.ts";
import { proveKey } from "../../kinds/materializedView/keyProof.ts";
import { findingText } from "../../kinds/materializedView/lint/finding.ts";
import { inferKey } from "../../kinds/materializedView/lint/keyInference.ts";
import { lintDefinition } from "../../kinds/materializedView/lint/lintDefinition.ts";
import type { LintedView } from "../../kinds/materializedView/lint/lintDefinition.ts";
import { readFacts } from "../../kinds/materializedView/lint/lintFacts.ts";
import { uniqueName, withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { corpusTables } from "./definitions/readCorpus.ts";

const VIEW = { schema: "public", name: "vista", uniqueKey: ["id"] };

async function withTables(action: (database: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(
    async (database) => {
      await database.client.query(corpusTables());
      await action(database);
    },
    { template: "empty" },
  );
}

async function rules(
  client: Client,
  view: Partial<LintedView> & { definition: string },
  major = 15,
): Promise<string[]> {
  return (await lintDefinition(client, { ...VIEW, ...view }, major)).map(({ rule }) => rule);
}

test("the dashboard of the sample has no finding", async () => {
  const definition = readFileSync(join(import.meta.dirname, "../../sql/views/mv_conversaciones_dashboard.sql"), "utf8");
  await withDatabase(async ({ client }) => {
    expect(await lintDefinition(client, { ...VIEW, definition, uniqueKey: ["conversacion_id"] }, 17)).toEqual([]);
  });
});

test("built-in functions are told apart by the catalog: volatile, stable and moved by the clock", async () => {
  await withTables(async ({ client }) => {
    const of = async (expression: string): Promise<string[]> =>
      await rules(client, { definition: `select id, ${expression} as v from prospectos` });
    expect(await of("random()")).toEqual(["volatile-function"]);
    expect(await of("gen_random_uuid()")).toEqual(["volatile-function"]);
    expect(await of("clock_timestamp()")).toEqual(["volatile-function", "changing-value"]);
    expect(await of("now()")).toEqual(["changing-value"]);
    expect(await of("age(creado_at)")).toEqual(["changing-value"]);
    for (const quiet of [
      "to_char(creado_at, 'YYYY')",
      "age(creado_at, creado_at)",
      "to_jsonb(nombre)",
      "format('%s', nombre)",
      "md5(nombre)",
    ]) {
      expect([quiet, await of(quiet)]).toEqual([quiet, []]);
    }
  });
});

test("a function of one's own is volatile until it says otherwise, and is looked up where the names are", async () => {
  await withTables(async ({ client }) => {
    await client.query(`
      create schema ventas;
      create function ventas.nivel(monto numeric) returns text language sql as 'select ''x''';
      create function public.nivel(monto numeric) returns text language sql immutable as 'select ''x''';`);
    const definition = "select id, nivel(monto) as nivel from conversaciones";
    expect(await rules(client, { definition })).toEqual([]);
    expect(await rules(client, { definition, searchPath: ["ventas", "public"] })).toEqual(["volatile-function"]);
    expect(await rules(client, { definition: definition.replace("nivel(", "ventas.nivel(") })).toEqual([
      "volatile-function",
    ]);
    await client.query("alter function ventas.nivel(numeric) stable");
    expect(await rules(client, { definition, searchPath: ["ventas", "public"] })).toEqual([]);
  });
});

test("the catalog proves a key only by indexes and constraints that hold for every row", async () => {
  await withTables(async ({ client }) => {
    const key = async (definition: string, ...uniqueKey: string[]): Promise<string[]> =>
      await rules(client, { definition, uniqueKey });
    expect(await key("select id from conversaciones", "id")).toEqual([]);
    expect(await key("select nombre from prospectos", "nombre")).toEqual(["unproven-key"]);
    await client.query("create unique index parcial on prospectos (nombre) where sede is null");
    await client.query("create unique index expresion on prospectos (lower(nombre))");
    await client.query("create unique index telefono on prospectos (telefono) include (sede)");
    expect(await key("select nombre from prospectos", "nombre")).toEqual(["unproven-key"]);
    expect(await key("select telefono from prospectos", "telefono")).toEqual(["nullable-key"]);
    expect(await key("select sede, telefono from prospectos", "sede")).toEqual(["nullable-key", "unproven-key"]);
    await client.query("create table hijos () inherits (ejecutivos)");
    expect(await key("select id from ejecutivos", "id")).toEqual(["nullable-key", "unproven-key"]);
    expect(await key("select id from conversaciones")).toEqual(["no-key"]);
  });
});

test("a function without search_path is found from 17 on, where a refresh runs without the caller's", async () => {
  await withTables(async ({ client }) => {
    await client.query(`
      create function ruta(valor numeric) returns numeric language sql immutable set search_path = public as 'select valor';
      create function sin_ruta(valor numeric) returns numeric language sql immutable as 'select valor';
      create function atomica(valor numeric) returns numeric language sql immutable return valor;`);
    const definition =
      "select id, ruta(monto) as a, sin_ruta(monto) as b, atomica(monto) as c, round(monto) as d from conversaciones";
    expect(await rules(client, { definition }, 16)).toEqual([]);
    const [finding, ...others] = await lintDefinition(client, { ...VIEW, definition }, 17);
    expect(others).toEqual([]);
    expect(finding?.message).toBe("Function public.sin_ruta(valor numeric) has no search_path of its own");
    await client.query(finding?.fix ?? "");
    expect(await rules(client, { definition }, 17)).toEqual([]);
  });
});

test("a view that a role of the API may read is found, and before it exists by the default privileges", async () => {
  await withTables(async (database) => {
    const { client } = database;
    const anonymous = await database.createRole({ prefix: "anon", attributes: "nologin" });
    const owner = await database.createRole({ prefix: "dueno", attributes: "nologin" });
    const view = { ...VIEW, definition: "select id from prospectos", apiRoles: [anonymous, uniqueName("none")] };
    const texts = async (more: Partial<LintedView> = {}): Promise<string[]> =>
      (await lintDefinition(client, { ...view, ...more }, 15)).map(findingText);
    expect(await texts()).toEqual([]);
    await client.query(
      `alter default privileges for role ${owner} in schema public grant select on tables to ${anonymous}`,
    );
    expect(await texts()).toEqual([]);
    expect(await texts({ owner })).toEqual([
      `Role ${anonymous} will be able to read public.vista: default privileges of its schema say so. Row level security does not apply to materialized views: whoever holds the API's key reads every row. alter default privileges for role ${owner} in schema public revoke all on tables from ${anonymous}, or keep the view in a schema that the API does not expose [exposed-to-api]`,
    ]);
    await client.query(`create materialized view vista as ${view.definition}`);
    expect(await texts({ owner })).toEqual([]);
    await client.query(`grant select (id) on vista to ${anonymous}`);
    expect(await texts()).toEqual([
      `Role ${anonymous} may read public.vista. Row level security does not apply to materialized views: whoever holds the API's key reads every row. revoke all on public.vista from ${anonymous}, or keep the view in a schema that the API does not expose [exposed-to-api]`,
    ]);
    await client.query("revoke usage on schema public from public");
    expect(await texts()).toEqual([]);
  });
});

test("a definition that cannot be parsed has no finding", async () => {
  await withDatabase(
    async ({ client }) => expect(await rules(client, { definition: "select from where" })).toEqual([]),
    { template: "empty" },
  );
});

const TABLES = `
  create table a (id int primary key, x int not null, y int);
  create table b (id int primary key, a_id int not null, n int, z int unique, unique (a_id, n));
  create table c (v int, w int);
  insert into a values (1, 1, null), (2, 1, 1), (3, 2, 1), (4, 3, null);
  insert into b values (1, 1, 1, 1), (2, 1, 2, null), (3, 2, 1, 3), (4, 2, null, null), (5, 2, null, 4);
  insert into c values (1, 1), (1, 1), (2, 3), (null, 1), (3, null);`;

const SOURCES = [
  ["a", ["id", "x", "y"]],
  ["b", ["id", "a_id", "n", "z"]],
  ["c", ["v", "w"]],
  ["(select a_id, count(*) as n from b group by a_id)", ["a_id", "n"]],
  ["(select distinct v from c)", ["v"]],
  ["(select b.id, a.x from b left join a on a.id = b.a_id)", ["id", "x"]],
  ["(select x, y from a union select id, z from b)", ["x", "y"]],
  ["lateral (select id, n from b where b.a_id = t0.K order by id limit 1)", ["id", "n"]],
  ["lateral (select z, n from b where b.a_id = t0.K)", ["z", "n"]],
  ["lateral (select max(z) as z from b where b.a_id = t0.K)", ["z"]],
] as const;

/** A query over one to three sources, as text, with the names of its output columns. */
const queries = fc
  .record({
    sources: fc.array(fc.nat(SOURCES.length - 1), { minLength: 1, maxLength: 3 }),
    joins: fc.array(fc.constantFrom("join", "left join", "right join", "full join", ","), {
      minLength: 2,
      maxLength: 2,
    }),
    picks: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
    form: fc.constantFrom("plain", "plain", "group", "group more", "distinct", "distinct on"),
    operators: fc.array(fc.constantFrom("=", "=", "=", "=", "<"), { minLength: 3, maxLength: 3 }),
    constants: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  })
  .map(({ sources, joins, picks, form, operators, constants }) => {
    const first = sources[0] !== undefined && sources[0] < 7 ? sources[0] : 0;
    const items = [first, ...sources.slice(1)].map((index) => SOURCES[index] ?? SOURCES[0]);
    let next = 0;
    const pick = <T>(list: readonly T[]): T => list[(picks[next++] ?? 0) % list.length] as T;
    const column = (index: number): string => `t${index}.${pick(items[index]?.[1] ?? ["id"])}`;
    const anyColumn = (last: number): string => column(pick([...Array(last + 1).keys()]));
    const texts = items.map(([source], index) => `${source.replace("t0.K", column(0))} t${index}`);
    // In WHERE a condition sees all sources, in ON those up to its own.
    const condition = (index: number, last = index): string => {
      const right = constants[index] === true ? String(1 + pick([0, 1, 2])) : anyColumn(last);
      const more = constants[2] === true ? ` and ${anyColumn(last)} = ${1 + pick([0, 1])}` : "";
      return `${column(index)} ${operators[index] ?? "="} ${right}${more}`;
    };
    const wheres: string[] = [];
    let from = texts[0] ?? "";
    for (let index = 1; index < items.length; index++) {
      const text = texts[index] ?? "";
      const isLateral = text.startsWith("lateral");
      const kind = isLateral && joins[index - 1] !== "left join" ? "join" : (joins[index - 1] ?? "join");
      if (kind === "," && !from.includes(" join ")) {
        from += `, ${text}`;
        wheres.push(condition(index, items.length - 1));
      } else from += ` ${kind === "," ? "join" : kind} ${text} on ${condition(index)}`;
    }
    if (items.length === 1 && constants[0] === true) wheres.push(condition(0));
    const columns = [0, 1, 2].map(() => column(pick([...items.keys()])));
    const list = columns.map((expression, index) => `${expression} as k${index}`).join(", ");
    const extra = form === "group more" ? `, ${column(pick([...items.keys()]))}` : "";
    const where = wheres.length === 0 ? "" : ` where ${wheres.join(" and ")}`;
    const group = form.startsWith("group") ? ` group by ${columns.join(", ")}${extra}` : "";
    const distinct =
      form === "distinct" ? "distinct " : form === "distinct on" ? `distinct on (${columns[0] ?? ""}) ` : "";
    return `select ${distinct}${list} from ${from}${where}${group}`;
  });

test("what the catalog proves of a key holds in the data, for any query", async () => {
  await withDatabase(
    async ({ client }) => {
      await client.query(TABLES);
      const all = await parseDefinition("select count(*), max(z) from a, b, c");
      const facts = all.ok ? await readFacts(client, all.definition, ["public"]) : { functions: [], relations: [] };
      const seen = { unique: 0, notNull: 0, valid: 0 };
      await fc.assert(
        fc.asyncProperty(queries, fc.subarray(["k0", "k1", "k2"], { minLength: 1 }), async (definition, key) => {
          const parsed = await parseDefinition(definition);
          if (!parsed.ok) throw new Error(`${definition}: ${parsed.problem}`);
          const inferred = inferKey(parsed.definition.tree, key, facts);
          // Some of these queries PostgreSQL refuses: a full join on no equality, a condition that looks beyond its join.
          const proof = await proveKey(client, { source: { definition }, key }).catch(() => undefined);
          fc.pre(proof !== undefined);
          const isNotNull = inferred.nullable.length === 0;
          seen.valid++;
          if (inferred.isUnique) seen.unique++;
          if (isNotNull) seen.notNull++;
          const surprises = {
            duplicates: inferred.isUnique ? proof?.duplicateGroups : 0,
            nulls: isNotNull ? proof?.nullRows : 0,
          };
          expect({ definition, key, ...surprises }).toEqual({ definition, key, duplicates: 0, nulls: 0 });
        }),
        { numRuns: 700 },
      );
      // The property would hold for an inference that proves nothing.
      expect(seen.unique).toBeGreaterThan(seen.valid / 20);
      expect(seen.notNull).toBeGreaterThan(seen.valid / 20);
    },
    { template: "empty" },
  );
}, 60_000);
