import { describe, expect, test } from "@jest/globals";
import { refreshCommand, refreshedBy, refreshTarget, saysTheSame } from "../../../kinds/refreshJob/command.ts";

describe("refreshCommand", () => {
  test("names the view with its schema, quoted only where it must be", () => {
    expect(refreshCommand({ schema: "public", name: "mv" })).toBe("REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv");
    expect(refreshCommand({ schema: "Ventas", name: "select" })).toBe(
      'REFRESH MATERIALIZED VIEW CONCURRENTLY "Ventas"."select"',
    );
  });
});

describe("refreshTarget", () => {
  test.each([
    ["refresh materialized view mv", { schema: undefined, name: "mv", concurrently: false, isAlone: true }],
    [
      "REFRESH MATERIALIZED VIEW CONCURRENTLY Public.MV ;",
      { schema: "public", name: "mv", concurrently: true, isAlone: true },
    ],
    ['refresh\n materialized view "A b"."c""d"', { schema: "A b", name: 'c"d', concurrently: false, isAlone: true }],
    [
      "set lock_timeout = '5s'; refresh materialized view s.mv",
      { schema: "s", name: "mv", concurrently: false, isAlone: false },
    ],
    ["refresh materialized view s.mv with data", { schema: "s", name: "mv", concurrently: false, isAlone: true }],
  ])("%s", (command, target) => {
    expect(refreshTarget(command)).toEqual(target);
  });

  test.each(["select 1", "vacuum mv", "refresh materialized views mv", ""])("finds none in %j", (command) => {
    expect(refreshTarget(command)).toBeUndefined();
  });
});

describe("refreshedBy", () => {
  const view = { schema: "public", name: "mv" };
  test.each([
    [{ command: "refresh materialized view public.mv", database: "app" }, true],
    [{ command: "refresh materialized view mv", database: "app" }, true],
    [{ command: "refresh materialized view other.mv", database: "app" }, false],
    [{ command: "refresh materialized view public.mv", database: "elsewhere" }, false],
    [{ command: "refresh materialized view public.mv2", database: "app" }, false],
  ])("%j: %s", (job, answer) => {
    expect(refreshedBy(job, view, "app")).toBe(answer);
  });
});

describe("saysTheSame", () => {
  const declared = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv";
  test.each([
    ["refresh materialized view concurrently mv", true],
    ["refresh  materialized view concurrently public.mv;", true],
    ["refresh materialized view public.mv", false],
    ["refresh materialized view concurrently other.mv", false],
    ["set lock_timeout = '5s'; refresh materialized view concurrently public.mv", false],
    ["select 1", false],
  ])("%s: %s", (live, answer) => {
    expect(saysTheSame(live, declared)).toBe(answer);
  });
});
