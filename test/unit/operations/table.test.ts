import { expect, test } from "@jest/globals";
import fc from "fast-check";
import colors from "picocolors";
import stringWidth from "string-width";
import { table, wrapped } from "../../../operations/commandLine/table.ts";

const words = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 90 }),
  fc.constantFrom(
    "public.mv_conversaciones_dashboard",
    "売上".repeat(31),
    `"Sales"."${"x".repeat(63)}"`,
    "\u001b[2J",
    "👩‍👩‍👧‍👦",
  ),
  fc.lorem({ maxCount: 30 }),
);
const cells = fc.array(fc.tuple(words, words, words, words, words, words), { minLength: 1, maxLength: 4 });
const HEAD = ["a", "b", "c", "d", "e", "f"];

function widths(text: string): number[] {
  return text.split("\n").map((line) => stringWidth(line));
}

test("every line of a table fits the screen, and all are as wide, whatever its cells hold", () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 60, max: 140 }), fc.subarray(HEAD.slice(1)), (rows, width, least) => {
      const found = widths(table(HEAD, rows, { width, least }));
      expect(Math.max(...found)).toBeLessThanOrEqual(width);
      expect(new Set(found).size).toBe(1);
    }),
  );
});

test("wrapping loses nothing but spaces", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 40 }), (text, width) => {
      const lines = wrapped(text, width);
      expect(lines.replace(/[ \n]/g, "")).toBe(text.replace(/[ \0-\u001f\u007f-\u009f]/g, ""));
      expect(Math.max(...widths(lines))).toBeLessThanOrEqual(width);
    }),
  );
});

test("a name is broken behind its parts, a sentence between its words", () => {
  expect(wrapped("public.mv_conversaciones_dashboard", 20)).toBe("public.mv_\nconversaciones_\ndashboard");
  expect(wrapped("matview doctor public.mv says why", 16)).toBe("matview doctor\npublic.mv says\nwhy");
});

test("a column that may go, goes before the others cannot be read; a narrow table is left as it is", () => {
  const wide = ["x".repeat(60), "1,000", "y".repeat(60), "12 min"];
  const shown = (width: number): string[] =>
    (table(["view", "rows", "what is wrong", "age"], [wide], { width, least: ["rows", "age"] }).split("\n")[1] ?? "")
      .split("│")
      .map((cell) => cell.trim())
      .filter((cell) => cell !== "");
  expect(shown(80)).toEqual(["view", "rows", "what is wrong", "age"]);
  expect(shown(60)).toEqual(["view", "what is wrong", "age"]);
  expect(shown(50)).toEqual(["view", "what is wrong"]);
  expect(table(["a"], [["b"]])).toBe("┌───┐\n│ a │\n├───┤\n│ b │\n└───┘");
});

test("where all columns would be too narrow, each row is a list of its cells", () => {
  const long = "una palabra y otra";
  const shown = table(HEAD, [[long, long, long, long, "", long], ["x"]], { width: 60 });
  expect(
    shown.split("\n").map((line) =>
      line
        .replace(/[^a-z ]/g, "")
        .trim()
        .replace(/ +/g, " "),
    ),
  ).toEqual(["", `a ${long}`, `b ${long}`, `c ${long}`, `d ${long}`, `f ${long}`, "", "a x", ""]);
});

test("what a terminal would act on is no part of a table", () => {
  expect(table(["a"], [["b\u001b[2J\tc\u0007"]])).toContain("│ b [2J c  │");
  expect(wrapped("b\u001b[2J")).toBe("b [2J");
});

test("a colour goes on in the next line of its cell, and ends at its border", () => {
  const red = colors.createColors(true).red;
  for (const line of table(["a"], [[red("one two three four")]], { width: 40 })
    .split("\n")
    .slice(3, -1))
    expect(line).toMatch(/^│ \u001b\[31m.*\u001b\[39m *│$/);
});
