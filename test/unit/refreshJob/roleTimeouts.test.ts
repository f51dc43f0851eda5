import { expect, test } from "@jest/globals";
import { roleTimeouts } from "../../../kinds/refreshJob/roleTimeouts.ts";

const view = "public.a";
const owner = "matview_owner";

test("views of one owner with different statement timeouts are refused by name", () => {
  const declare = roleTimeouts();
  declare({ view, owner, timeoutMs: 60_000 });
  expect(() => declare({ view: "public.b", owner, timeoutMs: 120_000 })).toThrow(
    "public.a and public.b belong to role matview_owner and declare statement timeouts of 60000 ms and 120000 ms, and it is one setting of " +
      "the role in its database: declare the same statementTimeout for both, or give one of them another owner",
  );
});

test.each([
  ["the same timeout", { view: "public.b", owner, timeoutMs: 60_000 }],
  ["another owner", { view: "public.b", owner: "otra", timeoutMs: 1_000 }],
  ["the role that deploys", { view: "public.b", owner: undefined, timeoutMs: 1_000 }],
  ["the same view anew", { view, owner, timeoutMs: 1_000 }],
])("%s is fine", (_what, second) => {
  const declare = roleTimeouts();
  declare({ view, owner, timeoutMs: 60_000 });
  expect(() => declare(second)).not.toThrow();
});
