import { longestGapSeconds } from "../../kinds/refreshJob/schedule/runRate.ts";
import type { Schedule } from "../../kinds/refreshJob/schedule/schedule.ts";
import { NEW_CRON, parseSchedule } from "../../kinds/refreshJob/schedule.ts";
import type { Facts } from "./facts.ts";
import { succeededSeconds } from "./runs.ts";

/** What a view's age is held against. */
export interface Limits {
  /** The longest time between two runs of the schedule; undefined without a job whose schedule can be read. */
  readonly intervalSeconds: number | undefined;
  /** Older than this is late: the interval, the longest run and a minute; or maxAge. */
  readonly lateSeconds: number | undefined;
  /** Older than this is stale: twice the interval, or maxAge. */
  readonly staleSeconds: number | undefined;
}

/** A schedule in any grammar that some pg_cron has, or undefined. */
export function readSchedule(text: string | undefined): Schedule | undefined {
  if (text === undefined) return undefined;
  const parsed = parseSchedule(text, NEW_CRON);
  return parsed.ok ? parsed.schedule : undefined;
}

/** The limits of a view. A short interval with long runs is not stale as long as a run can still be going on. */
export function limitsOf({ job, runs, declared }: Pick<Facts, "job" | "runs" | "declared">): Limits {
  const schedule = readSchedule(job?.schedule);
  const intervalSeconds = schedule === undefined ? undefined : longestGapSeconds(schedule);
  const longestRunSeconds = Math.max(0, ...succeededSeconds(runs));
  const late = intervalSeconds === undefined ? undefined : intervalSeconds + longestRunSeconds + 60;
  const stale = late === undefined ? undefined : Math.max(2 * (intervalSeconds ?? 0), late);
  return {
    intervalSeconds,
    lateSeconds: declared.maxAgeSeconds ?? late,
    staleSeconds: declared.maxAgeSeconds ?? stale,
  };
}
