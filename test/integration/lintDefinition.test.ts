import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { Client } from "pg";
import { findingText } from "../../kinds/materializedView/lint/finding.ts";
import { lintDefinition } from "../../kinds/materializedView/lint/lintDefinition.ts";
import type { LintedView } from "../../kinds/materializedView/lint/lintDefinition.ts";
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
    expect(await rules(client, { definition: definition.replace("nivel(", "ventas.nivel(") })).toEqual([
      "volatile-function",
    ]);
    await client.query("alter function ventas.nivel(numeric) stable");
    expect(await rules(client, { definition: definition.replace("nivel(", "ventas.nivel(") })).toEqual([]);
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
