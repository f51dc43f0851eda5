import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadModule, parseSync, scanSync } from "libpg-query";
import { parseDefinition, sameTree } from "../../../kinds/materializedView/definition/parseDefinition.ts";
import type { ParsedDefinition } from "../../../kinds/materializedView/definition/parseDefinition.ts";
import { readCorpus } from "../../integration/definitions/readCorpus.ts";

async function parsed(text: string): Promise<ParsedDefinition> {
  const outcome = await parseDefinition(text);
  if (!outcome.ok) throw new Error(outcome.problem);
  return outcome.definition;
}

async function problem(text: string): Promise<string> {
  const outcome = await parseDefinition(text);
  return outcome.ok ? "no problem" : outcome.problem;
}

const FILES = ["normalised", "false_drift", "invalid", "seen", "missed", "real_size"];
const CASES = FILES.flatMap(readCorpus);

test.each([
  ["select 1", "select 1"],
  ["values (1), (2)", "values (1), (2)"],
  ["table t", "table t"],
  ["with c as (select 1 as x) select x from c", "with c as (select 1 as x) select x from c"],
  ["(select 1)", "(select 1)"],
])("takes %s as a definition", async (text, sql) => {
  expect((await parsed(text)).sql).toBe(sql);
});

test.each([
  ["a semicolon", "select 1;", "select 1"],
  ["semicolons and blanks", " select 1 ; ;; \n", "select 1"],
  ["a comment that no line end closes", "select 1 -- one", "select 1"],
  ["a comment before the semicolon", "select 1 -- one\n;", "select 1"],
  ["comments before and after", "/* a */ -- b\nselect 1; /* c */", "select 1"],
  ["comment marks inside a literal", "select '--', '/*' -- c", "select '--', '/*'"],
  ["letters of several bytes", "-- ñ\nselect 'ñ😀' as \"ñ\" -- é", "select 'ñ😀' as \"ñ\""],
  ["a byte order mark", "\uFEFFselect 1", "select 1"],
  ["a non-breaking space as the end of a name", "select 1 as a\u00a0 ;", "select 1 as a\u00a0"],
  ["line ends of Windows", "select 1,\r\n  2\r\n;\r\n", "select 1,\r\n  2"],
])("sends the query alone when the text has %s", async (_what, text, sql) => {
  expect((await parsed(text)).sql).toBe(sql);
});

test("takes a comment between words that belong together", async () => {
  const text = "select a not /* x */ in (1) as b from t order by a nulls -- y\n last";
  expect(await sameTree(text, "select a not in (1) as b from t order by a nulls last")).toBe(true);
  expect((await parsed(text)).sql).toBe(text);
});

test("keeps comments inside the query", async () => {
  expect((await parsed("select a, -- the key\n b from t -- c")).sql).toBe("select a, -- the key\n b from t");
});

describe("a problem", () => {
  test.each([
    ["", "the definition is empty; a definition is one SELECT (or VALUES, TABLE, WITH ... SELECT)"],
    [
      " -- nothing",
      "the definition holds no statement; a definition is one SELECT (or VALUES, TABLE, WITH ... SELECT)",
    ],
    [
      "select 1; -- é\n select 2",
      "line 2, column 2: a second statement starts here; a definition is one SELECT (or VALUES, TABLE, WITH ... SELECT)\n   select 2\n   ^",
    ],
    ["drop table t", "the definition is no query; a definition is one SELECT (or VALUES, TABLE, WITH ... SELECT)"],
    [
      "create materialized view v as select 1",
      "the definition is a CREATE statement; write the query after AS alone, the module writes the rest",
    ],
    [
      "create view v as select 1",
      "the definition is a CREATE statement; write the query after AS alone, the module writes the rest",
    ],
    [
      "select $1",
      "line 1, column 8: $1 is a parameter, and a definition has none; write the value\n  select $1\n         ^",
    ],
    [
      "select a\n  into t from u",
      "line 2, column 8: SELECT ... INTO creates a table; leave INTO and the name out\n    into t from u\n         ^",
    ],
    ["select a from t for update", "FOR UPDATE and FOR SHARE lock source rows on every refresh; leave the clause out"],
    [
      "select * from (select a from t for share) x",
      "FOR UPDATE and FOR SHARE lock source rows on every refresh; leave the clause out",
    ],
    [
      "with d as (delete from t returning a) select a from d",
      "DELETE in WITH changes data, which a materialized view refuses; leave it out",
    ],
    [
      "with d as (insert into t values (1) returning a) select a from d",
      "INSERT in WITH changes data, which a materialized view refuses; leave it out",
    ],
    [
      "select * from pg_temp.t",
      "line 1, column 15: t is a temporary table, which a materialized view refuses; use a permanent one\n  select * from pg_temp.t\n                ^",
    ],
    ["select a\0b", "line 1, column 9: a zero byte, which no SQL text can hold\n  select a\uFFFDb\n          ^"],
  ])("of %j says what is wrong and what to write", async (text, expected) => {
    expect(await problem(text)).toBe(expected);
  });

  test.each([
    ["select a\n\tfrom from t", 'line 2, column 7: syntax error at or near "from"\n  \tfrom from t\n  \t     ^'],
    ["select a,", "line 1, column 10: syntax error at end of input\n  select a,\n           ^"],
    ["select a,  \n\n", "line 1, column 10: syntax error at end of input\n  select a,\n           ^"],
    [
      "select '😀ñ' x y from t",
      "line 1, column 15: syntax error at or near \"y\"\n  select '😀ñ' x y from t\n                ^",
    ],
    ["select 'a", "line 1, column 8: unterminated quoted string at or near \"'a\"\n  select 'a\n         ^"],
    ["select 1\r\nfrom\r\nwhere", 'line 3, column 1: syntax error at or near "where"\n  where\n  ^'],
  ])("of syntax in %j shows line, column and the line", async (text, expected) => {
    expect(await problem(text)).toBe(expected);
  });

  test("in a very long line shows the part around it", async () => {
    const text = `select ${"abcdefghi, ".repeat(50)} from from ${"t, ".repeat(50)} u`;
    const lines = (await problem(text)).split("\n");
    expect(lines[0]).toBe('line 1, column 559: syntax error at or near "from"');
    expect(lines[1]).toHaveLength(108);
    expect(lines[1]?.slice(lines[2]?.indexOf("^"))).toMatch(/^from from t, /);
  });

  test("of a text that nests without end is no crash, and the next text is read", async () => {
    expect(await problem(`select 1${" + 1".repeat(50_000)}`)).toBe(
      "the definition nests too deeply to be read; split it into common table expressions",
    );
    expect((await parsed("select 1")).sql).toBe("select 1");
  });
});

test("reads a text of 200 kB", async () => {
  const columns = Array.from({ length: 9_000 }, (_, index) => `t.a${index} + ${index} as c${index}`);
  const text = `select ${columns.join(",\n")} from t -- end`;
  expect(text.length).toBeGreaterThan(200_000);
  const definition = await parsed(text);
  expect(definition.sql).toBe(text.slice(0, -" -- end".length));
});

test("the functions that a definition calls by name are told", async () => {
  const text =
    "select lower(a), S.F(b), lower(b), count(*) over (order by g(a)), now(), current_timestamp, a::text || b from h(1)";
  expect((await parsed(text)).functions).toEqual([
    { name: "count" },
    { name: "g" },
    { name: "h" },
    { name: "lower" },
    { name: "now" },
    { schema: "s", name: "f" },
  ]);
});

describe("two texts have the same tree", () => {
  test.each([
    ["select a from t", "SELECT  A\nFROM t -- c"],
    ["select a as b from t where x <> 1", 'select a b from "t" where ((x != (1)));'],
    ["select a::text from t", "select cast(a as text) from t"],
  ])("when they differ in writing only: %s", async (a, b) => {
    expect(await sameTree(a, b)).toBe(true);
  });

  test.each([
    ["select 1", "select 2"],
    ["select 'a'", "select 'b'"],
    ["select a from t", 'select "A" from t'],
    ["select a, b from t", "select b, a from t"],
    ["select a from t limit 1", "select a from t limit 2"],
    ["select a from t", "select a from s.t"],
    ["select a from t", "no sql"],
    ["no sql", "no sql"],
  ])("never when they say different things: %s, %s", async (a, b) => {
    expect(await sameTree(a, b)).toBe(false);
  });

  test("never where the server tells them apart, in the whole corpus", async () => {
    const different = CASES.filter(({ meanwhile }) => meanwhile === "").flatMap(({ live, expectations }) =>
      expectations
        .filter(({ outcome }) => outcome === "different" && live.columns === undefined)
        .map(({ text }) => [live.text, text] as const),
    );
    expect(different.length).toBeGreaterThan(30);
    for (const [a, b] of different) expect({ a, b, same: await sameTree(a, b) }).toEqual({ a, b, same: false });
  });

  test("however blanks and comments are spread between their words", async () => {
    await loadModule();
    const texts = CASES.map(({ live }) => live.text).filter((text) => /^[\x00-\x7f]*$/.test(text));
    const gap = fc.constantFrom(" ", "\n", "\t\r\n", " /* x */ ", " -- ' \" $$ ;\n", " /* a /* b */ -- */ ");
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...texts), fc.infiniteStream(gap), async (text, gaps) => {
        // An operator may end where the next begins, so gaps go where there is one already.
        const tokens = scanSync(text).tokens;
        const words = tokens.map(({ start, end }, index) => {
          const spaced = tokens[index + 1] !== undefined && end < (tokens[index + 1]?.start ?? end);
          return text.slice(start, end) + (spaced ? String(gaps.next().value) : "");
        });
        expect(await sameTree(text, words.join(""))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

test("what is sent fits inside CREATE MATERIALIZED VIEW, whatever follows the query", async () => {
  await loadModule();
  const tail = fc.array(fc.constantFrom(";", " ", "\n", "-- c", "-- ñ\n", "/* ; */", ";;"), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...CASES.map(({ live }) => live.text)), tail, async (text, ends) => {
      const { sql, treeHash } = await parsed(`${text} ${ends.join("")}`);
      expect((await parsed(sql)).treeHash).toBe(treeHash);
      const statements = parseSync(`create materialized view v as\n${sql} with no data`).stmts ?? [];
      expect(statements.map(({ stmt }) => Object.keys(stmt ?? {}))).toEqual([["CreateTableAsStmt"]]);
    }),
    { numRuns: 60 },
  );
});
