import { isServerError, SQLSTATE, userError } from "../../components/postgres/errors.ts";
import type { Session } from "../../components/postgres/session.ts";
import { sqlText } from "../../components/postgres/sqlFiles.ts";

/** A run as pg_cron recorded it. */
export interface Run {
  readonly jobId: string;
  readonly runId: string;
  readonly pid: number | null;
  /** starting, connecting, sending, running, succeeded or failed. */
  readonly status: string;
  readonly message: string | null;
  /** Null for a run that never got a connection. */
  readonly startedAt: Date | null;
  /** Null while it runs, and for ever where the server's end cut it off. */
  readonly endedAt: Date | null;
}

/** The last runs of each job and all runs since a time, newest first. */
export async function readRuns(
  { cron, capabilities }: Session,
  jobIds: readonly string[],
  { last, since }: { readonly last: number; readonly since: Date },
): Promise<Run[]> {
  if (jobIds.length === 0) return [];
  try {
    return (await cron.query<Run>(sqlText("describe/runs"), [jobIds, last, since])).rows;
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    throw userError(
      `role ${capabilities.currentUser} may not read cron.job_run_details in database ${capabilities.cronDatabase}; ` +
        `let a superuser run: grant usage on schema cron to ${capabilities.currentUser}; grant select on cron.job_run_details to ${capabilities.currentUser}`,
      error,
    );
  }
}

/** True for a run that is over, whatever its outcome. */
export function isOver({ status }: Run): boolean {
  return status === "succeeded" || status === "failed";
}

/** How long a run took; undefined while it runs and where start or end is missing. */
export function runSeconds({ startedAt, endedAt }: Run): number | undefined {
  return startedAt === null || endedAt === null ? undefined : (endedAt.getTime() - startedAt.getTime()) / 1000;
}

/**
 * Runs of one job that are recorded as going on and cannot be: a job runs once at a time, so only its newest run can.
 * pg_cron leaves them behind when the server ends while it connects or sends.
 */
export function stuckRuns(runs: readonly Run[]): Run[] {
  return runs.slice(1).filter((run) => !isOver(run));
}

/** The first line of a run's message: what follows may quote a whole row of the view. */
export function firstLine(message: string | null): string {
  return (message ?? "no message").trim().split("\n")[0] ?? "";
}
