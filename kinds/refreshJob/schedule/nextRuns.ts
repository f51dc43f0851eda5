import type { CronSchedule, Schedule } from "./schedule.ts";
import { calendarDay, runsOnDay } from "./scheduleDays.ts";
import { DEFAULT_TIME_ZONE, offsetSpans, type OffsetSpan } from "./timeZone.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 29 February on one given weekday comes back within 40 years; nothing that fires at all is rarer. */
const HORIZON_MS = 41 * 366 * DAY_MS;

/**
 * The runs after an instant, soonest first, as pg_cron starts them: it compares each minute's local time with the sets, so a local
 * time that a clock change skips does not run, and one that comes twice runs twice.
 * A schedule in seconds has no phase to know from outside: its runs are counted from `from`.
 * @throws RangeError for an unknown time zone (see timeZoneProblem)
 */
export function nextRuns(schedule: Schedule, from: Date, count: number, timeZone = DEFAULT_TIME_ZONE): Date[] {
  if (schedule.kind === "seconds") {
    return Array.from(
      { length: count },
      (_, index) => new Date(from.getTime() + (index + 1) * schedule.seconds * SECOND_MS),
    );
  }
  const runs: Date[] = [];
  for (const run of walk(schedule, from.getTime(), 1, timeZone)) {
    if (runs.length >= count) break;
    runs.push(new Date(run));
  }
  return runs;
}

/** The last run before an instant, or undefined when there is none. In seconds: one interval before. */
export function previousRun(schedule: Schedule, before: Date, timeZone = DEFAULT_TIME_ZONE): Date | undefined {
  if (schedule.kind === "seconds") return new Date(before.getTime() - schedule.seconds * SECOND_MS);
  for (const run of walk(schedule, before.getTime(), -1, timeZone)) return new Date(run);
  return undefined;
}

/** The runs on one side of an instant, nearest first, as far as the horizon. */
function* walk(schedule: CronSchedule, from: number, direction: 1 | -1, timeZone: string): Generator<number> {
  const times = schedule.hour.flatMap((hour) => schedule.minute.map((minute) => (hour * 60 + minute) * MINUTE_MS));
  if (direction < 0) times.reverse();
  for (const span of offsetSpans(timeZone, from, direction)) {
    if (Math.abs((direction > 0 ? span.start : span.end) - from) > HORIZON_MS) return;
    for (const run of runsWithin(schedule, times, span, direction)) {
      if (run !== from) yield run;
    }
  }
}

/** Runs within a span of one offset; only days that match are looked into. */
function* runsWithin(
  schedule: CronSchedule,
  times: readonly number[],
  { start, end, offsetMs }: OffsetSpan,
  direction: 1 | -1,
): Generator<number> {
  const firstDay = Math.floor((start + offsetMs) / DAY_MS);
  const lastDay = Math.floor((end - 1 + offsetMs) / DAY_MS);
  for (let index = 0; index <= lastDay - firstDay; index++) {
    const day = direction > 0 ? firstDay + index : lastDay - index;
    if (!runsOnDay(schedule, calendarDay(day))) continue;
    for (const time of times) {
      const run = day * DAY_MS + time - offsetMs;
      if (run >= start && run < end) yield run;
    }
  }
}
