import { expect, test } from "@jest/globals";
import { compareProperties } from "../../../operations/drift/compareProperties.ts";

test("what the engine keeps secret is neither drift nor shown", () => {
  const declared = { definition: "[secret]", grants: [{ role: "[secret]", privileges: ["select"] }], owner: "app" };
  const observed = { definition: "select 'hush'", grants: [{ role: "hush", privileges: ["select"] }], owner: "boss" };
  expect(compareProperties(declared, observed)).toEqual([{ property: "owner", declared: "app", actual: "boss" }]);
});
