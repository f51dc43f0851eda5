import { isServerError, SQLSTATE } from "../../postgres/errors.ts";
import type { Session } from "../../postgres/session.ts";
import { askAsRole } from "./asRole.ts";
import type { ActualJob } from "./jobState.ts";
import { readCronTimeZone } from "./schedule/cronTimeZone.ts";
import { nextRuns } from "./schedule/nextRuns.ts";
import { DEFAULT_TIME_ZONE, timeZoneProblem } from "./schedule/timeZone.ts";
import { readSchedule } from "./schedule.ts";

/** More are not counted. */
const MOST_OWED = 1_000;

interface GoingRow {
  jobId: string;
  since: Date;
  now: Date;
}

/**
 * How many runs pg_cron owes to each job whose run is going: those whose time came while it was. It starts them one after another as
 * soon as the run ends, with whatever the job says then. Of a job whose runs may not be looked at none are known.
 */
export async function owedRuns(session: Session, jobs: readonly ActualJob[]): Promise<ReadonlyMap<string, number>> {
  const going: GoingRow[] = [];
  for (const user of new Set(jobs.map((job) => job.user))) {
    const ids = jobs.filter((job) => job.user === user).map(({ jobId }) => jobId);
    going.push(...(await runsGoing(session, user, ids)));
  }
  if (going.length === 0) return new Map();
  const named = await readCronTimeZone(session.cron);
  const timeZone = timeZoneProblem(named) === undefined ? named : DEFAULT_TIME_ZONE;
  return new Map(
    going.map(({ jobId, since, now }) => [
      jobId,
      countOwed(
        jobs.find((job) => job.jobId === jobId),
        { since, now, timeZone },
      ),
    ]),
  );
}

// Row security shows a role its own runs; a look for drift needs no right to any.
async function runsGoing(session: Session, user: string, jobIds: readonly string[]): Promise<GoingRow[]> {
  try {
    return await askAsRole<GoingRow>(session, user, "describe/runs_going", [jobIds]);
  } catch (error) {
    if (isServerError(error, SQLSTATE.insufficientPrivilege)) return [];
    throw error;
  }
}

// A schedule in seconds owes one run at most, which is none to speak of.
function countOwed(
  job: ActualJob | undefined,
  { since, now, timeZone }: { readonly since: Date; readonly now: Date; readonly timeZone: string },
): number {
  const schedule = readSchedule(job?.schedule);
  if (schedule === undefined || schedule.kind === "seconds") return 0;
  return nextRuns(schedule, since, MOST_OWED, timeZone).filter((run) => run <= now).length;
}
