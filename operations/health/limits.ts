import { longestGapSeconds } from "../../kinds/refreshJob/schedule/runRate.ts";
import { readSchedule } from "../../kinds/refreshJob/schedule.ts";
import type { Facts } from "./facts.ts";
import { longestUsual, succeededSeconds } from "./runs.ts";

/** What a view's age is held against. */
export interface Limits {
  /** The longest time between two runs of the schedule; undefined without a job whose schedule can be read. */
  readonly intervalSeconds: number | undefined;
  /** Older than this is late: the interval, the longest usual run and a minute; or maxAge. */
  readonly lateSeconds: number | undefined;
  /** Older than this is stale: twice the interval, or maxAge. */
  readonly staleSeconds: number | undefined;
}

/** The limits of a view. A short interval with long runs is not stale as long as a run can still be going on. */
export function limitsOf({ job, runs, declared }: Pick<Facts, "job" | "runs" | "declared">): Limits {
  const schedule = readSchedule(job?.schedule);
  const intervalSeconds = schedule === undefined ? undefined : longestGapSeconds(schedule);
  const longestRunSeconds = longestUsual(succeededSeconds(runs));
  const late = intervalSeconds === undefined ? undefined : intervalSeconds + longestRunSeconds + 60;
  const stale = late === undefined ? undefined : Math.max(2 * (intervalSeconds ?? 0), late);
  return {
    intervalSeconds,
    lateSeconds: declared.maxAgeSeconds ?? late,
    staleSeconds: declared.maxAgeSeconds ?? stale,
  };
}
