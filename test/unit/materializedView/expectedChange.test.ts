import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { RowComparison } from "../../../kinds/materializedView/compare/compareRows.ts";
import {
  allowedChange,
  allowedText,
  countsChanges,
  expectationOf,
  expectationText,
  expectedChangeSchema,
  unexpectedIn,
} from "../../../kinds/materializedView/compare/expectedChange.ts";
import type { ExpectedChange } from "../../../kinds/materializedView/compare/expectedChange.ts";
import {
  expectationAdvice,
  NOTHING_SAID,
  readExpectations,
  saidBy,
  unsaidProblem,
  withOnce,
} from "../../../kinds/once.ts";
import type { Once } from "../../../kinds/once.ts";

const STABLE = { columns: [], isOfRows: false, functions: [] };

type Found = Pick<RowComparison, "rows" | "columns" | "key">;

/** Rows of 1,000, of which so many go, come, and change by column. */
function found(gone: number, added: number, changed: Readonly<Record<string, number>> = {}, columns = {}): Found {
  const figures = Object.entries(changed).map(([name, n]) => [name, { changed: n, toNull: 0, fromNull: 0 }] as const);
  const most = Math.max(0, ...Object.values(changed));
  return {
    key: ["id"],
    rows: { before: 1_000, after: 1_000 - gone + added, gone, added, changed: most, same: 1_000 - gone - most },
    columns: { added: [], removed: [], retyped: [], asText: [], changed: Object.fromEntries(figures), ...columns },
  };
}

describe("what is expected of the rows", () => {
  test.each<[ExpectedChange, string]>([
    [{ rows: "same" }, "no row goes, comes or changes"],
    [{ gone: 0 }, "no row goes, comes or changes"],
    [{ gone: 0, changed: ["etapa"], added: "1 %" }, "no row goes, at most 1 % come, none changes but in etapa"],
    [{ gone: 1 }, "at most 1 goes, none comes, none changes"],
    [{ added: "150 %" }, "no row goes, at most 150 % come, none changes"],
    [{ gone: 1_200, changed: "2.5%" }, "at most 1,200 go, none comes, at most 2.5 % change"],
    [
      { added: "any", changed: { etapa: 41, nombre: "any" } },
      "no row goes, any number come, none changes but in etapa (at most 41), nombre",
    ],
  ])("%j is told as %s", (change, text) => {
    expect(expectedChangeSchema.parse(change)).toEqual(change);
    expect(allowedText(allowedChange(change))).toBe(text);
  });

  test.each<[unknown, string]>([
    [{}, 'is empty; write { rows: "same" } where nothing may differ'],
    [{ rows: "same", gone: 0 }, 'has rows: "same", which leaves nothing to gone, added and changed'],
    [{ rows: "any" }, 'must be "same"; say with gone, added and changed what may differ'],
    [{ gone: -1 }, 'must be a number of rows, a share of the rows before such as "1 %", or "any"'],
    [{ gone: "101 %" }, 'a share of the rows before such as "1 %", or "any"; a share is at most 100 %'],
    [{ gone: "1" }, 'must be a number of rows, a share of the rows before such as "1 %", or "any"'],
    [{ changed: [] }, 'must be columns such as ["etapa"], columns with a limit each such as { etapa: "1 %" }'],
    [{ changed: {} }, 'must be columns such as ["etapa"], columns with a limit each such as { etapa: "1 %" }'],
    [{ changed: "etapa" }, 'must be columns such as ["etapa"], columns with a limit each such as { etapa: "1 %" }'],
    ["same", 'must be an object such as { rows: "same" }'],
    [{ changes: ["etapa"] }, "changes is no property; did you mean changed?"],
  ])("%j is refused", (change, message) => {
    expect(expectedChangeSchema.safeParse(change).error?.issues[0]?.message).toContain(message);
  });

  const ETAPA = ["41 of 1,000 rows change in etapa, where none may"];
  test.each<[string, ExpectedChange, Found, string[]]>([
    ["nothing differs", { rows: "same" }, found(0, 0), []],
    ["a row goes", { rows: "same" }, found(1, 0), ["1 of 1,000 rows goes, where none may"]],
    ["as many go as may", { gone: 12 }, found(12, 0), []],
    ["more go than may", { gone: "1 %" }, found(11, 0), ["11 of 1,000 rows go, where at most 1 % may"]],
    ["a share is of the rows before", { added: "1 %" }, found(0, 10), []],
    ["a column changes that may", { changed: ["etapa"] }, found(0, 0, { etapa: 41 }), []],
    ["another one changes", { changed: ["nombre"] }, found(0, 0, { etapa: 41 }), ETAPA],
    [
      "it changes in more rows",
      { changed: { etapa: 40 } },
      found(0, 0, { etapa: 41 }),
      [ETAPA[0]!.replace("none may", "at most 40 may")],
    ],
    ["any column changes in few", { changed: 41 }, found(0, 0, { etapa: 41 }), []],
    [
      "any column changes in more",
      { changed: 40 },
      found(0, 0, { etapa: 41 }),
      ["41 of 1,000 rows change, where at most 40 may"],
    ],
    [
      "columns come, go and get other types",
      { rows: "same" },
      found(0, 0, {}, { added: ["a"], removed: ["b"], retyped: [{ column: "c", before: "integer", after: "text" }] }),
      [
        "column a is new, and changed does not name it",
        "column b goes, and changed does not name it",
        "column c was integer and would be text, and changed does not name it",
      ],
    ],
    ["those are named", { changed: ["a", "b"] }, found(0, 0, {}, { added: ["a"], removed: ["b"] }), []],
    [
      "a number of rows names no column",
      { changed: 9 },
      found(0, 0, {}, { added: ["a"] }),
      ["column a is new, and changed does not name it"],
    ],
  ])("%s", (_title, change, rows, problems) => {
    expect(unexpectedIn(allowedChange(change), rows, STABLE)).toEqual(problems);
  });

  test("a share is of whole rows, whatever floating point makes of it", () => {
    const { rows, ...rest } = found(69, 0);
    const of375 = { ...rest, rows: { ...rows, before: 375 } };
    expect(unexpectedIn(allowedChange({ gone: "18.4 %" }), of375, STABLE)).toEqual([]);
    expect(unexpectedIn(allowedChange({ gone: "18.3 %" }), of375, STABLE)).toHaveLength(1);
  });

  test("what changes by itself must be named, and of rows that do nothing can be proved", () => {
    const random = { columns: ["suerte"], isOfRows: false, functions: ["random()"] };
    const named = allowedChange({ changed: ["suerte"] });
    expect(unexpectedIn(allowedChange({ rows: "same" }), found(0, 0), random)).toEqual([
      "column suerte is another at each computation, by random(), and changed does not name it",
    ]);
    expect(unexpectedIn(named, found(0, 0), random)).toEqual([]);
    expect(unexpectedIn(named, found(0, 0), { ...random, isOfRows: true })).toEqual([
      "which rows there are is another at each computation, by random(): nothing can be proved of them",
    ]);
  });

  test("a limit of rows needs a key, names of columns do not", () => {
    const counts = (
      [{ rows: "same" }, { changed: ["a"] }, { changed: "any" }, { changed: 1 }, { changed: { a: 1 } }] as const
    ).map((change) => countsChanges(allowedChange(change as ExpectedChange)));
    expect(counts).toEqual([false, false, false, true, true]);
  });

  test("what was found is allowed by what it is told to declare, and by nothing smaller", () => {
    const count = fc.nat({ max: 300 });
    const name = fc.constantFrom("etapa", "constructor", "a b");
    fc.assert(
      fc.property(count, count, fc.dictionary(name, fc.integer({ min: 1, max: 300 })), (gone, added, changed) => {
        const rows = found(gone, added, changed);
        const expected = expectedChangeSchema.parse(expectationOf(rows));
        expect(unexpectedIn(allowedChange(expected), rows, STABLE)).toEqual([]);
        const isSame = gone + added + Object.keys(changed).length === 0;
        expect(unexpectedIn(allowedChange({ rows: "same" }), rows, STABLE).length === 0).toBe(isSame);
        if (gone > 0)
          expect(unexpectedIn(allowedChange({ ...expected, gone: gone - 1 }), rows, STABLE)).toHaveLength(1);
        if (added > 0)
          expect(unexpectedIn(allowedChange({ ...expected, added: added - 1 }), rows, STABLE)).toHaveLength(1);
      }),
    );
  });
});

describe("MATVIEW_EXPECT", () => {
  const view = { schema: "public", name: "mv", definition: "select 1 as id" };
  const said = (expect: string): Once => saidBy({ MATVIEW_EXPECT: expect });

  test("comes before what is declared, by either name of a view that is renamed", () => {
    const declared = { ...view, change: { gone: 1 } };
    expect(withOnce(declared, NOTHING_SAID)).toEqual(declared);
    expect(withOnce(declared, said('{"public.mv":{"rows":"same"}}')).change).toEqual({ rows: "same" });
    expect(withOnce(declared, said('{"public.old":{"gone":2}}'), { ...view, name: "old" }).change).toEqual({ gone: 2 });
    expect(withOnce(declared, said('{"public.mv":"any"}')).change).toBeUndefined();
  });

  test("that does not speak of a view which changes proves nothing of it, and that is refused", () => {
    const typo = said('{"public.mw":{"rows":"same"}}');
    expect(unsaidProblem(withOnce(view, typo))).toBe(
      'its definition changes, and MATVIEW_EXPECT speaks of public.mw only: add what is expected of "public.mv" to it, or "any" where nothing ' +
        "is to be proved",
    );
    expect(unsaidProblem(withOnce({ ...view, change: { gone: 1 } }, typo))).toBeUndefined();
    expect(unsaidProblem(withOnce(view, NOTHING_SAID))).toBeUndefined();
  });

  test("is what a refusal says to set", () => {
    const view = { schema: "informes", name: "Mv, ventas" };
    const expected = expectationOf(found(12, 0, { etapa: 41 }));
    const advice = expectationAdvice(view, expected);
    expect(advice).toBe(
      `for this deploy alone, set MATVIEW_EXPECT='{"informes.\\"Mv, ventas\\"":{"gone":12,"changed":["etapa"]}}'`,
    );
    expect(readExpectations(/='(.*)'$/.exec(advice)?.[1] ?? "")).toEqual({ 'informes."Mv, ventas"': expected });
    expect(expectationText(expected)).toBe('{ gone: 12, changed: ["etapa"] }');
    expect(readExpectations("")).toEqual({});
    expect(readExpectations('{"public.mv":"any"}')).toEqual({ "public.mv": "any" });
  });

  test.each([
    ["rows=same", 'MATVIEW_EXPECT is no JSON; write what is expected by view, such as {"public.mv":{"rows":"same"}}'],
    ["[1]", "  - must be an object with what is expected by view"],
    ['{"__proto__":{"rows":"same"}}', "MATVIEW_EXPECT must name a view with its schema, such as public.__proto__"],
    ['{"public.mv":{"gone":"x"}}', "public.mv.gone: must be a number of rows"],
    ['{"public.mv":{"gonee":1}}', "public.mv: gonee is no property; did you mean gone?"],
    ['{"mv":{"rows":"same"}}', "MATVIEW_EXPECT must name a view with its schema, such as public.mv"],
  ])("is refused where it is %s", (text, message) => {
    expect(() => readExpectations(text)).toThrow(message);
  });
});
