import type { Survey } from "../kind.ts";
import { inTransaction } from "../postgres/applyPlan.ts";
import { isServerError, SQLSTATE, userError } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { sqlStatement, sqlText } from "../postgres/sqlFiles.ts";
import type { DesiredJob } from "./desired.ts";

/** A job as cron.job has it. */
export interface ActualJob {
  readonly jobId: string;
  readonly name: string;
  readonly user: string;
  readonly database: string;
  readonly schedule: string;
  readonly command: string;
  readonly isActive: boolean;
}

/**
 * All jobs that the connected role may see, or those with one of the names.
 * @throws when the role may not look into the schema cron.
 */
export async function describeJobs(session: Session, names: readonly string[] | null): Promise<ActualJob[]> {
  return (await session.cron.query<ActualJob>(sqlText("describe/jobs"), [names])).rows;
}

/**
 * Reads the declared jobs by name and user.
 * @throws when a job belongs to a role whose jobs this one may not see: "no row" is not "gone" then.
 */
export async function describeDeclaredJobs(
  session: Session,
  desired: readonly DesiredJob[],
): Promise<(ActualJob | undefined)[]> {
  const { cron, currentUser, cronDatabase } = session.capabilities;
  if (cron === undefined) return desired.map(() => undefined);
  if (!cron.hasUsage) {
    throw userError(
      `role ${currentUser} may not use schema cron in database ${cronDatabase}, so its jobs cannot be read; ` +
        `let a superuser run: grant usage on schema cron to ${currentUser}`,
    );
  }
  const visible = await describeJobs(
    session,
    desired.map(({ name }) => name),
  );
  const jobOf = (found: readonly ActualJob[], job: DesiredJob): ActualJob | undefined =>
    found.find(({ name, user }) => name === job.name && user === (job.user ?? currentUser));
  const hidden = desired.filter(
    (job) => !cron.seesAllJobs && (job.user ?? currentUser) !== currentUser && jobOf(visible, job) === undefined,
  );
  for (const [user, names] of namesByUser(hidden)) visible.push(...(await asRole(session, user, names)));
  return desired.map((job) => jobOf(visible, job));
}

/** Reads all jobs that this role may see; of another role's job that is not among them, only `describe` can tell. */
export async function surveyJobs(session: Session): Promise<Survey<DesiredJob, ActualJob>> {
  const { cron, currentUser } = session.capabilities;
  if (cron?.hasUsage !== true) return { find: () => undefined };
  const found = new Map((await describeJobs(session, null)).map((job) => [`${job.user} ${job.name}`, job]));
  return {
    find: ({ name, user = currentUser }) => {
      const actual = found.get(`${user} ${name}`);
      return actual !== undefined || cron.seesAllJobs || user === currentUser ? { actual } : undefined;
    },
  };
}

function namesByUser(jobs: readonly DesiredJob[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, user = "" } of jobs) names.set(user, [...(names.get(user) ?? []), name]);
  return names;
}

// Row security hides the jobs of other roles from everyone but a superuser; a member can look as the role itself.
async function asRole(session: Session, user: string, names: readonly string[]): Promise<ActualJob[]> {
  try {
    return await inTransaction(session.cron, async () => {
      await session.cron.query(sqlStatement("statements/set_role", { names: { role: user } }));
      return (await describeJobs(session, names)).filter((job) => job.user === user);
    });
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    const { currentUser } = session.capabilities;
    const what = `${names.length === 1 ? "job" : "jobs"} ${names.join(", ")} of role ${user}`;
    throw userError(
      `${what} cannot be seen by role ${currentUser}: row security on cron.job shows a role its own jobs; ` +
        `connect as ${user} or as a superuser, or let a superuser run: grant ${user} to ${currentUser}`,
      error,
    );
  }
}
