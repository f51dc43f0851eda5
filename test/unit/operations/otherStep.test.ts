import { expect, test } from "@jest/globals";
import { otherStep, otherText } from "../../../operations/preview/otherStep.ts";

const URN = "urn:pulumi:prod::ventas::matview:index:Platform$postgresql:index/grant:Grant::owner-public";
const PLACE = { database: "ventas", role: "owner", schema: "public" };

test.each([
  [
    { ...PLACE, objectType: "table", objects: ["a", "b"], privileges: ["SELECT"] },
    "SELECT on table public.a, public.b in database ventas to owner",
  ],
  [
    { ...PLACE, objectType: "table", privileges: ["SELECT", "INSERT"] },
    "SELECT, INSERT on every table of schema public",
  ],
  [{ ...PLACE, objectType: "schema", privileges: ["USAGE"] }, "USAGE on schema public in database ventas to owner"],
  [{ ...PLACE, objectType: "database", privileges: ["CONNECT"] }, "CONNECT on database ventas to owner"],
  [
    { ...PLACE, objectType: "column", objects: ["a"], columns: ["n"], privileges: ["SELECT"] },
    "SELECT (n) on table public.a in database ventas to owner",
  ],
  [{ ...PLACE, objectType: "table", privileges: [] }, "nothing on every table of schema public"],
])("a grant that the engine makes says what, on what and to whom: %j", (inputs, text) => {
  const line = otherText(otherStep({ op: "update", urn: URN, newState: { type: "", inputs } }));
  expect(line).toContain(`update matview:index:Platform$postgresql:index/grant:Grant owner-public: ${text}`);
});

test("of any other resource of the engine its name is said alone", () => {
  const urn = URN.replace("grant:Grant", "extension:Extension");
  expect(otherText(otherStep({ op: "create", urn, newState: { type: "", inputs: { name: "pg_cron" } } }))).toBe(
    "create matview:index:Platform$postgresql:index/extension:Extension owner-public",
  );
});
