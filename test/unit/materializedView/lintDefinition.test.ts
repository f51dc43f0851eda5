import { describe, expect, test } from "@jest/globals";
import { findingText } from "../../../components/materializedView/finding.ts";
import { inferKey } from "../../../components/materializedView/keyInference.ts";
import { functionsWithoutSearchPath } from "../../../components/materializedView/lintDefinition.ts";
import type { DefinitionFacts, FunctionFacts } from "../../../components/materializedView/lintFacts.ts";
import { lintTree } from "../../../components/materializedView/lintTree.ts";
import { parseDefinition } from "../../../components/materializedView/parseDefinition.ts";

function relation(
  name: string,
  columns: string,
  notNull: string,
  ...uniqueKeys: string[]
): DefinitionFacts["relations"][number] {
  const list = (text: string): string[] => text.split(" ").filter(Boolean);
  return { writtenSchema: "", name, columns: list(columns), notNull: list(notNull), uniqueKeys: uniqueKeys.map(list) };
}

function func(name: string, more: Partial<FunctionFacts> = {}): FunctionFacts {
  return {
    ...{ writtenSchema: "", schema: "pg_catalog", name, arguments: "", fewestArguments: 0, mostArguments: null },
    ...{ kind: "f", volatility: "i", returnsSet: false, isBuiltIn: true, language: "internal" },
    ...{ hasParsedBody: false, hasSearchPath: false },
    ...more,
  };
}

const FACTS: DefinitionFacts = {
  relations: [
    relation("a", "id x y", "id x", "id"),
    relation("b", "id a_id n z", "id a_id", "id", "z", "a_id n"),
    relation("sin_llave", "v w", ""),
  ],
  functions: [
    ...["count", "max", "sum", "array_agg"].map((name) => func(name, { kind: "a" })),
    ...["random", "clock_timestamp"].map((name) =>
      func(name, { volatility: "v", fewestArguments: 0, mostArguments: 0 }),
    ),
    func("now", { volatility: "s" }),
    func("to_char", { volatility: "s" }),
    func("unnest", { returnsSet: true }),
    func("precio", {
      schema: "public",
      volatility: "v",
      isBuiltIn: false,
      language: "sql",
      fewestArguments: 1,
      mostArguments: 1,
    }),
    func("precio", { schema: "public", isBuiltIn: false, fewestArguments: 2, mostArguments: 2 }),
  ],
};

async function tree(text: string): Promise<Parameters<typeof inferKey>[0]> {
  const parsed = await parseDefinition(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.definition.tree;
}

async function rules(text: string, key: readonly string[] = ["id"]): Promise<string[]> {
  return lintTree(await tree(text), key, FACTS).map(({ rule }) => rule);
}

async function messages(text: string, key: readonly string[] = ["id"]): Promise<string[]> {
  return lintTree(await tree(text), key, FACTS).map(({ message }) => message);
}

describe("a key is proven unique", () => {
  test.each([
    ["the primary key of the only table", "select id, x from a", "id"],
    ["a longer key that holds a unique one", "select id, x from a", "x id"],
    ["a renamed key", "select a.id as numero from a", "numero"],
    ["a unique index of several columns", "select a_id, n from b", "a_id n"],
    ["a part of it, the rest being fixed", "select a_id from b where n = 7", "a_id"],
    ["joined to a unique column", "select b.id, a.x from b join a on a.id = b.a_id", "id"],
    ["joined from the other side", "select b.id, a.x from a join b on b.a_id = a.id", "id"],
    ["left joined to a unique column", "select b.id from b left join a on a.id = b.a_id", "id"],
    ["right joined", "select b.id from a right join b on a.id = b.a_id", "id"],
    ["joined in WHERE", "select b.id from a, b where a.id = b.a_id and a.x > 1", "id"],
    ["joined with using", "select b.id from b join (select id as a_id from a) p using (a_id)", "id"],
    ["two keys of a product", "select a.id, b.id as b from a cross join b", "id b"],
    [
      "joined to groups",
      "select a.id, t.total from a left join (select a_id, count(*) as total from b group by a_id) t on t.a_id = a.id",
      "id",
    ],
    [
      "joined to the first of each",
      "select a.id from a left join lateral (select n from b where b.a_id = a.id order by n limit 1) u on true",
      "id",
    ],
    ["joined to one row", "select a.id, t.total from a cross join (select count(*) as total from b) t", "id"],
    [
      "joined to a lateral aggregate",
      "select a.id from a, lateral (select max(n) as n from b where b.a_id = a.id) t",
      "id",
    ],
    ["grouped by the key", "select x, count(*) from a group by x", "x"],
    ["grouped by position", "select x, y, count(*) from a group by 1, 2", "x y"],
    [
      "grouped by more than the primary key",
      "select a.id, max(b.n) from a join b on b.a_id = a.id group by a.id, a.x",
      "id",
    ],
    ["grouped by an expression", "select lower(y) as y2 from a group by lower(y)", "y2"],
    ["distinct on", "select distinct on (x) x, id from a order by x, id", "x"],
    ["distinct", "select distinct x, y from a", "x y"],
    ["union", "select x from a union select n from b", "x"],
    ["except all", "select id from a except all select id from b", "id"],
    ["one row", "select count(*) as id from a", "id"],
    [
      "through a common table expression",
      "with g as (select a_id from b group by a_id) select g.a_id from g join a on a.id = g.a_id",
      "a_id",
    ],
    ["through a star", "select * from (select id, x from a) t", "id"],
  ])("when it is %s", async (_title, text, key) => {
    expect(inferKey(await tree(text), key.split(" "), FACTS).isUnique).toBe(true);
  });

  test.each([
    ["a column that is not unique", "select x from a", "x"],
    ["a key that a join multiplies", "select a.id from a join b on b.a_id = a.id", "id"],
    ["left joined to many", "select a.id from a left join b on b.a_id = a.id", "id"],
    ["joined on an inequality", "select b.id from b join a on a.id <> b.a_id", "id"],
    ["joined on either of two", "select b.id from b join a on a.id = b.a_id or a.id = b.n", "id"],
    ["full joined", "select b.id from b full join a on a.id = b.a_id", "id"],
    ["natural joined", "select id from a natural join b", "id"],
    ["joined to itself by an expression of the same side", "select b.id from b, a where a.id = a.x + b.n", "id"],
    ["a product", "select a.id from a, b", "id"],
    ["part of a unique index", "select a_id from b", "a_id"],
    ["a table without a unique index", "select v from sin_llave", "v"],
    ["a relation that the catalog does not know", "select id from otra", "id"],
    ["unnested", "select id, unnest(array[1, 2]) as n from a", "id"],
    ["multiplied by a function", "select a.id from a, generate_series(1, 2)", "id"],
    ["joined through the rows of a third", "select b.id from a, b, sin_llave s where a.id = s.v and s.w = b.n", "id"],
    [
      "the first of each row of another",
      "select t.id from a join lateral (select id from b where b.a_id = a.x order by id limit 1) t on t.id = a.id join b on b.n = 1",
      "id",
    ],
    ["grouped by more", "select x from a group by x, y", "x"],
    ["grouped by a column that another output hides", "select lower(y) as y from a group by y", "y"],
    ["in grouping sets", "select x, y from a group by grouping sets ((x, y), (x))", "x y"],
    ["union all", "select id from a union all select id from b", "id"],
    ["distinct on another column", "select distinct on (x) x, y from a", "y"],
    ["the first rows with ties", "select x from a order by x fetch first 1 row with ties", "x"],
    ["recursive", "with recursive r as (select id from a union all select id from r) select id from r", "id"],
  ])("never when it is %s", async (_title, text, key) => {
    expect(inferKey(await tree(text), key.split(" "), FACTS).isUnique).toBe(false);
  });

  test.each([
    ["select id, y from a", "id y", ["y"]],
    ["select id, coalesce(y, 0) as y from a", "id y", []],
    ["select id, y from a where y is not null", "id y", []],
    ["select id, y from a where y > 3", "id y", []],
    ["select id, y from a where y > 3 or x = 1", "id y", ["y"]],
    ["select a.id, b.id as b from a left join b on b.a_id = a.id", "id b", ["b"]],
    ["select a.id, b.id as b from a join b on b.a_id = a.id", "id b", []],
    ["select b.z as id from b join a on a.id = b.z", "id", []],
    ["select id::text as id, x + 1 as x from a", "id x", ["x"]],
    ["select x, count(*) as n from a group by x", "x n", []],
    ["select x, y from a group by grouping sets ((x), (y))", "x y", ["x", "y"]],
    ["select id from a union select z from b", "id", ["id"]],
    ["select id from a union select id from b", "id", []],
    ["select id from otra", "id", ["id"]],
  ])("and not null: of %s", async (text, key, nullable) => {
    expect(inferKey(await tree(text), key.split(" "), FACTS).nullable).toEqual(nullable);
  });
});

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
    expect((await messages(text)).filter((message) => !message.startsWith("Nothing"))).toEqual(expected);
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

test("a key that is numbered anew on every refresh is named, and not called nullable or unproven", async () => {
  expect(await messages("select row_number() over (order by y) as id, x from a")).toEqual([
    "Key column id is made by row_number(): the same row may have another key after a refresh",
  ]);
});

test("every rule says what it costs and what to do", async () => {
  const text =
    "select *, random() as azar, current_date as hoy, 1 as uno from a, sin_llave where x > 'now'::timestamptz and y > timestamptz '2026-01-01'";
  const texts = lintTree(await tree(text), ["v"], FACTS).map(findingText);
  expect([...texts, ...lintTree(await tree("select row_number() over () as n from a"), ["n"], FACTS).map(findingText)])
    .toMatchInlineSnapshot(`
    [
      "random() is volatile: it may give every row another value on every refresh. Every concurrent refresh rewrites them all although no source changed: at 100,000 rows 80 MB of WAL instead of 0.2 MB, 2.1 times as long, and as many dead rows for vacuum. Take the value from the source's own columns [volatile-function]",
      "current_date is in the select list: all rows change on the first refresh of a day. That refresh rewrites them all although no source changed: at 100,000 rows 80 MB of WAL instead of 0.2 MB, 2.1 times as long, and as many dead rows for vacuum. Store the time of the refresh in one row (case when <key> = (select min(<key>) from <source>) then now() end), or have readers compute what depends on the time [changing-value]",
      "'2026-01-01' names no time zone and is read in UTC, whatever the server's zone is. Where local time was meant, the rows of some hours fall on the wrong side. Name the zone, for example timestamptz '2026-01-01 America/Bogota' [zoneless-timestamp]",
      "'now' is read once, when the view is created. The limit stays where it was on that day, and every later deploy sees another value and builds the view again. Write current_date or now(), in a condition and not in the select list [frozen-literal]",
      "* stands for the columns that a, sin_llave had when the view was created. A column that is added there changes the definition: the next deploy builds the view again, and readers get a column that nobody declared. List the columns [select-star]",
      "Nothing in the catalog says that key column v cannot be null. Rows with a null in the key are deleted and inserted again on every concurrent refresh, and one that is there twice can be lost in silence. Take a column that is not null, from a side of the join that always has a row, or wrap it in coalesce [nullable-key]",
      "Nothing in the text or the catalog says that (v) is unique. From the first duplicate on every refresh fails with 23505, and readers keep the old rows. Group by the key or select distinct on it, join to unique columns only, or add the missing unique index to the source [unproven-key]",
      "Key column n is made by row_number(): the same row may have another key after a refresh. Every concurrent refresh rewrites the rows whose key moved, and a reader cannot find a row again. Take the key from the columns of the source [unstable-key]",
    ]
  `);
  expect(lintTree(await tree("select id from a"), [], FACTS).map(findingText)).toMatchInlineSnapshot(`
    [
      "No unique key is declared. Only a plain refresh is possible, and readers wait for the whole of it (1 s at 100,000 rows, longer behind a reader's open transaction). Declare uniqueKey with columns that are unique and not null together [no-key]",
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
  expect(functionsWithoutSearchPath({ functions, relations: [] }).map(findingText)).toMatchInlineSnapshot(`
    [
      "Function "Ventas".nivel(valor numeric) has no search_path of its own. Since PostgreSQL 17 a refresh runs with search_path pg_catalog, pg_temp: a name that its body does not qualify is not found, and the refresh fails with 42P01 or 42883. alter function "Ventas".nivel(valor numeric) set search_path = "Ventas", pg_temp [function-search-path]",
      "Function "Ventas".nivel() has no search_path of its own. Since PostgreSQL 17 a refresh runs with search_path pg_catalog, pg_temp: a name that its body does not qualify is not found, and the refresh fails with 42P01 or 42883. alter function "Ventas".nivel() set search_path = "Ventas", pg_temp [function-search-path]",
    ]
  `);
});
