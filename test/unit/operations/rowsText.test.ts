import { expect, test } from "@jest/globals";
import { rowsMarkdown, rowsSummary, rowsText } from "../../../operations/diff/rowsText.ts";
import type { ViewDiff } from "../../../operations/diff/viewDiff.ts";

const SAME = { before: 3_230, after: 3_230, gone: 0, added: 0, changed: 0, same: 3_230 };
const COLUMNS = {
  added: [],
  removed: [],
  retyped: [],
  changed: {},
  to_null: {},
  from_null: {},
  as_text: [],
  left_out: [],
};

function diff(rest: Partial<ViewDiff> = {}): ViewDiff {
  return {
    view: "public.mv",
    change: "changed",
    key: ["id"],
    why_no_key: null,
    rows: SAME,
    columns: COLUMNS,
    sources: { added: [], removed: [], renamed: [] },
    dependents: [],
    served_age_seconds: null,
    took_ms: 1_240,
    limited: null,
    notes: [],
    refusals: [],
    ...rest,
  };
}

test.each<[Partial<ViewDiff>, string]>([
  [{}, "no row changes, of 3,230 rows"],
  [
    { rows: { ...SAME, gone: 12, changed: 41 }, columns: { ...COLUMNS, changed: { etapa: 41 } } },
    "12 of 3,230 rows go, 41 change in etapa, nothing else",
  ],
  [{ rows: { ...SAME, added: 1 }, change: "followed" }, "1 row comes, nothing else (by what it reads)"],
  [{ change: "none" }, "no row changes, of 3,230 rows (its definition is as deployed)"],
  [{ columns: { ...COLUMNS, left_out: ["azar"] } }, "no row changes, of 3,230 rows; azar is not compared"],
  [{ change: "new", rows: { ...SAME, before: 0 } }, "new, 3,230 rows"],
  [{ change: "dropped", rows: { ...SAME, before: 1 } }, "goes, with 1 row"],
  [{ rows: null, limited: { by: "time", share: 0 } }, "not compared: it takes longer than the time limit"],
  [
    {
      columns: {
        ...COLUMNS,
        added: ["a"],
        removed: ["b"],
        retyped: [{ column: "c", before: "integer", after: "bigint" }],
      },
      limited: { by: "sample", share: 0.1 },
    },
    "in 10 % of the rows: column a is new, column b goes, column c (integer to bigint) has another type, nothing else",
  ],
])("%j in one line", (rest, line) => {
  expect(rowsSummary(diff(rest))).toBe(line);
});

test("notes say what was not compared as it is, and how far the figures go", () => {
  const text = rowsText(
    diff({
      key: [],
      why_no_key: "key (id) is not unique in the declared rows",
      columns: { ...COLUMNS, as_text: ["doc"] },
      limited: { by: "time", share: 1 / 64 },
      sources: { added: ["public.b"], removed: ["public.a"], renamed: [{ from: "public.c", to: "public.c_old" }] },
      dependents: ["view public.resumen"],
      served_age_seconds: 190,
    }),
  );
  expect(text.split("\n").slice(-11)).toEqual([
    "all rows take longer than the time limit: of 1.56 % of the rows, so there are at",
    "least as many of each; --time-limit gives it longer, --sample looks at a share",
    "rows are told apart by all their values, as key (id) is not unique in the",
    "declared rows: one that changes is gone and added",
    "compared as texts: doc",
    "reads now: public.b",
    "no longer reads: public.a",
    "what it reads as public.c_old was called public.c at its deploy",
    "depends on it: view public.resumen",
    "from the sources as they are now, in 1.2 s",
    "the rows that readers get are 3.2 min old; they are not compared",
  ]);
});

test.each<[NonNullable<ViewDiff["expected"]>, string]>([
  [
    { change: { gone: "25 %", changed: ["etapa"] }, is_met: true, problems: [] },
    "as expected: at most 25 % go, none comes, none changes but in etapa",
  ],
])("%j is told as it is judged", (expected, line) => {
  expect(rowsText(diff({ expected })).split("\n")).toContain(line);
});

test("what the deploy would refuse stands beside what it is about, and what to declare follows", () => {
  const refused = diff({
    rows: { ...SAME, gone: 70, after: 3_160, same: 3_160 },
    expected: { change: { rows: "same" }, is_met: false, problems: ["70 of 3,230 rows go, where none may"] },
    refusals: ["70 of 3,230 rows go, where none may"],
  });
  const text = rowsText(refused).split("\n");
  expect(text[1]).toBe("REFUSED by the deploy: 70 of 3,230 rows go, where none may");
  expect(text).toContain("if that is right, declare change: { gone: 70 }");
  expect(rowsMarkdown(refused).split("<details>")[0]).toBe(
    "**`public.mv`**: 70 of 3,230 rows go, nothing else\n\nREFUSED by the deploy: 70 of 3,230 rows go, where none may\n\n",
  );
});

test("in a pull request the figures are folded away, and a name cannot break out of the table", () => {
  const told = diff({
    rows: { ...SAME, changed: 2 },
    columns: { ...COLUMNS, changed: { "a|b": 2 }, to_null: { "a|b": 1 } },
    explanation: {
      conditions: [{ rows: "changed", column: "etapa", values: ["x", null], count: 2, of: 3 }],
      measures: { total: { before: { min: "1", max: "2", sum: "3" }, after: { min: "1", max: "2", sum: null } } },
    },
    differing: [{ rows: "gone", before: { id: "7" }, times: 2 }],
  });
  expect(rowsMarkdown(told)).toBe(`**\`public.mv\`**: 2 of 3,230 rows change in a|b, nothing else

<details><summary>Rows</summary>

| rows before | after | gone | added | changed | same |
| --- | --- | --- | --- | --- | --- |
| 3,230 | 3,230 | 0 | 0 | 2 | 3,230 |

| column | rows changed | went null | came from null |
| --- | --- | --- | --- |
| a\\|b | 2 | 1 | 0 |

| column | figure | before | after |
| --- | --- | --- | --- |
| total | sum | 3 | null |

- declare change: { changed: ["a|b"] }, and the deploy proves it or stops
- all 2 rows that change have etapa = 'x' or null, which 1 other has
- gone: 2 times id = 7
- by key (id), from the sources as they are now, in 1.2 s

</details>`);
});
