import { expect, test } from "@jest/globals";
import { sqlText } from "../../../postgres/sqlFiles.ts";

const facts = (file: string): string | undefined =>
  /^\\if[^]*(?=^select (?:d\.job_active|c\.check_name))/m.exec(sqlText(file))?.[0];

test("both files of the eight checks decide from the same facts", () => {
  expect(facts("verify/numbers")).toMatch(/^decided as \(/m);
  expect(facts("verify/numbers")).toBe(facts("verify/checks"));
});
