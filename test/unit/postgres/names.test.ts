import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { derivedName, displayName, nameProblem, sqlIdentifier, sqlName } from "../../../postgres/names.ts";

describe("names", () => {
  test.each([
    ["plain", "plain"],
    ["select", '"select"'],
    ["Mayúscula", '"Mayúscula"'],
    ['a"b', '"a""b"'],
    ["1a", '"1a"'],
    ["public", "public"],
  ])("%s as SQL is %s", (name, sql) => {
    expect(sqlIdentifier(name)).toBe(sql);
  });

  test("a qualified name is quoted part by part", () => {
    expect(sqlName({ schema: "public", name: "user" })).toBe('public."user"');
    expect(displayName({ schema: "public", name: "user" })).toBe("public.user");
  });

  test("says what is wrong with a name", () => {
    expect(nameProblem("")).toBe("is empty");
    expect(nameProblem("a\0")).toBe("contains a zero byte");
    expect(nameProblem("ñ".repeat(32))).toBe(
      `is 64 bytes long and PostgreSQL keeps 63: it would be cut to "${"ñ".repeat(31)}"`,
    );
    expect(nameProblem("ñ".repeat(31))).toBeUndefined();
  });

  test("derived names fit, end with the suffix, and differ where the names do", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ minLength: 1 }), (name, other) => {
        const derived = derivedName(name, "idx");
        expect(Buffer.byteLength(derived)).toBeLessThanOrEqual(Math.max(63, Buffer.byteLength("_idx")));
        expect(derived.endsWith("_idx")).toBe(true);
        if (name !== other)
          expect(derivedName(`${name}${"x".repeat(60)}`, "idx")).not.toBe(
            derivedName(`${other}${"x".repeat(60)}`, "idx"),
          );
      }),
    );
  });
});
