import { askAsRole } from "../../kinds/refreshJob/asRole.ts";
import type { ActualJob } from "../../kinds/refreshJob/describe.ts";
import { runsBlindness } from "../../kinds/refreshJob/roleJobs.ts";
import { SHOWN_RUNS } from "../../kinds/runtimeObjects/names.ts";
import { throughFunction } from "../../kinds/runtimeObjects/throughFunction.ts";
import { isServerError, SQLSTATE, withoutValues } from "../../postgres/errors.ts";
import type { Session } from "../../postgres/session.ts";

/** A run as pg_cron recorded it. */
export interface Run {
  readonly jobId: string;
  readonly runId: string;
  readonly pid: number | null;
  /** starting, connecting, sending, running, succeeded or failed. */
  readonly status: string;
  readonly message: string | null;
  /** When it was, as far as that can be told: of a run without times by the runs before and after it. */
  readonly at: Date;
  /** Null for a run that never got a connection. */
  readonly startedAt: Date | null;
  /** Null while it runs, and for ever where the server's end cut it off. */
  readonly endedAt: Date | null;
}

/** What of a job's runs is read. */
interface Stretch {
  readonly last: number;
  readonly since: Date;
}

/** Runs of one job, newest first, or why they are not known. */
export type RunsRead = readonly [runs: readonly Run[], whyNot?: string];

/**
 * The last runs of jobs and all since a time, by the job's id: read as the role of each, once for all of its jobs, or through the function
 * that shows them to observers.
 */
export async function readRuns(
  session: Session,
  jobs: readonly ActualJob[],
  stretch: Stretch,
): Promise<ReadonlyMap<string, RunsRead>> {
  const read = [...new Set(jobs.map(({ user }) => user))].map(async (user) => {
    const ids = [...new Set(jobs.filter((job) => job.user === user).map(({ jobId }) => jobId))];
    const rows = await rowsOfRole(session, user, [ids, stretch.last, stretch.since]);
    if (typeof rows === "string") return ids.map((id): [string, RunsRead] => [id, [[], rows]]);
    const byJob = new Map(ids.map((id): [string, RunRow[]] => [id, []]));
    for (const row of quiet(rows)) byJob.get(row.jobId)?.push(row);
    return [...byJob].map(([id, ofJob]): [string, RunsRead] => [id, [placed(ofJob, stretch.since)]]);
  });
  return new Map((await Promise.all(read)).flat());
}

/** A sentence where neither is allowed. */
async function rowsOfRole(session: Session, user: string, values: readonly unknown[]): Promise<RunRow[] | string> {
  const { cron, capabilities } = session;
  let isActing = false;
  try {
    const acting = (): void => void (isActing = true);
    return await askAsRole<RunRow>(session, user, "describe/runs", values, acting);
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    return (
      (await throughFunction<RunRow>(cron, user, SHOWN_RUNS, values)) ?? runsBlindness(capabilities, user, isActing)
    );
  }
}

// Whoever shows a run shows nothing of the view's rows.
function quiet(runs: readonly RunRow[]): RunRow[] {
  return runs.map((run) => ({ ...run, message: run.message && withoutValues(run.message) }));
}

/** As the history has it: without a time where none is recorded, and the run may be of the time that is asked about. */
type RunRow = Omit<Run, "at"> & { readonly at: Date | null };

/** Runs, newest first, each with its time: those without one are spread evenly between the ones that have one. */
export function placed(rows: readonly RunRow[], since: Date, now = new Date()): Run[] {
  const times = rows.map(({ at }) => at?.getTime());
  return rows.map((row, index) => {
    if (row.at !== null) return { ...row, at: row.at };
    const later = times.findLastIndex((time, place) => place < index && time !== undefined);
    const sooner = times.findIndex((time, place) => place > index && time !== undefined);
    const start = sooner < 0 ? since.getTime() : (times[sooner] ?? 0);
    const end = later < 0 ? Math.max(start, now.getTime()) : (times[later] ?? 0);
    const between = (sooner < 0 ? rows.length : sooner) - later;
    return { ...row, at: new Date(end - ((end - start) * (index - later)) / between) };
  });
}

/** True for a run that is over, whatever its outcome. */
export function isOver({ status }: Run): boolean {
  return status === "succeeded" || status === "failed";
}

/** How long a run took; undefined while it runs and where start or end is missing. */
export function runSeconds({ startedAt, endedAt }: Run): number | undefined {
  return startedAt === null || endedAt === null ? undefined : (endedAt.getTime() - startedAt.getTime()) / 1000;
}

/** How long each of the runs took that succeeded. */
export function succeededSeconds(runs: readonly Run[]): number[] {
  return runs.flatMap((run) => (run.status === "succeeded" ? (runSeconds(run) ?? []) : []));
}

/** More than this many times the median is no usual run: it waited for somebody, or something was wrong. sql/ has the same number. */
const USUAL = 3;

/** The longest of the durations that are usual; 0 without any. */
export function longestUsual(seconds: readonly number[]): number {
  const most = USUAL * median(seconds);
  return Math.max(0, ...seconds.filter((one) => one <= most));
}

/** The lower of the two in the middle; 0 without any. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/**
 * Runs of one job that are recorded as going on and cannot be: a job runs once at a time, so only its newest run can.
 * pg_cron leaves them behind when the server ends while it connects or sends.
 */
export function stuckRuns(runs: readonly Run[]): Run[] {
  return runs.slice(1).filter((run) => !isOver(run));
}

/** A run's message, or that there is none. */
export function messageText(message: string | null): string {
  return message ?? "no message";
}
