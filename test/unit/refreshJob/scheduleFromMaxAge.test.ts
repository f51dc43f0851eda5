import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { describeDuration, parseDuration } from "../../../kinds/refreshJob/schedule/duration.ts";
import { nextRuns } from "../../../kinds/refreshJob/schedule/nextRuns.ts";
import { longestGapSeconds } from "../../../kinds/refreshJob/schedule/runRate.ts";
import { checkMaxAge, scheduleFromMaxAge } from "../../../kinds/refreshJob/schedule/scheduleFromMaxAge.ts";
import { parseSchedule } from "../../../kinds/refreshJob/schedule.ts";
import { NEW_CRON, OLD_CRON, scheduleOf } from "../../support/schedules.ts";

const NAME = "refresh-conversaciones-dashboard";
const MINUTE = 60;
const DAY = 86_400;
const ages = fc.integer({ min: MINUTE, max: 7 * DAY });
const names = fc.string({ minLength: 1, maxLength: 63 });

describe("scheduleFromMaxAge (pure)", () => {
  test.each([
    ["1m", "* * * * *", 'every minute: derived from maxAge "1m", leaves no time for the run itself'],
    ["2m", "* * * * *", 'every minute: derived from maxAge "2m", leaves 1 minute for a run'],
    ["5m", "3-59/4 * * * *", 'every 4 minutes from minute 3: derived from maxAge "5m", leaves 1 minute for a run'],
    ["15m", "7-59/12 * * * *", 'every 12 minutes from minute 7: derived from maxAge "15m", leaves 3 minutes for a run'],
    ["2h", "31 * * * *", 'at minute 31 of every hour: derived from maxAge "2h", leaves 1 hour for a run'],
    ["6h", "31 2-23/4 * * *", 'every 4 hours from 02:31: derived from maxAge "6h", leaves 2 hours for a run'],
    ["2d", "31 14 * * *", 'every day at 14:31: derived from maxAge "2d", leaves 1 day for a run'],
    ["7d", "31 14 * * 2,5", 'at 14:31 on Tuesday and Friday: derived from maxAge "7d", leaves 3 days for a run'],
  ])("holds %s with %j", (maxAge, schedule, reason) => {
    expect(scheduleFromMaxAge(maxAge, NAME, OLD_CRON)).toEqual({ ok: true, schedule, reason });
  });

  test("uses an interval in seconds only where pg_cron knows them", () => {
    expect(scheduleFromMaxAge("30s", NAME, NEW_CRON)).toEqual({
      ok: true,
      schedule: "24 seconds",
      reason: 'every 24 seconds: derived from maxAge "30s", leaves 6 seconds for a run',
    });
    expect(scheduleFromMaxAge("30s", NAME, OLD_CRON)).toEqual({
      ok: false,
      problem:
        'maxAge "30s" is shorter than a minute, and this pg_cron runs a job at most once a minute. Allow at least "1m", or update pg_cron to 1.5, which knows intervals in seconds.',
    });
  });

  test("says what is wrong with a maxAge that is no duration", () => {
    expect(scheduleFromMaxAge("5", NAME, NEW_CRON)).toEqual({
      ok: false,
      problem: 'maxAge: duration "5" has no unit (d, h, m or s). Write for example "90s", "5m", "1h30m" or "7d".',
    });
  });

  test.each([
    ["an old pg_cron", OLD_CRON],
    ["a new pg_cron", NEW_CRON],
  ])("always gives a schedule that %s reads and that holds the age", (_, capabilities) => {
    fc.assert(
      fc.property(ages, names, (seconds, name) => {
        const derived = scheduleFromMaxAge(`${seconds}s`, name, capabilities);
        if (!derived.ok) throw new Error(derived.problem);
        const parsed = parseSchedule(derived.schedule, capabilities);
        if (!parsed.ok) throw new Error(parsed.problem);
        expect(longestGapSeconds(parsed.schedule)).toBeLessThanOrEqual(seconds);
        expect(checkMaxAge(parsed.schedule, `${seconds}s`)).toBeUndefined();
      }),
    );
  });

  test("leaves an allowance for the run, except where no shorter interval exists", () => {
    fc.assert(
      fc.property(ages, names, (seconds, name) => {
        const derived = scheduleFromMaxAge(`${seconds}s`, name, OLD_CRON);
        const gap = derived.ok ? longestGapSeconds(scheduleOf(derived.schedule)) : NaN;
        if (gap > MINUTE) expect(seconds - gap).toBeGreaterThanOrEqual(Math.max(MINUTE, seconds / 10));
      }),
    );
  });

  test("gives the same name the same schedule, and spreads many names over the interval", () => {
    const schedules = Array.from({ length: 200 }, (_, index) => scheduleFromMaxAge("1h", `view_${index}`, OLD_CRON));
    expect(Array.from({ length: 200 }, (_, index) => scheduleFromMaxAge("1h", `view_${index}`, OLD_CRON))).toEqual(
      schedules,
    );
    const perMinute = new Map<number, number>();
    for (const derived of schedules) {
      if (!derived.ok) throw new Error(derived.problem);
      const [run] = nextRuns(scheduleOf(derived.schedule), new Date("2025-12-31T23:59:59Z"), 1);
      const minute = run?.getUTCMinutes() ?? NaN;
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    // 200 names over 30 minutes are 6 or 7 each.
    expect(perMinute.size).toBe(30);
    expect(Math.max(...perMinute.values())).toBeLessThan(20);
  });
});

describe("checkMaxAge (pure)", () => {
  test("says why a schedule cannot hold it", () => {
    expect(checkMaxAge(scheduleOf("0 * * * *"), "5m")).toBe(
      'schedule "0 * * * *" cannot hold maxAge "5m": two runs can be 1 hour apart. Run it more often, leave the schedule out to have it derived from maxAge, or allow at least 1 hour.',
    );
  });

  test("counts the longest run where one was measured", () => {
    expect(checkMaxAge(scheduleOf("*/5 * * * *"), "6m", 59)).toBeUndefined();
    expect(checkMaxAge(scheduleOf("*/5 * * * *"), "6m", 90.5)).toBe(
      'schedule "*/5 * * * *" cannot hold maxAge "6m": two runs can be 5 minutes apart, and the longest run took 1 minute and 31 seconds. Run it more often, leave the schedule out to have it derived from maxAge, or allow at least 6 minutes and 31 seconds.',
    );
  });

  test("counts the hour that a change of the clock skips", () => {
    expect(checkMaxAge(scheduleOf("31 2-23/4 * * *"), "6h", 0, "Europe/Madrid")).toContain(
      "two runs can be 7 hours apart",
    );
    expect(checkMaxAge(scheduleOf("31 2-23/4 * * *"), "6h", 0, "Asia/Kathmandu")).toBeUndefined();
  });

  test("sees the night of a schedule that rests", () => {
    expect(checkMaxAge(scheduleOf("*/5 8-20 * * *"), "10m")).toContain("two runs can be 11 hours and 5 minutes apart");
  });
});

describe("parseDuration (pure)", () => {
  test.each([
    ["90s", 90],
    ["5m", 300],
    ["1h", 3600],
    ["1h30m", 5400],
    ["7d", 604_800],
    ["1d2h3m4s", 93_784],
    ["366d", 366 * DAY],
  ])("reads %s", (text, seconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, seconds });
  });

  const example = 'Write for example "90s", "5m", "1h30m" or "7d".';
  test.each([
    ["", `duration "" is empty. ${example}`],
    ["5", `duration "5" has no unit (d, h, m or s). ${example}`],
    ["-5m", `duration "-5m" has a sign, and an age is never negative. ${example}`],
    ["1.5h", `duration "1.5h" has a fraction, and only whole numbers are read. ${example}`],
    ["5 m", `duration "5 m" has a blank in it. ${example}`],
    ["5M", `duration "5M" uses units other than d, h, m and s, or not each once with the largest first. ${example}`],
    [
      "5min",
      `duration "5min" uses units other than d, h, m and s, or not each once with the largest first. ${example}`,
    ],
    [
      "1m1h",
      `duration "1m1h" uses units other than d, h, m and s, or not each once with the largest first. ${example}`,
    ],
    ["five", `duration "five" is not a length of time. ${example}`],
    ["0m", 'duration "0m" is zero. Write at least "1s".'],
    ["367d", 'duration "367d" is longer than a year. Write at most "366d".'],
  ])("refuses %j", (text, problem) => {
    expect(parseDuration(text)).toEqual({ ok: false, problem });
  });

  test("says every length of time so that its parts add up to it", () => {
    const scale: Record<string, number> = { day: DAY, hour: 3600, minute: MINUTE, second: 1 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 366 * DAY }), (seconds) => {
        const parts = [...describeDuration(seconds).matchAll(/(\d+) (day|hour|minute|second)s?/g)];
        expect(parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (scale[unit] ?? NaN), 0)).toBe(
          seconds,
        );
      }),
    );
  });
});
