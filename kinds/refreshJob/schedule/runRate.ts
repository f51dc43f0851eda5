import { nextRuns, previousRun } from "./nextRuns.ts";
import type { CronSchedule, Schedule } from "./schedule.ts";
import { CYCLE_DAYS, needsBothDays, runDays, runsEveryDay } from "./scheduleDays.ts";
import { clockChanges, DEFAULT_TIME_ZONE } from "./timeZone.ts";

/** How often a schedule runs. */
export interface RunRate {
  /** On average over all days, Sundays included. */
  readonly perDay: number;
  /** On the busiest day. */
  readonly mostPerDay: number;
}

const DAY_SECONDS = 86_400;

/** Runs per day: 288 for every five minutes, exactly; averages for what rests at weekends. */
export function runRate(schedule: Schedule): RunRate {
  if (schedule.kind === "seconds") {
    const perDay = DAY_SECONDS / schedule.seconds;
    return { perDay, mostPerDay: Math.ceil(perDay) };
  }
  const runsPerDay = schedule.hour.length * schedule.minute.length;
  return { perDay: runsPerDay * dayPattern(schedule).share, mostPerDay: runsPerDay };
}

/**
 * The longest time between two runs that follow each other: over the whole calendar, so that leap years and short months count, and
 * where the time zone changes its clock, over the changes of the next two years: a run in the skipped hour is left out.
 */
export function longestGapSeconds(schedule: Schedule, timeZone = DEFAULT_TIME_ZONE, now = new Date()): number {
  if (schedule.kind === "seconds") return schedule.seconds;
  const times = schedule.hour.flatMap((hour) => schedule.minute.map((minute) => (hour * 60 + minute) * 60));
  const [firstTime = 0, lastTime = 0] = [times[0], times.at(-1)];
  const betweenDays = dayPattern(schedule).longestStep * DAY_SECONDS - lastTime + firstTime;
  const withinDay = times.length > 1 ? Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0))) : 0;
  return Math.max(betweenDays, withinDay, ...gapsAtChanges(schedule, timeZone, now));
}

/** Between changes of the clock runs are as far apart as in GMT; what is longer spans a change. */
function gapsAtChanges(schedule: CronSchedule, timeZone: string, now: Date): number[] {
  return clockChanges(timeZone, now).map((change) => {
    const before = previousRun(schedule, new Date(change), timeZone);
    const [after] = nextRuns(schedule, new Date(change - 1), 1, timeZone);
    return before === undefined || after === undefined ? 0 : (after.getTime() - before.getTime()) / 1000;
  });
}

/** On which share of days it runs, and the longest wait in days, over one whole turn of the calendar or of the week. */
function dayPattern(schedule: CronSchedule): { readonly share: number; readonly longestStep: number } {
  if (runsEveryDay(schedule)) return { share: 1, longestStep: 1 };
  let [count, longestStep] = [0, 0];
  let first: number | undefined;
  let last: number | undefined;
  const cycle = repeatsWeekly(schedule) ? 7 : CYCLE_DAYS;
  for (const day of runDays(schedule)) {
    if (day >= cycle) break;
    count++;
    if (last !== undefined) longestStep = Math.max(longestStep, day - last);
    first ??= day;
    last = day;
  }
  return { share: count / cycle, longestStep: Math.max(longestStep, (first ?? 0) + cycle - (last ?? 0)) };
}

function repeatsWeekly(schedule: CronSchedule): boolean {
  return schedule.month.length === 12 && schedule.dayOfMonth.length === 31 && needsBothDays(schedule);
}
