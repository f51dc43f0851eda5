import { describe, expect, test } from "@jest/globals";
import { asPlanned, isPlannedLater } from "../../../lifecycle/preview/plannedLater.ts";
import { secretTexts } from "../../../lifecycle/secretTexts.ts";

describe("a secret", () => {
  test.each([
    ["as it is", "clave", "found clave here", "found [secret] here"],
    ["in a statement", "it's", "comment is 'it''s'", "comment is '[secret]'"],
    ["in a message of two lines", "a\nbc", JSON.stringify("a\nbc"), '"[secret]"'],
    ["that is another's beginning", ["clave", "clave-dos"], "clave-dos, clave", "[secret], [secret]"],
    ["in a list of objects", [{ role: "lector" }], "grant to lector", "grant to [secret]"],
    ["that is too short to be one", "ab", "abc", "abc"],
  ])("is not quoted: %s", (_what, value, message, shown) => {
    const secrets = secretTexts();
    secrets.note({ comment: value, name: "mv" }, ["comment"]);
    expect(secrets.hide(message)).toBe(shown);
  });
});

describe("a declaration that only the deploy can plan", () => {
  test("is told by its values, and fits a plan that has none of them", () => {
    const planned = { name: "mv", grants: [{ role: "[secret]", privileges: ["select"] }] };
    const declared = { name: "mv", grants: [{ role: "lector", privileges: ["select"] }] };
    expect(isPlannedLater(planned)).toBe(true);
    expect(isPlannedLater(declared)).toBe(false);
    expect(asPlanned(declared, planned)).toEqual(planned);
    expect(asPlanned({ ...declared, name: "other" }, planned)).not.toEqual(planned);
    expect(asPlanned(null, planned)).toBeNull();
  });
});
