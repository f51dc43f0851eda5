import { describeJobs } from "../../kinds/refreshJob/describe.ts";
import type { ActualJob } from "../../kinds/refreshJob/describe.ts";
import { inTransaction } from "../../postgres/applyPlan.ts";
import { isServerError, serverText, SQLSTATE, userError } from "../../postgres/errors.ts";
import { derivedName } from "../../postgres/names.ts";
import { setRoleSql } from "../../postgres/objectStatements.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";

/**
 * Makes a job active or inactive and reads it back. With `resumesAt`, another job makes it active then: it looks at the
 * clock every minute, for a missed minute never comes again. One transaction; an earlier job that would resume it is removed.
 * @throws when this role may not, with what a superuser would have to grant.
 */
export async function switchJob(session: Session, job: ActualJob, isActive: boolean, resumesAt?: Date): Promise<void> {
  await asWhoMayAlter(session, job, async () => {
    const raw = { job_id: job.jobId, changes: `active := ${String(isActive)}` };
    await session.cron.query(sqlStatement("statements/alter_job", { raw }));
    await removeResumer(session, job);
    if (resumesAt !== undefined) await scheduleResumer(session, job, resumesAt);
  });
  const after = (await describeJobs(session, [job.name])).find(({ jobId }) => jobId === job.jobId);
  if (after !== undefined && after.isActive !== isActive)
    throw userError(
      `job ${job.name} was made ${isActive ? "active" : "inactive"} and is not: is this server a standby?`,
    );
}

async function scheduleResumer(session: Session, job: ActualJob, at: Date): Promise<void> {
  const name = resumerName(job);
  const command = sqlStatement("statements/resume_job", {
    literals: { at: at.toISOString(), job: job.name, resumer: name },
    raw: { job_id: job.jobId },
  });
  await session.cron.query(sqlStatement("statements/schedule_resumer", { literals: { job: name, command } }));
}

/** Name of the job that resumes another. */
export function resumerName({ name }: ActualJob): string {
  return derivedName(name, "resume");
}

async function removeResumer(session: Session, job: ActualJob): Promise<void> {
  for (const resumer of await describeJobs(session, [resumerName(job)])) {
    const raw = { job_id: `${resumer.jobId}::pg_catalog.int8` };
    await session.cron.query(sqlStatement("statements/unschedule_job", { raw }));
  }
}

// A superuser may alter every job; anybody else acts as the job's user.
async function asWhoMayAlter(session: Session, { name, user }: ActualJob, work: () => Promise<void>): Promise<void> {
  const { isSuperuser, currentUser, cronDatabase } = session.capabilities;
  try {
    await inTransaction(session.cron, async () => {
      if (!isSuperuser && user !== currentUser) await session.cron.query(setRoleSql(user));
      await work();
    });
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    throw userError(
      `job ${name} of ${user} cannot be changed by role ${currentUser}: ${serverText(error)}; let a superuser run in database ${cronDatabase}: ` +
        `grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to ${user}; grant ${user} to ${currentUser}`,
      error,
    );
  }
}
