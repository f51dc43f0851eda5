import { nextRuns } from "../../kinds/refreshJob/schedule/nextRuns.ts";
import { longestGapSeconds, runRate } from "../../kinds/refreshJob/schedule/runRate.ts";
import type { Schedule } from "../../kinds/refreshJob/schedule/schedule.ts";
import { isOver, stuckRuns, succeededSeconds } from "./runs.ts";
import type { Run } from "./runs.ts";

/** Runs of one job over a stretch of time. */
export interface HistorySummary {
  readonly since: Date;
  readonly until: Date;
  /** Runs that the schedule had in this time; undefined when it cannot be read. */
  readonly expected: number | undefined;
  readonly recorded: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Share of the runs that are over; undefined without any. */
  readonly successRate: number | undefined;
  readonly durations: Durations | undefined;
  /** Stretches without a run that are longer than the schedule allows. */
  readonly gaps: readonly { readonly from: Date; readonly to: Date; readonly seconds: number }[];
  /** Runs that began before the one before had ended: they wait for its lock. */
  readonly overlaps: readonly string[];
  /** Runs that are over and have no end time: the server ended meanwhile. */
  readonly withoutEnd: readonly string[];
  /** Runs recorded as going on that cannot be. */
  readonly stuck: readonly { readonly runId: string; readonly status: string }[];
}

/** How long the runs that succeeded took. */
export interface Durations {
  readonly meanSeconds: number;
  readonly p95Seconds: number;
  readonly longestSeconds: number;
}

const DAY_MS = 86_400_000;
/** pg_cron starts a run within seconds of its minute; what is later than this by the schedule is a gap. */
const PATIENCE_SECONDS = 45;

/**
 * Sums up the runs, newest first, between two instants; of a job that is younger, since it is there. `filledAt` is when a deploy last
 * filled the view.
 */
export function summariseRuns(
  all: readonly Run[],
  schedule: Schedule | undefined,
  asked: {
    readonly since: Date;
    readonly until: Date;
    readonly timeZone: string;
    readonly filledAt?: Date | null | undefined;
  },
): HistorySummary {
  const span = { ...asked, since: bornAt(all, schedule, asked) };
  const runs = all.filter((run) => run.at >= span.since);
  const over = runs.filter(isOver);
  const failed = over.filter(({ status }) => status === "failed").length;
  return {
    since: span.since,
    until: span.until,
    expected: schedule === undefined ? undefined : expectedRuns(schedule, span),
    recorded: runs.length,
    succeeded: over.length - failed,
    failed,
    successRate: over.length === 0 ? undefined : 1 - failed / over.length,
    durations: durationsOf(runs),
    gaps: schedule === undefined ? [] : gapsBetween(runs, longestGapSeconds(schedule), span),
    overlaps: overlapping(runs),
    withoutEnd: over
      .filter(({ startedAt, endedAt }) => startedAt !== null && endedAt === null)
      .map(({ runId }) => runId),
    stuck: stuckRuns(all).map(({ runId, status }) => ({ runId, status })),
  };
}

/**
 * When the runs of a job can have begun: pg_cron does not say when it was made. One without an earlier run began just before its first,
 * or with the deploy that was before that.
 */
function bornAt(
  runs: readonly Run[],
  schedule: Schedule | undefined,
  { since, filledAt }: Parameters<typeof summariseRuns>[2],
): Date {
  if (runs.some(({ at }) => at < since)) return since;
  const interval = schedule === undefined ? 0 : longestGapSeconds(schedule);
  const beforeFirst = (runs.at(-1)?.at.getTime() ?? Infinity) - Math.min(PATIENCE_SECONDS, interval / 2) * 1000;
  const born = Math.min(beforeFirst, filledAt?.getTime() ?? Infinity);
  return born === Infinity || born < since.getTime() ? since : new Date(born);
}

/** How long the runs that succeeded took; undefined without any. */
export function durationsOf(runs: readonly Run[]): Durations | undefined {
  const seconds = succeededSeconds(runs).sort((a, b) => a - b);
  if (seconds.length === 0) return undefined;
  return {
    meanSeconds: seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
    p95Seconds: seconds[Math.ceil(0.95 * seconds.length) - 1] ?? 0,
    longestSeconds: seconds.at(-1) ?? 0,
  };
}

function expectedRuns(
  schedule: Schedule,
  { since, until, timeZone }: { since: Date; until: Date; timeZone: string },
): number {
  const atMost = Math.ceil((runRate(schedule).mostPerDay * (until.getTime() - since.getTime() + DAY_MS)) / DAY_MS) + 1;
  return nextRuns(schedule, since, atMost, timeZone).filter((run) => run <= until).length;
}

function gapsBetween(
  runs: readonly Run[],
  intervalSeconds: number,
  { since, until }: { since: Date; until: Date },
): HistorySummary["gaps"] {
  const starts = runs.map(({ at }) => at);
  const points = [since, ...starts.sort((a, b) => a.getTime() - b.getTime()), until];
  return points.slice(1).flatMap((to, index) => {
    const from = points[index] ?? since;
    const seconds = (to.getTime() - from.getTime()) / 1000;
    return seconds > intervalSeconds + PATIENCE_SECONDS ? [{ from, to, seconds }] : [];
  });
}

function overlapping(runs: readonly Run[]): string[] {
  const timed = runs
    .filter((run): run is Run & { startedAt: Date } => run.startedAt !== null)
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  return timed.slice(1).flatMap((run, index) => {
    const before = timed[index]?.endedAt;
    return before !== null && before !== undefined && run.startedAt < before ? [run.runId] : [];
  });
}
