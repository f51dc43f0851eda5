import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { asLeft } from "../../../kinds/earlierSteps.ts";
import { RISKS, statementCost, worse } from "../../../kinds/materializedView/cost/statementCost.ts";
import { duration } from "../../../kinds/quantities.ts";
import { canonical } from "../../../lifecycle/canonical.ts";
import { declaredOnly, fingerprint } from "../../../lifecycle/preview/fingerprint.ts";
import { previewLines } from "../../../lifecycle/preview/lines.ts";
import type { ResourcePreview } from "../../../lifecycle/preview/previewChange.ts";
import { runsPerDay, subjectOf } from "../../../lifecycle/preview/subject.ts";
import { withSection } from "../../../operations/preview/commentText.ts";
import { displayName } from "../../../postgres/names.ts";
import { step } from "../../../postgres/plan.ts";

const job = { name: "refresh-mv", schedule: "*/5 * * * *", active: true };
const plan = { steps: [step("alter job", "refresh-mv", "schedule", ["select 1"], { on: "cron" })], differences: [] };

describe("a fingerprint", () => {
  test("is the same whatever the incarnation and the order of the inputs", () => {
    const reversed = Object.fromEntries(Object.entries(job).reverse());
    expect(fingerprint("j", { ...reversed, incarnation: "b" }, plan)).toBe(
      fingerprint("j", { ...job, incarnation: "a" }, plan),
    );
  });

  test("is another one when declaration, statements or refusals are", () => {
    const all = [
      fingerprint("j", job, plan),
      fingerprint("j", { ...job, active: false }, plan),
      fingerprint("j", job, { ...plan, steps: [] }),
      fingerprint("j", job, { ...plan, refusals: ["no"] }),
      fingerprint("other", job, plan),
      fingerprint("j", "absent", plan),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("rests on a text that is equal exactly for equal values, whatever the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const shuffled = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(shuffled)).toBe(canonical(value));
      }),
    );
  });

  test("leaves out what is random or the engine's", () => {
    expect(declaredOnly({ ...job, incarnation: "a", __provider: "x", recorded: {}, comment: undefined })).toEqual(job);
  });
});

describe("the cost of a statement", () => {
  const measures = {
    rows: 1000,
    heapBytes: 80_000,
    totalBytes: 100_000,
    reads: 0,
    readsSince: null,
    runs: { medianMs: 400, isPlain: false },
    planned: { cost: 100, rows: 1000, width: 80 },
  };

  test.each([
    ["create materialized view public.mv as select 1 with no data", "none", "online"],
    ["create materialized view public.mv as\nselect 1", "none", "online"],
    ["refresh materialized view concurrently public.mv", "exclusive", "online"],
    ["refresh materialized view public.mv", "access exclusive", "readers wait"],
    ["create unique index concurrently i on public.mv using btree (id)", "share update exclusive", "online"],
    ["drop index public.i", "access exclusive", "brief lock"],
    ["alter materialized view public.mv owner to me", "access exclusive", "brief lock"],
    ["alter materialized view public.mv set (fillfactor = '90')", "share update exclusive", "online"],
    ["alter index public.i rename to j", "share update exclusive", "online"],
    ["comment on materialized view public.mv is 'x'", "share update exclusive", "online"],
    ["grant select on table public.mv to me", "none", "online"],
    ["select cron.alter_job(1, active := true)", "none", "none"],
  ])("%s takes the lock %s, risk %s", (sql, lock, risk) => {
    expect(statementCost(sql, measures, undefined)).toMatchObject({ lock, risk });
  });

  test("of a build grows with what the planner thinks of the new query", () => {
    const sql = "create materialized view public.mv as select 1";
    const same = statementCost(sql, measures, { cost: 1_000, rows: 1000, width: 80 });
    const twice = statementCost(sql, measures, { cost: 2_000, rows: 1000, width: 80 });
    expect(twice.durationMs).toBeGreaterThan(same.durationMs);
    expect([same.isMeasured, statementCost(sql, { ...measures, runs: undefined }, undefined).isMeasured]).toEqual([
      true,
      false,
    ]);
  });

  test("of a concurrent refresh of the same query is what its runs took", () => {
    const { durationMs, isMeasured } = statementCost("refresh materialized view concurrently mv", measures, undefined);
    expect(isMeasured).toBe(true);
    expect(durationMs).toBeGreaterThan(0.5 * measures.runs.medianMs);
    expect(durationMs).toBeLessThan(1.01 * measures.runs.medianMs);
  });

  test("is weighed by risks of which one is always the worse", () => {
    fc.assert(
      fc.property(fc.constantFrom(...RISKS), fc.constantFrom(...RISKS), (a, b) => {
        expect(worse(a, b)).toBe(worse(b, a));
        expect([a, b]).toContain(worse(a, b));
        expect(worse(a, "data gone")).toBe("data gone");
      }),
    );
  });
});

describe("what a declaration is about", () => {
  test("is the view itself, the view of an index, or the view that a job refreshes", () => {
    const name = (declared: object): string | undefined => {
      const found = subjectOf(declared);
      return found === undefined ? undefined : displayName(found);
    };
    expect(name({ schema: "s", name: "mv", definition: "select 1" })).toBe("s.mv");
    expect(name({ schema: "s", view: "mv", name: "i" })).toBe("s.mv");
    expect(name({ name: "j", command: "REFRESH MATERIALIZED VIEW CONCURRENTLY s.mv" })).toBe("s.mv");
    expect(name({ name: "j", command: "select 1" })).toBeUndefined();
  });

  test("says how often a job runs a day", () => {
    expect(runsPerDay(job)).toBe(288);
    expect(runsPerDay({ ...job, active: false })).toBe(0);
    expect(runsPerDay({ schema: "s", name: "mv" })).toBeUndefined();
  });
});

describe("a job that steps before make inactive", () => {
  test("is planned as they leave it, every other one as it is", () => {
    const state = { job: { name: "refresh-mv", isActive: true }, powers: {} };
    expect(asLeft(state, new Set(["deactivate job refresh-mv"]), {})).toEqual({
      ...state,
      job: { name: "refresh-mv", isActive: false },
    });
    expect(asLeft(state, new Set(["deactivate job another"]), {})).toBe(state);
    expect(asLeft(undefined, new Set(["deactivate job another"]), {})).toBeUndefined();
  });
});

describe("the lines of a preview", () => {
  const nothing: ResourcePreview = {
    kind: "materialized view",
    id: "public.mv",
    operation: "same",
    steps: [],
    refusals: [],
    differences: [],
    warnings: [],
    handover: [],
    definition: undefined,
    drops: undefined,
    isPlanned: true,
    runsPerDay: undefined,
    refreshMs: undefined,
    fingerprint: "",
  };

  test("say that nothing is run, and why", () => {
    const lines = (rest: Partial<ResourcePreview>): string[] => previewLines({ ...nothing, ...rest }).lines;
    expect(lines({})).toEqual([]);
    expect(lines({ operation: "update" })).toEqual(["nothing is run for it"]);
    expect(lines({ operation: "create" })).toEqual(["is there as declared: taken over, nothing is run"]);
    expect(lines({ isPlanned: false })).toEqual(["is planned when what it stands on is there, such as pg_cron"]);
  });

  test("are a warning where the deploy would be refused", () => {
    expect(previewLines({ ...nothing, refusals: ["no"] })).toEqual({ severity: "warning", lines: ["refused: no"] });
  });

  test("give times in one unit that people read", () => {
    expect([3, 150, 2_500, 95_000, 7_200_000].map(duration)).toEqual([
      "a moment",
      "about 150 ms",
      "about 2.5 s",
      "about 2 min",
      "about 2.0 h",
    ]);
  });
});

describe("the comment on a pull request", () => {
  test("keeps one section a stack, replaced in its place", () => {
    const first = withSection("", "dev", "plan one");
    const both = withSection(first, "prod", "plan two");
    const replaced = withSection(both, "dev", "plan three");
    expect(replaced).toBe(both.replace("plan one", "plan three"));
    expect(withSection(replaced, "dev", "plan three")).toBe(replaced);
  });
});
