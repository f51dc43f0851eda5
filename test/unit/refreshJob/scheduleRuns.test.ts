import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { nextRuns, previousRun } from "../../../kinds/refreshJob/schedule/nextRuns.ts";
import { longestGapSeconds, runRate } from "../../../kinds/refreshJob/schedule/runRate.ts";
import type { CronSchedule } from "../../../kinds/refreshJob/schedule/schedule.ts";
import { cronOf, cronSchedules, scheduleOf } from "../../support/schedules.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const iso = (dates: readonly (Date | undefined)[]) => dates.map((date) => date?.toISOString().slice(0, 16));
const instants = fc.date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true });

describe("nextRuns (pure)", () => {
  test.each<[string, string, string[]]>([
    ["*/5 * * * *", "2026-01-01T00:00", ["2026-01-01T00:05", "2026-01-01T00:10", "2026-01-01T00:15"]],
    ["0 3 * * *", "2026-12-31T03:00", ["2027-01-01T03:00", "2027-01-02T03:00", "2027-01-03T03:00"]],
    ["0 0 29 2 *", "2096-02-29T00:00", ["2104-02-29T00:00", "2108-02-29T00:00", "2112-02-29T00:00"]],
    ["0 0 $ * *", "2028-01-31T00:00", ["2028-02-29T00:00", "2028-03-31T00:00", "2028-04-30T00:00"]],
    // Either day field is enough, unless one of them starts with a star.
    ["0 0 13 * 5", "2026-02-01T00:00", ["2026-02-06T00:00", "2026-02-13T00:00", "2026-02-20T00:00"]],
    ["0 0 $ * 1", "2026-01-25T00:00", ["2026-01-26T00:00", "2026-01-31T00:00", "2026-02-02T00:00"]],
    ["0 0 */2 * 1", "2026-02-01T00:00", ["2026-02-09T00:00", "2026-02-23T00:00", "2026-03-09T00:00"]],
    ["0 0 1-31/2 * 1", "2026-02-01T00:00", ["2026-02-02T00:00", "2026-02-03T00:00", "2026-02-05T00:00"]],
  ])("of %j after %s", (text, from, expected) => {
    expect(iso(nextRuns(scheduleOf(text), new Date(`${from}Z`), 3))).toEqual(expected);
  });

  test("leaves out a local time that a clock change skips", () => {
    const runs = nextRuns(scheduleOf("30 2 * * *"), new Date("2026-03-28T00:00Z"), 2, "Europe/Madrid");
    expect(iso(runs)).toEqual(["2026-03-28T01:30", "2026-03-30T00:30"]);
  });

  test("runs twice at a local time that comes twice", () => {
    const runs = nextRuns(scheduleOf("30 2 * * *"), new Date("2026-10-24T12:00Z"), 3, "Europe/Madrid");
    expect(iso(runs)).toEqual(["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-26T01:30"]);
  });

  test("finds a 29 February on a weekday given, which can take 40 years, in both directions", () => {
    const monday: CronSchedule = { ...cronOf("30 3 29 2 *"), dayOfWeek: [1] };
    expect(iso(nextRuns(monday, new Date("2072-03-01T00:00Z"), 1, "America/St_Johns"))).toEqual(["2112-02-29T07:00"]);
    expect(iso([previousRun(monday, new Date("2112-02-29T03:30Z"))])).toEqual(["2072-02-29T03:30"]);
  });

  test("ends without a run where there is none", () => {
    const never: CronSchedule = { ...cronOf("0 0 30 * *"), month: [2] };
    expect(nextRuns(never, new Date("2026-01-01T00:00Z"), 3)).toEqual([]);
    expect(previousRun(never, new Date("2026-01-01T00:00Z"), "Europe/Madrid")).toBeUndefined();
  });

  test("counts an interval in seconds from the instant given", () => {
    const from = new Date("2026-01-01T00:00:00.500Z");
    const runs = nextRuns(scheduleOf("10 seconds"), from, 2).map((run) => run.toISOString());
    expect(runs).toEqual(["2026-01-01T00:00:10.500Z", "2026-01-01T00:00:20.500Z"]);
    expect(previousRun(scheduleOf("10 seconds"), from)?.toISOString()).toBe("2025-12-31T23:59:50.500Z");
  });

  test.each(["GMT", "Europe/Madrid", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"])(
    "gives the minutes that a walk over all of them gives, in %s",
    (timeZone) => {
      // Around the changes of 2026 in these zones, and elsewhere.
      const starts = fc.oneof(
        fc
          .constantFrom("2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31")
          .map((day) => new Date(day)),
        instants,
      );
      fc.assert(
        fc.property(cronSchedules, starts, (schedule, start) => {
          const end = start.getTime() + 2 * DAY_MS;
          const expected = minuteWalk(schedule, start.getTime(), end, timeZone);
          const runs = nextRuns(schedule, start, expected.length + 1, timeZone).map((run) => run.getTime());
          expect(runs.filter((run) => run <= end)).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    },
  );

  test("runs come in order, and the previous run of one that has just been is itself", () => {
    fc.assert(
      fc.property(cronSchedules, instants, fc.constantFrom("GMT", "Europe/Madrid"), (schedule, from, timeZone) => {
        let last = from.getTime();
        for (const run of nextRuns(schedule, from, 5, timeZone)) {
          expect(run.getTime()).toBeGreaterThan(last);
          expect(previousRun(schedule, new Date(run.getTime() + 1), timeZone)).toEqual(run);
          last = run.getTime();
        }
      }),
    );
  });
});

describe("runRate and longestGapSeconds (pure)", () => {
  test.each([
    ["*/5 * * * *", 288, 300],
    ["*/2 * * * *", 720, 120],
    ["* * * * *", 1440, 60],
    ["*/7 * * * *", 216, 420],
    ["0 * * * *", 24, 3600],
    ["10 seconds", 8640, 10],
    ["7 seconds", 86_400 / 7, 7],
    ["0 0,6,12,18 * * *", 4, 21_600],
    ["0 3 * * *", 1, 86_400],
    ["0 8-20 * * *", 13, 12 * 3600],
    ["0 3 * * mon-fri", 5 / 7, 3 * 86_400],
    ["0 0 31 * *", (7 * 400) / 146_097, 61 * 86_400],
    ["0 0 29 2 *", 97 / 146_097, 8 * 365 * 86_400 + 86_400],
  ])("of %j are %d a day", (text, perDay, gap) => {
    expect(runRate(scheduleOf(text)).perDay).toBeCloseTo(perDay, 10);
    expect(longestGapSeconds(scheduleOf(text))).toBe(gap);
  });

  test("tells the busiest day of a schedule that rests at night", () => {
    expect(runRate(scheduleOf("*/10 9-17 * * mon-fri"))).toMatchObject({ mostPerDay: 54 });
  });

  test("the runs of a day are as many as the rate says, where every day has runs", () => {
    const regular = cronSchedules.map((schedule) => ({ ...schedule, ...ALL_DAYS }));
    fc.assert(
      fc.property(regular, instants, (schedule, from) => {
        const { perDay } = runRate(schedule);
        const runs = nextRuns(schedule, from, perDay + 1);
        expect(runs.filter((run) => run.getTime() <= from.getTime() + DAY_MS)).toHaveLength(perDay);
      }),
    );
  });

  test.each([
    ["*/5 * * * *", 300],
    ["31 * * * *", 3600],
    ["0 3 * * *", 25 * 3600],
    ["30 2 * * *", 47 * 3600],
    ["31 2-23/4 * * *", 7 * 3600],
  ])("the longest gap of %j counts the clock changes of Madrid: %d seconds", (text, gap) => {
    expect(longestGapSeconds(scheduleOf(text), "Europe/Madrid", new Date("2026-01-01T00:00Z"))).toBe(gap);
  });

  test("no two neighbours are further apart than the longest gap, and some are that far within the days of a week", () => {
    fc.assert(
      fc.property(cronSchedules, instants, fc.constantFrom("GMT", "Europe/Madrid"), (schedule, from, timeZone) => {
        const gap = longestGapSeconds(schedule, timeZone, from) * 1000;
        const twoYears = from.getTime() + 730 * DAY_MS;
        const runs = nextRuns(schedule, from, 50, timeZone)
          .map((run) => run.getTime())
          .filter((run) => run <= twoYears);
        const steps = runs.slice(1).map((run, index) => run - (runs[index] ?? 0));
        expect(Math.max(0, ...steps)).toBeLessThanOrEqual(gap);
      }),
    );
    fc.assert(
      fc.property(
        cronSchedules.map((schedule) => ({ ...schedule, ...ALL_DAYS })),
        (schedule) => {
          const runs = nextRuns(schedule, new Date("2026-01-01T00:00Z"), 1441).map((run) => run.getTime());
          const steps = runs.slice(1).map((run, index) => run - (runs[index] ?? 0));
          expect(Math.max(...steps)).toBe(longestGapSeconds(schedule) * 1000);
        },
      ),
      { numRuns: 30 },
    );
  });
});

const ALL_DAYS = {
  dayOfMonth: Array.from({ length: 31 }, (_, index) => index + 1),
  month: Array.from({ length: 12 }, (_, index) => index + 1),
  dayOfWeek: [0, 1, 2, 3, 4, 5, 6],
};

/** What pg_cron does: every minute is compared, by its local time, with the sets. Weekday and month come from Intl. */
function minuteWalk(schedule: CronSchedule, start: number, end: number, timeZone: string): number[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    weekday: "short",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const parts = (at: number) => Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const runs: number[] = [];
  for (let at = (Math.floor(start / MINUTE_MS) + 1) * MINUTE_MS; at <= end; at += MINUTE_MS) {
    const local = parts(at);
    const isTime = schedule.minute.includes(Number(local["minute"])) && schedule.hour.includes(Number(local["hour"]));
    if (!isTime || !schedule.month.includes(Number(local["month"]))) continue;
    const isLast = schedule.lastDay && parts(at + DAY_MS)["month"] !== local["month"];
    const dayMatches = isLast || schedule.dayOfMonth.includes(Number(local["day"]));
    const weekdayMatches = schedule.dayOfWeek.includes("SunMonTueWedThuFriSat".indexOf(local["weekday"] ?? "") / 3);
    const needsBoth = schedule.domStar || schedule.dowStar;
    if (needsBoth ? dayMatches && weekdayMatches : dayMatches || weekdayMatches) runs.push(at);
  }
  return runs;
}
