import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Schedule } from "../../../kinds/refreshJob/schedule/schedule.ts";
import { needsBothDays } from "../../../kinds/refreshJob/schedule/scheduleDays.ts";
import { parseSchedule } from "../../../kinds/refreshJob/schedule.ts";
import { randomNumbers, scheduleString } from "../../../scripts/fuzz/scheduleStrings.ts";
import { REFUSED_SCHEDULES } from "../../support/refusedSchedules.ts";
import { cronOf, fiveFields, NEW_CRON, OLD_CRON, scheduleOf } from "../../support/schedules.ts";

const numbers = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
const every = { minute: numbers(0, 59), hour: numbers(0, 23), dayOfMonth: numbers(1, 31), month: numbers(1, 12) };
const always = { ...every, dayOfWeek: numbers(0, 6), domStar: true, dowStar: true, lastDay: false };

describe("parseSchedule (pure)", () => {
  test.each<[string, Record<string, unknown>]>([
    ["* * * * *", {}],
    ["*/5 * * * *", { minute: numbers(0, 55, 5) }],
    ["3-59/5 * * * *", { minute: numbers(3, 58, 5) }],
    ["0 9-17 * * mon-fri", { minute: [0], hour: numbers(9, 17), dayOfWeek: numbers(1, 5), dowStar: false }],
    ["0,30 8,20 * * *", { minute: [0, 30], hour: [8, 20] }],
    ["00 03 * * *", { minute: [0], hour: [3] }],
    ["5,5,1-5 * * * *", { minute: numbers(1, 5) }],
    ["0 0 1 JAN,jul *", { minute: [0], hour: [0], dayOfMonth: [1], month: [1, 7], domStar: false }],
    ["0 0 * * 7", { minute: [0], hour: [0], dayOfWeek: [0], dowStar: false }],
    ["0 0 * * 5-7", { minute: [0], hour: [0], dayOfWeek: [0, 5, 6], dowStar: false }],
    ["0 0 * * */7", { minute: [0], hour: [0], dayOfWeek: [0] }],
    ["0 0 */2 * 1", { minute: [0], hour: [0], dayOfMonth: numbers(1, 31, 2), dayOfWeek: [1], dowStar: false }],
    ["0 0 $ * *", { minute: [0], hour: [0], dayOfMonth: [], domStar: false, lastDay: true }],
    ["0\t0   1 * *", { minute: [0], hour: [0], dayOfMonth: [1], domStar: false }],
    ["@hourly", { minute: [0] }],
    ["@daily", { minute: [0], hour: [0] }],
    ["@midnight", { minute: [0], hour: [0] }],
    ["@weekly", { minute: [0], hour: [0], dayOfWeek: [0], dowStar: false }],
    ["@monthly", { minute: [0], hour: [0], dayOfMonth: [1], domStar: false }],
  ])("reads %j into sets", (text, sets) => {
    expect(scheduleOf(text)).toEqual({ kind: "cron", text, ...always, ...sets });
  });

  test("means by a schedule what pg_cron's own parser made of it", () => {
    const rows = readFileSync(join(import.meta.dirname, "../../support/pgCronMeanings.tsv"), "utf8")
      .trim()
      .split("\n");
    const meanings = rows
      .map((row) => row.slice(0, row.indexOf("\t")))
      .map((text) => [text, meaning(scheduleOf(text))]);
    expect(meanings.map((row) => row.join("\t"))).toEqual(rows);
  });

  test.each([
    ["1 second", 1],
    ["10 seconds", 10],
    ["59 seconds", 59],
    ["5 second", 5],
  ])("reads %j as an interval", (text, seconds) => {
    expect(scheduleOf(text)).toEqual({ kind: "seconds", text, seconds });
  });

  test.each(REFUSED_SCHEDULES)("refuses $text and says what to write", ({ text, problem }) => {
    expect(parseSchedule(text, NEW_CRON)).toEqual({ ok: false, problem });
  });

  test.each([
    [
      "10 seconds",
      'schedule "10 seconds": intervals in seconds need pg_cron 1.5; pg_cron as installed here refuses it. Write "* * * * *" to run every minute, or update pg_cron.',
    ],
    [
      "0 0 $ * *",
      'schedule "0 0 $ * *": the day of month "$" for the last day needs pg_cron 1.6; pg_cron as installed here refuses it. Write a day that every month has, such as "28", or update pg_cron to 1.6, which reads "$" as the last day.',
    ],
    [
      "0 0 L * *",
      'schedule "0 0 L * *": the day of month "L" is no day; pg_cron refuses it. Write a day that every month has, such as "28", or update pg_cron to 1.6, which reads "$" as the last day.',
    ],
  ])("refuses %j where pg_cron is too old for it", (text, problem) => {
    expect(parseSchedule(text, OLD_CRON)).toEqual({ ok: false, problem });
  });

  test("refuses a text as long as pg_cron does", () => {
    const minutes = (count: number) => Array<string>(count).fill("59").join(",");
    expect(parseSchedule(`${minutes(330)} * * * *`, NEW_CRON)).toMatchObject({ ok: true });
    expect(parseSchedule(`${minutes(334)} * * * *`, NEW_CRON)).toEqual({
      ok: false,
      problem:
        "the schedule is 1009 characters long; pg_cron refuses more than 999. Write ranges and steps instead of long lists.",
    });
  });

  test("keeps its data through JSON", () => {
    fc.assert(
      fc.property(fiveFields, (text) => {
        const parsed = parseSchedule(text, NEW_CRON);
        expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
      }),
    );
  });

  test("accepts all that is in the grammar, except what never fires", () => {
    fc.assert(
      fc.property(fiveFields, (text) => {
        const parsed = parseSchedule(text, NEW_CRON);
        if (!parsed.ok) expect(parsed.problem).toContain("no month of it has such a day");
      }),
    );
  });

  test("accepts less from an older pg_cron, and nothing that a newer one refuses or reads otherwise", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const text = scheduleString(randomNumbers(seed));
        const [older, newer] = [parseSchedule(text, OLD_CRON), parseSchedule(text, NEW_CRON)];
        if (older.ok) expect(newer).toEqual(older);
      }),
      { numRuns: 2_000 },
    );
  });

  test("every whole schedule that a message tells to write is one", () => {
    let advised = 0;
    const check = (text: string) => {
      for (const capabilities of [OLD_CRON, NEW_CRON]) {
        const parsed = parseSchedule(text, capabilities);
        const [, advice] = /Write ("(?:@|[^"\\ ]+ )(?:[^"\\]|\\.)*")/.exec(parsed.ok ? "" : parsed.problem) ?? [];
        if (advice === undefined) continue;
        advised++;
        expect(parseSchedule(JSON.parse(advice) as string, NEW_CRON)).toMatchObject({ ok: true });
      }
    };
    for (const { text } of REFUSED_SCHEDULES) check(text);
    fc.assert(
      fc.property(fc.integer(), (seed) => check(scheduleString(randomNumbers(seed)))),
      { numRuns: 2_000 },
    );
    expect(advised).toBeGreaterThan(100);
  });

  test("keeps which day field starts with a star, since pg_cron's day rule hangs on it", () => {
    expect(cronOf("0 0 1-31/2 * 1")).toMatchObject({ domStar: false, dowStar: false });
    expect(cronOf("0 0 */2 * 1")).toMatchObject({ domStar: true, dowStar: false });
    expect(cronOf("0 0 1 * */2")).toMatchObject({ domStar: false, dowStar: true });
    expect(cronOf("0 0 $ * 1")).toMatchObject({ domStar: false, dowStar: false });
  });
});

/** A schedule as a row of pgCronMeanings.tsv has it behind the text: minutes, hours, days, months, weekdays, and the day rule. */
function meaning(schedule: Schedule): string {
  if (schedule.kind === "seconds") return `${schedule.seconds} s`;
  const { minute, hour, dayOfMonth, month, dayOfWeek, lastDay } = schedule;
  const sets = [minute, hour, dayOfMonth, month, dayOfWeek].map(ranges);
  // Where every day is in both sets, both rules come to the same, and pg_cron's macros have the other one.
  const isDaily = schedule.text.startsWith("@") && dayOfMonth.length === 31 && dayOfWeek.length === 7;
  const rule = needsBothDays(schedule) && !isDaily ? "both" : "either";
  return [...sets, lastDay ? `${rule} last` : rule].join("\t");
}

function ranges(values: readonly number[]): string {
  const starts = values.filter((value) => !values.includes(value - 1));
  const ends = values.filter((value) => !values.includes(value + 1));
  return starts.map((start, index) => (start === ends[index] ? start : `${start}-${ends[index]}`)).join() || "-";
}
