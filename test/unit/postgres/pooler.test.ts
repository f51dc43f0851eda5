import { expect, test } from "@jest/globals";
import { resolveConnection } from "../../../postgres/connection.ts";
import { isNamedPooler } from "../../../postgres/pooler.ts";

test.each([
  ["postgresql://a@h:6543/d", true],
  ["postgresql://a@ep-x-pooler.example.com/d", true],
  ["postgresql://a@pgbouncer.example.com/d", true],
  ["postgresql://a@h:5432/d", false],
])("whether %s is a transaction pooler by its name: %s", (databaseUrl, expected) =>
  expect(isNamedPooler(resolveConnection({ databaseUrl }, {}))).toBe(expected),
);
