import { expect, test } from "@jest/globals";
import { oneQuery } from "../../../kinds/materializedView/compare/oneQuery.ts";

const PLAIN = { hasAggregates: false, hasWindows: false, hasSets: false };
const AGGREGATES = { ...PLAIN, hasAggregates: true };

/** The columns by their order; both have as many. */
const printed = (definition: string, columns: readonly string[], shape = PLAIN) => ({ definition, columns, shape });

test.each([
  [
    "an edited expression",
    " SELECT t.id,\n    t.a\n   FROM t",
    " SELECT t.id,\n    upper(t.a) AS a\n   FROM t",
    "(\n SELECT \n t.id,\n    t.a, t.id,\n    upper(t.a) AS a, true, true\nFROM t\n)",
    ["id"],
  ],
  [
    "another condition",
    " SELECT t.id,\n    t.a\n   FROM t\n  WHERE (t.id > 3)\n  ORDER BY t.a",
    " SELECT t.id,\n    t.a\n   FROM t",
    "(\n SELECT \n t.id,\n    t.a, t.id,\n    t.a, ((t.id > 3)) is true, (true) is true\nFROM t\nwhere ((t.id > 3)) or (true)\n)",
    ["id", "a"],
  ],
  [
    "words that only look like clauses",
    " WITH q AS (\n SELECT 1 AS one FROM u WHERE true\n) SELECT t.id,\n    (t.a IS DISTINCT FROM 'x FROM y'::text) AS \"wherñ\"\n   FROM t\n  WHERE (t.id > 3)",
    ' WITH q AS (\n SELECT 1 AS one FROM u WHERE true\n) SELECT t.id,\n    t.a IS DISTINCT FROM SUBSTRING(t.a FROM 2) AS "wherñ"\n   FROM t\n  WHERE (t.id > 3)\n  ORDER BY t.id',
    '(\n WITH q AS (\n SELECT 1 AS one FROM u WHERE true\n) SELECT \n t.id,\n    (t.a IS DISTINCT FROM \'x FROM y\'::text) AS "wherñ", t.id,\n    t.a IS DISTINCT FROM SUBSTRING(t.a FROM 2) AS "wherñ", true, true\nFROM t\n  WHERE (t.id > 3)\n)',
    ["id"],
  ],
])("%s is told in one pass", async (_title, before, after, sql, alike) => {
  const columns = alike.length === 2 ? alike : ["id", "other"];
  const one = await oneQuery(printed(before, columns), printed(after, columns));
  const narrow = (text: string | undefined): string | undefined => text?.replaceAll(/\s+/g, " ").replaceAll("( ", "(");
  expect(narrow(one?.sql)).toBe(narrow(sql));
  expect(one).toMatchObject({ before: 2, after: 2, alike });
});

const GROUPS = "select t.a as id, count(*) as n from t group by t.a";

test("groups that are the same ones are, whatever is counted of them", async () => {
  const sums = GROUPS.replace("count(*)", "sum(t.b)");
  const columns = ["id", "n"];
  expect(await oneQuery(printed(GROUPS, columns, AGGREGATES), printed(sums, columns, AGGREGATES))).toBeDefined();
});

test.each([
  ["another source", "select id, a from t", "select id, a from u", PLAIN, PLAIN],
  ["a set operation", "select id, a from t union all select id, a from t", "select id, a from t", PLAIN, PLAIN],
  ["distinct", "select distinct id, a from t", "select distinct id, upper(a) as a from t", PLAIN, PLAIN],
  ["a limit", "select id, a from t order by a limit 9", "select id, a from t order by id limit 9", PLAIN, PLAIN],
  ["no source", "select 1 as id, 2 as a", "select 1 as id, 3 as a", PLAIN, PLAIN],
  ["a set in the list", "select id, a from t", "select id, unnest(b) as a from t", PLAIN, { ...PLAIN, hasSets: true }],
  ["one row of all", "select 1 as id, 2 as a from t", "select 1 as id, count(*) as a from t", PLAIN, AGGREGATES],
  [
    "aggregates under another condition",
    "select 1 as id, count(*) as a from t",
    "select 1 as id, count(*) as a from t where b",
    AGGREGATES,
    AGGREGATES,
  ],
  ["groups under another condition", GROUPS, GROUPS.replace(" group", " where t.b group"), AGGREGATES, AGGREGATES],
  [
    "groups without an aggregate",
    "select a as id, a from t group by a",
    "select a as id, a from t where b group by a",
    PLAIN,
    PLAIN,
  ],
  [
    "a window under another condition",
    "select id, rank() over (order by a) as a from t",
    "select id, rank() over (order by a) as a from t where b",
    { ...PLAIN, hasWindows: true },
    { ...PLAIN, hasWindows: true },
  ],
  ["what cannot be read", "select id, a from t", "select id, a from", PLAIN, PLAIN],
])("%s is not", async (_title, before, after, one, other) => {
  const columns = ["id", "a"];
  expect(await oneQuery(printed(before, columns, one), printed(after, columns, other))).toBeUndefined();
});
