import { expect, test as plain } from "@jest/globals";
import { describeIndexes, surveyIndexes } from "../../kinds/viewIndex/describe.ts";
import type { DesiredIndex } from "../../kinds/viewIndex/desired.ts";
import { viewIndexKind } from "../../kinds/viewIndex/kind.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import type { Plan } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import type { TestDatabase } from "../support/database.ts";
import { withDatabase } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { one, run, withViewSession } from "../support/viewChange.ts";

const database = shared<TestDatabase>(withDatabase, (opened) =>
  run(
    opened,
    "create schema aparte",
    "create extension pg_trgm with schema aparte",
    "create extension bloom with schema aparte",
    "create function aparte.clave(text) returns text immutable language sql return lower($1)",
    `create operator class aparte.texto_ops for type text using btree as
       operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 bttextcmp(text, text)`,
    `create materialized view public.mv as
       select g as id, g::text as nombre, array[g] as etiquetas, point(g, g) as lugar, int4range(g, g + 1) as tramo,
              jsonb_build_object('a', g) as datos, now() - g * interval '1 day' as creado, (g % 7)::smallint as "Órden",
              inet '10.0.0.0' + g as dirección
       from generate_series(1, 500) g`,
  ),
);

type Parts = Omit<DesiredIndex, "schema" | "view" | "name" | "unique"> & { readonly unique?: boolean };

/** Each as it is declared, as it may be declared otherwise, and as one that is another index. */
const TABLE: readonly {
  readonly what: string;
  readonly is: Parts;
  readonly same: Parts;
  readonly other: Parts;
  readonly differs: string[];
}[] = [
  {
    what: "gin of a text",
    is: { sql: "using gin (etiquetas)" },
    same: { method: "gin", columns: ["etiquetas"] },
    other: { sql: "using gin (datos)" },
    differs: ["columns"],
  },
  {
    what: "an operator class with a schema, and its cast left to the server",
    is: { columns: [{ column: "nombre", operatorClass: { schema: "aparte", name: "texto_ops" } }], where: "id > '3'" },
    same: { sql: "USING btree (nombre aparte.texto_ops) where ((id) > 3)" },
    other: { columns: [{ column: "nombre", operatorClass: "text_pattern_ops" }], where: "id > 4" },
    differs: ["columns", "where"],
  },
  {
    what: "an expression with a function of a schema, its collation and statistics",
    is: {
      columns: [{ expression: "aparte.clave(nombre)", collation: "C", order: "desc", nulls: "last" }],
      statistics: [{ part: 1, target: 500 }],
    },
    same: {
      sql: 'using btree ((aparte.clave(nombre)) collate "C" desc nulls last) -- so',
      statistics: [{ part: 1, target: 500 }],
    },
    other: { columns: [{ expression: "lower(nombre)", collation: "C", order: "desc" }] },
    differs: ["columns", "statistics"],
  },
  {
    what: "a unique one with included columns, storage parameters and nulls that differ",
    is: {
      unique: true,
      columns: [{ column: "Órden" }, "id"],
      include: ["nombre"],
      nullsNotDistinct: false,
      storageParameters: { fillfactor: "70" },
    },
    same: { unique: true, sql: 'using btree ("Órden", id) include (nombre) with (fillfactor = 70)' },
    other: { unique: false, columns: ["Órden"], storageParameters: { fillfactor: "80" } },
    differs: ["columns", "include", "unique", "storageParameters"],
  },
  {
    what: "gist with two operator classes",
    is: { method: "gist", columns: ["lugar", "tramo"] },
    same: { sql: "using gist (lugar point_ops, tramo range_ops)" },
    other: { method: "spgist", columns: ["tramo"] },
    differs: ["columns", "method"],
  },
  {
    what: "gin with an operator class that is not the usual one",
    is: {
      method: "gin",
      columns: [{ column: "datos", operatorClass: "jsonb_path_ops" }],
      storageParameters: { fastupdate: "off" },
    },
    same: { sql: "using gin (datos jsonb_path_ops) with (fastupdate = off)" },
    other: { method: "gin", columns: ["datos"] },
    differs: ["columns", "storageParameters"],
  },
  {
    what: "brin with the parameters of its operator class",
    is: {
      method: "brin",
      columns: [
        { column: "id", operatorClass: "int4_bloom_ops", operatorClassParameters: { n_distinct_per_range: "100" } },
        "creado",
      ],
      storageParameters: { pages_per_range: "32" },
    },
    same: {
      sql: "using brin (id int4_bloom_ops (n_distinct_per_range = 100), creado timestamptz_minmax_ops) with (pages_per_range = '32')",
    },
    other: { method: "brin", columns: ["id"], storageParameters: { pages_per_range: "64" } },
    differs: ["columns", "storageParameters"],
  },
  {
    what: "the method of an extension",
    is: { method: "bloom", columns: ["id"], storageParameters: { length: "96" } },
    same: { sql: "using bloom (id) with (length = 96)" },
    other: { sql: "using gin (nombre aparte.gin_trgm_ops)" },
    differs: ["columns", "method", "storageParameters"],
  },
  {
    what: "hash, with a condition that holds the word where",
    is: { method: "hash", columns: ["nombre"], where: "nombre <> ' WHERE '" },
    same: { sql: "using hash (nombre text_ops) where nombre <> ' WHERE '::text" },
    other: { method: "hash", columns: ["dirección"] },
    differs: ["columns", "where"],
  },
];

const named = (parts: Parts): DesiredIndex => ({ schema: "public", view: "mv", name: "i_mv", unique: false, ...parts });

async function plan(session: Session, desired: DesiredIndex | "absent"): Promise<Plan> {
  const [actual] = await describeIndexes(session, [desired === "absent" ? named({ columns: ["id"] }) : desired]);
  return viewIndexKind.plan({ desired, previous: undefined, actual, capabilities: session.capabilities });
}

async function apply(session: Session, desired: DesiredIndex | "absent"): Promise<Plan> {
  const made = await plan(session, desired);
  await applyPlan(session, made, {});
  return made;
}

plain.each(TABLE)("$what: built, compared by meaning, replaced, and each difference is named", async (row) => {
  await withViewSession(database(), async (session) => {
    expect(await apply(session, named(row.is))).toMatchObject({ steps: [{ action: "build index" }] });
    expect(await plan(session, named(row.is))).toEqual({ steps: [], differences: [] });
    expect(await plan(session, named(row.same))).toEqual({ steps: [], differences: [] });
    const [actual] = await describeIndexes(session, [named(row.is)]);
    const recorded = viewIndexKind.record?.(named(row.is), actual as NonNullable<typeof actual>, session.capabilities);
    const survey = await surveyIndexes(session);
    expect(survey.find(named(row.is), recorded)?.actual).toMatchObject({ name: "i_mv" });
    expect(survey.find(named(row.other), recorded)).toBeUndefined();
    const other = await plan(session, named(row.other));
    expect(other.differences.map(({ property }) => property)).toEqual(row.differs);
    await apply(session, named(row.other));
    expect(await plan(session, named(row.other))).toEqual({ steps: [], differences: [] });
    expect((await plan(session, named(row.is))).differences.map(({ property }) => property)).toEqual(row.differs);
    await apply(session, "absent");
  });
  expect(await one(database(), "select count(*)::int from pg_index where indrelid = 'public.mv'::regclass")).toBe(0);
});
