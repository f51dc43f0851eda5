import { isServerError, SQLSTATE, withoutValues } from "../../postgres/errors.ts";
import { releaseWarning } from "../../postgres/safeRelease.ts";
import type { Session } from "../../postgres/session.ts";
import { askAsRole } from "./asRole.ts";
import { describeDeclaredJobs } from "./describe.ts";
import type { DesiredJob } from "./desired.ts";
import { resolveJob } from "./jobChanges.ts";
import { jobTitle } from "./jobState.ts";
import type { ActualJob, JobState } from "./jobState.ts";
import { runsBlindness } from "./roleJobs.ts";
import { readCronTimeZone } from "./schedule/cronTimeZone.ts";
import { checkMaxAge } from "./schedule/scheduleFromMaxAge.ts";
import { scheduleWarnings } from "./schedule/scheduleWarnings.ts";
import { readSchedule } from "./schedule.ts";
import { sameWork } from "./takeover.ts";

/** What a person should know of a job that can be deployed all the same, a sentence each. */
export async function warnOfJob(session: Session, desired: DesiredJob, previous?: DesiredJob): Promise<string[]> {
  const [state] = await describeDeclaredJobs(session, [desired]);
  const [times, lastRun] = await Promise.all([
    timeWarnings(session, desired, state?.job),
    state?.job === undefined ? [] : lastRunWarning(session, state.job),
  ]);
  const release = releaseWarning(session.capabilities.serverVersion);
  return [
    ...(release === undefined ? [] : [release]),
    ...(state === undefined ? [] : doubledWork(session, desired, { state, previous })),
    ...(state?.restsByAbsence === true ? [restsByAbsence(session, desired)] : []),
    ...times,
    ...lastRun,
  ];
}

// One of this role under another name is taken over, or refused, as long as the declared one is not there.
function doubledWork(
  { capabilities }: Session,
  desired: DesiredJob,
  { state: { job, jobs }, previous }: { readonly state: JobState; readonly previous: DesiredJob | undefined },
): string[] {
  const declared = resolveJob(desired, capabilities);
  const old = previous && resolveJob(previous, capabilities);
  return (
    sameWork(declared, jobs)
      .filter(({ isActive, user }) => isActive && (job !== undefined || user !== declared.user))
      // What the job itself is until it goes to another role or has another name.
      .filter(({ name, user }) => name !== old?.name || user !== old.user)
      .map(
        (other) =>
          `${jobTitle(other)} refreshes the same view, so that it is refreshed twice: select cron.unschedule(${other.jobId}), as ${other.user} or as superuser`,
      )
  );
}

function restsByAbsence({ capabilities }: Session, desired: DesiredJob): string {
  const { user } = resolveJob(desired, capabilities);
  return (
    `job ${desired.name} is declared inactive, and role ${user} may not call cron.alter_job, which says so: the job is not there until it is ` +
    "declared active. A superuser may run: grant execute on function " +
    `cron.alter_job(bigint, text, text, text, text, boolean) to ${user}`
  );
}

async function timeWarnings(session: Session, desired: DesiredJob, job: ActualJob | undefined): Promise<string[]> {
  const schedule = readSchedule(desired.schedule);
  if (schedule === undefined || session.capabilities.cron?.hasUsage !== true) return [];
  const timeZone = await readCronTimeZone(session.cron);
  const longest = desired.maxAge === undefined ? 0 : await longestRun(session, job);
  const tooOld = desired.maxAge === undefined ? undefined : checkMaxAge(schedule, desired.maxAge, longest, timeZone);
  return [...scheduleWarnings(schedule, timeZone), ...(tooOld === undefined ? [] : [tooOld])];
}

// That pg_cron took a job says nothing of its runs.
async function lastRunWarning(session: Session, job: ActualJob): Promise<string[]> {
  let isActing = false;
  try {
    const acting = (): void => void (isActing = true);
    const [run] = await askAsRole<LastRun>(session, job.user, "describe/last_run", [job.jobId], acting);
    if (run?.status !== "failed") return [];
    const reason = withoutValues(run.message ?? "no reason was recorded");
    return [`its last run failed${run.startedAt === null ? "" : ` at ${run.startedAt.toISOString()}`}: ${reason}`];
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    return [`whether its runs succeed is not known: ${runsBlindness(session.capabilities, job.user, isActing)}`];
  }
}

interface LastRun {
  readonly status: string;
  readonly message: string | null;
  readonly startedAt: Date | null;
}

async function longestRun(session: Session, job: ActualJob | undefined): Promise<number> {
  if (job === undefined) return 0;
  try {
    const [longest] = await askAsRole<{ seconds: number | null }>(session, job.user, "describe/longest_run", [
      job.jobId,
    ]);
    return longest?.seconds ?? 0;
  } catch (error) {
    // The warning about the last run says so.
    if (isServerError(error, SQLSTATE.insufficientPrivilege)) return 0;
    throw error;
  }
}
