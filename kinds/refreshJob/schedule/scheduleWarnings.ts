import { describeSchedule } from "./describeSchedule.ts";
import type { Schedule } from "./schedule.ts";
import { needsBothDays } from "./scheduleDays.ts";
import { clockChanges, DEFAULT_TIME_ZONE, timeZoneProblem } from "./timeZone.ts";

/**
 * What a reader of a valid schedule may not expect, a sentence each: both day fields restricted, steps that do not go round evenly,
 * a time zone that changes its clock.
 * @param timeZone pg_cron's, where it can be read
 * @param now from when on clock changes matter
 */
export function scheduleWarnings(schedule: Schedule, timeZone = DEFAULT_TIME_ZONE, now = new Date()): string[] {
  if (schedule.kind === "seconds") return [];
  const text = `schedule ${JSON.stringify(schedule.text)}`;
  return [
    ...bothDays(schedule).map((warning) => `${text} ${warning}`),
    ...unevenStep(schedule).map((warning) => `${text} ${warning}`),
    ...clockChange(schedule, timeZone, now).map((warning) => `${text} ${warning}`),
  ];
}

type Cron = Extract<Schedule, { kind: "cron" }>;

function bothDays(schedule: Cron): string[] {
  const isAnyDay = schedule.dayOfMonth.length === 31;
  const isAnyWeekday = schedule.dayOfWeek.length === 7;
  if (isAnyDay || isAnyWeekday) return [];
  const rule = needsBothDays(schedule)
    ? "pg_cron runs it on days that match both, because one of the two starts with *"
    : "pg_cron runs it on days that match either";
  return [`restricts the day of month and the day of week; ${rule}: ${describeSchedule(schedule)}.`];
}

function unevenStep(schedule: Cron): string[] {
  const [minutes = ""] = schedule.text.split(/[ \t]+/);
  const step = Number(/^\*\/(\d+)$/.exec(minutes)?.[1] ?? 1);
  if (60 % step === 0) return [];
  const last = schedule.minute.at(-1) ?? 0;
  return [
    `starts again every hour: from minute ${last} to the next full hour it is ${60 - last} minutes, not ${step}.`,
  ];
}

function clockChange(schedule: Cron, timeZone: string, now: Date): string[] {
  const problem = timeZoneProblem(timeZone);
  if (problem !== undefined) return [`runs in a time zone that is not known here: ${problem}`];
  if (schedule.hour.length === 24 || clockChanges(timeZone, now).length === 0) return [];
  return [
    `runs by the clock of ${timeZone}, which is changed twice a year: a time in the skipped hour does not run that day, one in the repeated hour runs twice.`,
  ];
}
