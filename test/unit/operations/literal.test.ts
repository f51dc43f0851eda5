import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { Code, literal } from "../../../operations/adopt/literal.ts";

test("what is written means what was given, whatever it is", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      // A property called __proto__ would be another thing in a literal.
      fc.pre(!JSON.stringify(value).includes("__proto__"));
      // JSON has one zero.
      const given: unknown = JSON.parse(JSON.stringify(value));
      expect(new Function(`return ${literal(value)};`)()).toEqual(given);
    }),
  );
});

test("fits the line, or has a line for each part; leaves out what is undefined; takes code as it is", () => {
  expect(literal({ a: [1, "x"], "b c": undefined, d: new Code("f(1)") })).toBe('{ a: [1, "x"], d: f(1) }');
  const long = "x".repeat(60);
  expect(literal({ a: long, b: [long, long] })).toBe(
    `{\n  a: "${long}",\n  b: [\n    "${long}",\n    "${long}",\n  ],\n}`,
  );
});
