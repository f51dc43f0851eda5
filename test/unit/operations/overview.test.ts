import { expect, test } from "@jest/globals";
import stringWidth from "string-width";
import { tally, toldInOrder, worstFirst } from "../../../operations/commandLine/overview.ts";
import type { Judged } from "../../../operations/commandLine/overview.ts";

const views = (count: number, verdict: Judged["verdict"], prefix = "public.mv_"): Judged[] =>
  Array.from({ length: count }, (_, index) => ({ view: `${prefix}${verdict}_${index}`, verdict }));

test.each([
  [views(200, "pass"), "200 healthy"],
  [[...views(197, "pass"), ...views(1, "warn")], "198 healthy, 1 of them with a warning"],
  [views(3, "warn"), "3 healthy, all of them with a warning"],
  [[...views(1, "pass"), ...views(2, "fail")], "1 healthy, 2 not: public.mv_fail_0, public.mv_fail_1"],
  [views(9, "fail", ""), "0 healthy, 9 not: fail_0, fail_1, fail_2, fail_3, fail_4 and 4 more"],
])("a count of many views names some that are not healthy: %#", (judged, told) => {
  expect(tally(judged)).toBe(told);
});

test("the worst come first, the others stay in their order", () => {
  const mixed = [...views(2, "pass"), ...views(2, "warn"), ...views(2, "fail")];
  expect(worstFirst(mixed).map(({ view }) => view.replace("public.mv_", ""))).toEqual([
    "fail_0",
    "fail_1",
    "warn_0",
    "warn_1",
    "pass_0",
    "pass_1",
  ]);
});

const shown = (judged: readonly Judged[], one: (view: Judged) => string): string =>
  toldInOrder("verify", judged, { overview: (unhealthy) => `overview of ${unhealthy.length}`, one });

test("of views of which the same is said one part tells, and of many views ten parts and a line", () => {
  const judged = [...views(30, "pass"), ...views(180, "fail", `public.${"nombre_largo_".repeat(4)}`)];
  const alike = shown(judged, () => ":\n  the launcher is dead");
  expect(alike.match(/the launcher is dead/g)).toHaveLength(1);
  expect(alike).toMatch(/Not shown: 30 that are healthy\. matview verify VIEW shows one\.$/);
  const apart = shown(judged, ({ view }) => `:\n  ${view} is stale`);
  expect(apart.match(/is stale$/gm)).toHaveLength(10);
  expect(apart).toMatch(/Not shown: 170 more of these, 30 that are healthy\./);
  for (const line of `${alike}\n${apart}`.split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(80);
});

test("one view is told by itself, and where all are healthy there is no overview", () => {
  expect(shown(views(1, "fail"), () => ": stale")).toBe("public.mv_fail_0: stale");
  expect(shown(views(2, "pass"), () => "")).toBe(
    "2 healthy\n\nNot shown: 2 that are healthy. matview verify VIEW shows one.",
  );
});
