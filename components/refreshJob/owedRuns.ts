import type { Session } from "../postgres/session.ts";
import { sqlText } from "../postgres/sqlFiles.ts";
import type { ActualJob } from "./jobState.ts";
import { nextRuns } from "./schedule/nextRuns.ts";
import { parseSchedule } from "./schedule.ts";

/** More are not counted. */
const MOST_OWED = 1_000;

interface GoingRow {
  jobId: string;
  since: Date;
  now: Date;
}

/**
 * How many runs pg_cron owes to each job whose run is going: those whose time came while it was. It starts them one after another as
 * soon as the run ends, with whatever the job says then. The clock is GMT, which is right for all but rare schedules by the hour.
 */
export async function owedRuns(
  session: Session,
  jobs: readonly ActualJob[],
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (jobIds.length === 0) return new Map();
  const { rows } = await session.cron.query<GoingRow>(sqlText("describe/runs_going"), [jobIds]);
  return new Map(
    rows.map(({ jobId, since, now }) => [
      jobId,
      countOwed(
        jobs.find((job) => job.jobId === jobId),
        since,
        now,
      ),
    ]),
  );
}

// A schedule in seconds owes one run at most, which is none to speak of.
function countOwed(job: ActualJob | undefined, since: Date, now: Date): number {
  const parsed = job === undefined ? undefined : parseSchedule(job.schedule, { seconds: true, lastDay: true });
  if (parsed?.ok !== true || parsed.schedule.kind === "seconds") return 0;
  return nextRuns(parsed.schedule, since, MOST_OWED).filter((run) => run <= now).length;
}
