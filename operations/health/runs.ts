import { askAsRole } from "../../kinds/refreshJob/asRole.ts";
import type { ActualJob } from "../../kinds/refreshJob/describe.ts";
import { runsBlindness } from "../../kinds/refreshJob/roleJobs.ts";
import { SHOWN_RUNS } from "../../kinds/runtimeObjects/names.ts";
import { throughFunction } from "../../kinds/runtimeObjects/throughFunction.ts";
import { isServerError, SQLSTATE, userError, withoutValues } from "../../postgres/errors.ts";
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

/**
 * The last runs of a job and all since a time, newest first: read as its role, or through the function that shows them to observers.
 * @throws when neither is allowed.
 */
export async function readRuns(
  session: Session,
  { jobId, user }: ActualJob,
  { last, since }: { readonly last: number; readonly since: Date },
): Promise<Run[]> {
  const { cron, capabilities } = session;
  const values = [jobId, last, since];
  let isActing = false;
  try {
    const acting = (): void => void (isActing = true);
    return placed(quiet(await askAsRole<RunRow>(session, user, "describe/runs", values, acting)), since);
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    const shown = await throughFunction<RunRow>(cron, user, SHOWN_RUNS, values);
    if (shown === undefined) throw userError(runsBlindness(capabilities, user, isActing), error);
    return placed(quiet(shown), since);
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

/**
 * Runs of one job that are recorded as going on and cannot be: a job runs once at a time, so only its newest run can.
 * pg_cron leaves them behind when the server ends while it connects or sends.
 */
export function stuckRuns(runs: readonly Run[]): Run[] {
  return runs.slice(1).filter((run) => !isOver(run));
}

/** A run's message, or that there is none. */
export function firstLine(message: string | null): string {
  return message ?? "no message";
}
