import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { nextRuns } from "../../../kinds/refreshJob/schedule/nextRuns.ts";
import { choiceOf } from "../../../operations/frequency.ts";
import { summariseRuns } from "../../../operations/health/historySummary.ts";
import { placed } from "../../../operations/health/runs.ts";
import type { Run } from "../../../operations/health/runs.ts";
import { sparkline } from "../../../operations/history/sparkline.ts";
import { cronSchedules, scheduleOf } from "../../support/schedules.ts";

const until = new Date("2026-05-05T12:02:30Z");
const since = new Date(until.getTime() - 86_400_000);
const span = { since, until, timeZone: "GMT" };

function run(startedAt: Date, rest: Partial<Run> = {}): Run {
  const endedAt = new Date(startedAt.getTime() + 1000);
  return {
    jobId: "1",
    runId: "1",
    pid: 1,
    status: "succeeded",
    message: "",
    at: startedAt,
    startedAt,
    endedAt,
    ...rest,
  };
}

test("every five minutes there are 288 runs a day, and without one of them there is one gap", () => {
  const schedule = scheduleOf("*/5 * * * *");
  const all = nextRuns(schedule, since, 288, "GMT")
    .map((start) => run(start))
    .reverse();
  expect(summariseRuns(all, schedule, span)).toMatchObject({
    expected: 288,
    recorded: 288,
    successRate: 1,
    gaps: [],
    overlaps: [],
  });
  const missed = all.filter((_, index) => index !== 100);
  expect(summariseRuns(missed, schedule, span).gaps.map(({ seconds }) => seconds)).toEqual([600]);
});

test("runs without a time are placed between their neighbours, in order and within what was asked", () => {
  const instant = fc.integer({ min: 0, max: 86_400_000 }).map((ms) => new Date(since.getTime() + ms));
  fc.assert(
    fc.property(fc.array(fc.option(instant), { maxLength: 30 }), (instants) => {
      const known = instants.filter((at) => at !== null).sort((a, b) => b.getTime() - a.getTime());
      const rows = instants.map((at) => ({ ...run(since), at: at === null ? null : (known.shift() ?? null) }));
      const runs = placed(rows, since, until);
      expect(runs.filter((_, index) => rows[index]?.at !== null)).toEqual(rows.filter(({ at }) => at !== null));
      for (const [index, { at }] of runs.entries()) {
        expect(at.getTime()).toBeGreaterThanOrEqual((runs[index + 1]?.at ?? since).getTime());
        expect(at.getTime()).toBeLessThanOrEqual((runs[index - 1]?.at ?? until).getTime());
      }
    }),
  );
});

test("a history that runs exactly as scheduled is complete, for every schedule", () => {
  fc.assert(
    fc.property(cronSchedules, (schedule) => {
      const runs = nextRuns(schedule, since, 2000, "GMT")
        .filter((start) => start <= until)
        .map((start) => run(start));
      const summary = summariseRuns(runs.reverse(), schedule, span);
      expect([summary.expected, summary.gaps]).toEqual([runs.length, []]);
    }),
    { numRuns: 50 },
  );
});

test("runs that overlap, have no end, or are stuck behind a newer one are told apart", () => {
  const at = (minutes: number): Date => new Date(until.getTime() - minutes * 60_000);
  const runs = [
    run(at(1), { runId: "5", status: "running", endedAt: null }),
    run(at(6), { runId: "4", endedAt: at(4) }),
    run(at(7), { runId: "3", endedAt: at(5) }),
    run(at(12), { runId: "2", status: "failed", endedAt: null }),
    run(at(17), { runId: "1", status: "sending", startedAt: null, endedAt: null }),
  ];
  const { overlaps, withoutEnd, stuck } = summariseRuns(runs, undefined, span);
  expect({ overlaps, withoutEnd, stuck }).toEqual({
    overlaps: ["4"],
    withoutEnd: ["2"],
    stuck: [{ runId: "1", status: "sending" }],
  });
});

test("a sparkline has one bar for each value, the largest full", () => {
  expect(sparkline([1, 2, "failed", undefined, 8])).toBe("▂▃× █");
  expect(sparkline([])).toBe("");
  fc.assert(
    fc.property(fc.array(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true })), (values) => {
      expect([...sparkline(values)]).toHaveLength(values.length);
    }),
  );
});

test("refreshing more often never makes the worst age larger or the busy time smaller", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 59 }),
      fc.double({ min: 0.001, max: 1000, noNaN: true }),
      (minutes, seconds) => {
        const measured = { meanSeconds: seconds, p95Seconds: seconds, longestSeconds: seconds };
        const [often, seldom] = [choiceOf(minutes, measured), choiceOf(minutes + 1, measured)];
        expect(often.worstAgeSeconds!).toBeLessThan(seldom.worstAgeSeconds!);
        expect(often.busySecondsPerDay!).toBeGreaterThan(seldom.busySecondsPerDay!);
      },
    ),
  );
});
