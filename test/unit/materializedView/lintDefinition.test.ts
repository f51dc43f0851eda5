import { describe, expect, test } from "@jest/globals";
import { findingText } from "../../../kinds/materializedView/lint/finding.ts";
import { functionsWithoutSearchPath } from "../../../kinds/materializedView/lint/lintDefinition.ts";
import { lintTree } from "../../../kinds/materializedView/lint/lintTree.ts";
import { FUNCTIONS, func, tree } from "./definitionFacts.ts";

async function rules(text: string, key: readonly string[] = ["id"]): Promise<string[]> {
  return lintTree(await tree(text), key, FUNCTIONS).map(({ rule }) => rule);
}

async function messages(text: string, key: readonly string[] = ["id"]): Promise<string[]> {
  return lintTree(await tree(text), key, FUNCTIONS).map(({ message }) => message);
}

describe("a value of the clock in the select list", () => {
  test.each([
    ["select id, now() as t from a", ["now() is in the select list: all rows change on every refresh"]],
    [
      "select id, current_timestamp as t from a",
      ["current_timestamp is in the select list: all rows change on every refresh"],
    ],
    [
      "select id, extract(epoch from now() - x) as t from a",
      ["now() is in the select list: all rows change on every refresh"],
    ],
    [
      "select id, current_date - x as t from a",
      ["current_date is in the select list: all rows change on the first refresh of a day"],
    ],
    [
      "select id, age(x) as t from a",
      ["age() of one argument is in the select list: all rows change on the first refresh of a day"],
    ],
    [
      "select id, case when x = 1 then now() end as t from a",
      ["now() is in the select list under a condition: the rows for which it holds change on every refresh"],
    ],
    [
      "select t.id, t.n from (select id, localtimestamp as n from a) t",
      ["localtimestamp is in the select list: all rows change on every refresh"],
    ],
    [
      "with t as (select id, now() as n from a) select id, n from t",
      ["now() is in the select list: all rows change on every refresh"],
    ],
    ["select id, (select now()) as n from a", ["now() is in the select list: all rows change on every refresh"]],
  ])("of %s is found", async (text, expected) => {
    expect(await messages(text)).toEqual(expected);
  });

  test.each([
    ["a condition", "select id from a where x > now() - interval '30 days'"],
    ["a comparison", "select id, x < now() as vencida from a"],
    ["the condition of a case", "select id, case when x < now() then 'vencida' end as estado from a"],
    ["a filter", "select x as id, count(*) filter (where y < now()) as total from a group by x"],
    ["a join condition", "select a.id from a left join b on b.z = a.id and b.n < extract(epoch from now())"],
    [
      "the one row that bears the key's minimum",
      "select a.id, case when a.id = (select min(p.id) from a p) then now() end as t from a",
    ],
    ["two arguments of age", "select id, age(x, y) as edad from a"],
    ["a stable function that the clock does not move", "select id, to_char(x, 'YYYY') as t from a"],
  ])("is none in %s", async (_title, text) => {
    expect(await rules(text)).not.toContain("changing-value");
  });

  test("is one where a case confines it to a row by a column that is not the key", async () => {
    const text = "select id, case when x = (select min(p.x) from a p) then now() end as t from a";
    expect(await rules(text)).toContain("changing-value");
  });
});

test.each([
  ["select id, random() as r from a", ["random() is volatile: it may give every row another value on every refresh"]],
  [
    "select id from a where random() < 0.5",
    ["random() is volatile: it may give every row another value on every refresh"],
  ],
  ["select id, precio(x) as p from a", ["precio() is volatile: it may give every row another value on every refresh"]],
  ["select id, precio(x, y) as p from a", []],
  ["select id, to_char(x, 'D') as p from a", []],
])("the volatile functions of %s are found, by the number of their arguments", async (text, expected) => {
  expect(await messages(text)).toEqual(expected);
});

test.each([
  ["select id from a where x > 'today'::timestamptz", ["frozen-literal"]],
  ["select id from a where x > date 'yesterday'", ["frozen-literal"]],
  ["select id from a where x > timestamptz '2026-01-01'", ["zoneless-timestamp"]],
  ["select id from a where x > cast('2026-01-01 10:00:00' as timestamp with time zone)", ["zoneless-timestamp"]],
  ["select id from a where x > timestamptz '2026-01-01 10:00-05'", []],
  ["select id from a where x > timestamptz '2026-01-01T10:00:00Z'", []],
  ["select id from a where x > timestamptz '2026-01-01 10:00 America/Bogota'", []],
  ["select id from a where x > timestamptz 'infinity'", []],
  ["select id from a where x > date '2026-01-01'", []],
  ["select id from a where y = 'today'", []],
])("a literal that is read once, or in UTC, is found: %s", async (text, expected) => {
  expect(await rules(text)).toEqual(expected);
});

test.each([
  ["select * from a", ["* stands for the columns that a had when the view was created"]],
  [
    "select a.id, b.* from a join public.b on a.id = b.z",
    ["* stands for the columns that public.b had when the view was created"],
  ],
  ["table a", ["* stands for the columns that a had when the view was created"]],
  ["select * from a join b on a.id = b.z", ["* stands for the columns that a, b had when the view was created"]],
  ["with t as (select * from a) select id from t", ["* stands for the columns that a had when the view was created"]],
  ["select * from (select id from a) t", []],
  ["with t as (select id from a) select * from t", []],
  ["select id, (select count(*) from b) as n from a", []],
])("the star of %s is found when it stands for the columns of a relation", async (text, expected) => {
  expect((await messages(text)).filter((message) => message.startsWith("*"))).toEqual(expected);
});

test("a key that is numbered anew on every refresh is named", async () => {
  expect(await messages("select row_number() over (order by y) as id, x from a")).toEqual([
    "Key column id is made by row_number(): the same row may have another key after a refresh",
  ]);
});

test("every rule says what it costs and what to do", async () => {
  const text =
    "select *, random() as azar, current_date as hoy, 1 as uno from a, sin_llave where x > 'now'::timestamptz and y > timestamptz '2026-01-01'";
  const texts = lintTree(await tree(text), ["v"], FUNCTIONS).map(findingText);
  expect([
    ...texts,
    ...lintTree(await tree("select row_number() over () as n from a"), ["n"], FUNCTIONS).map(findingText),
  ]).toMatchInlineSnapshot(`
    [
      "random() is volatile: it may give every row another value on every refresh. Every concurrent refresh rewrites them all although no source changed: at 100,000 rows 58 MB of WAL instead of 0.2 MB, twice as long, and as many dead rows for vacuum. Take the value from the source's own columns [volatile-function]",
      "current_date is in the select list: all rows change on the first refresh of a day. That refresh rewrites them all although no source changed: at 100,000 rows 58 MB of WAL instead of 0.2 MB, twice as long, and as many dead rows for vacuum. Store the time of the refresh in one row (case when <key> = (select min(<key>) from <source>) then now() end), or have readers compute what depends on the time [changing-value]",
      "'2026-01-01' names no time zone and is read in UTC, whatever the server's zone is. Where local time was meant, the rows of some hours fall on the wrong side. Name the zone, for example timestamptz '2026-01-01 America/Bogota' [zoneless-timestamp]",
      "'now' is read once, when the view is created. The limit stays where it was on that day, and every later deploy sees another value and builds the view again. Write current_date or now(), in a condition and not in the select list [frozen-literal]",
      "* stands for the columns that a, sin_llave had when the view was created. A column that is added there changes the definition: the next deploy builds the view again, and readers get a column that nobody declared. List the columns [select-star]",
      "Key column n is made by row_number(): the same row may have another key after a refresh. Every concurrent refresh rewrites the rows whose key moved, and a reader cannot find a row again. Take the key from the columns of the source [unstable-key]",
    ]
  `);
});

test("functions that a refresh on 17 and later runs without their search_path are listed with the statement that gives it back", () => {
  const user = { schema: "Ventas", isBuiltIn: false, arguments: "valor numeric" };
  const functions = [
    func("nivel", { ...user, language: "sql" }),
    func("nivel", { ...user, language: "plpgsql", arguments: "" }),
    func("con_ruta", { ...user, language: "sql", hasSearchPath: true }),
    func("atomica", { ...user, language: "sql", hasParsedBody: true }),
    func("en_c", { ...user, language: "c" }),
    func("lower", { language: "sql" }),
  ];
  expect(functionsWithoutSearchPath(functions).map(findingText)).toMatchInlineSnapshot(`
    [
      "Function "Ventas".nivel(valor numeric) has no search_path of its own. Since PostgreSQL 17 a refresh runs with search_path pg_catalog, pg_temp: a name that its body does not qualify is not found, and the refresh fails with 42P01 or 42883. alter function "Ventas".nivel(valor numeric) set search_path = "Ventas", pg_temp [function-search-path]",
      "Function "Ventas".nivel() has no search_path of its own. Since PostgreSQL 17 a refresh runs with search_path pg_catalog, pg_temp: a name that its body does not qualify is not found, and the refresh fails with 42P01 or 42883. alter function "Ventas".nivel() set search_path = "Ventas", pg_temp [function-search-path]",
    ]
  `);
});
