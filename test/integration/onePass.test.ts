import { expect } from "@jest/globals";
import type { Client } from "pg";
import { diffDefinitions } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import type { DefinitionDiff } from "../../kinds/materializedView/compare/diffDefinitions.ts";
import { withDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { testsWith } from "../support/lent.ts";

const test = testsWith<[TestDatabase]>((use) => withDatabase(use, { template: "empty" }));

function diff(client: Client, before: string, after: string): Promise<DefinitionDiff> {
  const view = { schema: "public", name: "mv" };
  const pair = { view, earlier: [], before, after, owner: undefined, user: undefined, key: ["id"] };
  return diffDefinitions(client, pair, { limitMs: 10_000, share: 1, explain: false, rows: 0 });
}

async function countOf(client: Client, from: string): Promise<number | undefined> {
  return (await client.query<{ n: number }>(`select count(*)::int as n from ${from}`)).rows[0]?.n;
}

test("the key says which row is which where another condition takes another source row for it", async ({ client }) => {
  await client.query("create table version as select g / 2 as id, g % 2 as n, g as a from generate_series(0, 199) g");
  const of = (condition: string): string => `select id, n * 0 as same, a from version where ${condition}`;
  const rows = { before: 100, after: 100, gone: 0, added: 0, changed: 100, same: 0 };
  const found = await diff(client, of("n = 0"), of("n = 1"));
  expect(found.comparison).toMatchObject({ key: ["id"], rows, columns: { changed: { a: { changed: 100 } } } });
  const more = await diff(client, of("n = 0 and id < 60"), of("n = 0 and id > 9 and id <> 20"));
  expect(more.comparison?.rows).toEqual({ before: 60, after: 89, gone: 11, added: 40, changed: 0, same: 49 });
});

test("figures hold where an expression fails on a row that the other query leaves out", async ({ client }) => {
  const before = "select g as id, 1 as a from generate_series(1, 9) g where g <> 5";
  const found = await diff(client, before, before.replace("1 as a", "10 / (g - 4) as a").replace("<> 5", "<> 4"));
  expect(found.comparison?.rows).toEqual({ before: 8, after: 8, gone: 1, added: 1, changed: 7, same: 0 });
});

test("what only a join makes fast is joined", async ({ client }) => {
  await client.query("create table one as select g as id, g % 7 as a from generate_series(1, 20000) g");
  await client.query("create table other as select g as id, g % 99 as b from generate_series(1, 20000) g");
  await client.query("analyze");
  const before = "select id, a from one where exists (select from other where other.id = one.id and other.b > one.a)";
  const found = await diff(client, before, `${before} and a < 5`);
  // In time, and not of a sample.
  expect(found.limited).toBeUndefined();
  expect(found.comparison?.rows).toMatchObject({ gone: await countOf(client, `(${before}) x where a >= 5`), added: 0 });
});

test("a sample of a table is another at each computation, unless it is repeatable", async ({ client }) => {
  await client.query("create table venta as select 1 as id, 1 as a");
  const sampled = "select id, a from venta tablesample system (50)";
  const taken = await diff(client, sampled, sampled);
  expect(taken.volatility).toEqual({ columns: [], isOfRows: true, functions: ["system()"] });
  const repeated = await diff(client, `${sampled} repeatable (1)`, `${sampled} repeatable (1)`);
  expect(repeated.volatility).toEqual({ columns: [], isOfRows: false, functions: [] });
});
