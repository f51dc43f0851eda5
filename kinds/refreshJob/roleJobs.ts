import type { Capabilities } from "../../postgres/capabilities.ts";
import { isServerError, SQLSTATE, userError } from "../../postgres/errors.ts";
import { sqlIdentifier, sqlLiteral } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { SHOWN_JOBS } from "../runtimeObjects/names.ts";
import { throughFunction } from "../runtimeObjects/throughFunction.ts";
import { askAsRole } from "./asRole.ts";
import { withClaims } from "./jobState.ts";
import type { ActualJob } from "./jobState.ts";

/**
 * Why the connected role cannot read even its own jobs, with what to do; undefined where it can, and where pg_cron is nowhere. What is
 * not seen then is not gone.
 */
export function cronBlindness(capabilities: Capabilities): string | undefined {
  const { cron, cronDatabase, currentUser, launcherDatabase } = capabilities;
  if (cron === undefined) {
    if (launcherDatabase === null || launcherDatabase === cronDatabase) return undefined;
    return (
      `pg_cron is not in database ${cronDatabase}, so its jobs cannot be read: its launcher is connected to database ${launcherDatabase}; ` +
      `name that one: pulumi config set matview:cronDatabase ${launcherDatabase}, or MATVIEW_CRON_DATABASE=${launcherDatabase}`
    );
  }
  if (cron.hasUsage && cron.mayReadJobs) return undefined;
  const [may, grant] = cron.hasUsage ? ["read cron.job", "select on cron.job"] : ["use schema cron", USAGE];
  return (
    `role ${currentUser} may not ${may} in database ${cronDatabase}, so its jobs cannot be read; ` +
    `let a superuser run: grant ${grant} to ${sqlIdentifier(currentUser)}`
  );
}

const USAGE = "usage on schema cron";

/**
 * Jobs of a role whose jobs row security hides from the connected one: looked at as the role itself, else through the function that
 * the platform installs for those who only look.
 * @throws when neither is allowed: "no row" must not be taken for "gone".
 */
export async function jobsOfRole(session: Session, user: string, names: readonly string[]): Promise<ActualJob[]> {
  const what = names.length === 0 ? "the jobs" : `${names.length === 1 ? "job" : "jobs"} ${names.join(", ")}`;
  let isActing = false;
  try {
    const acting = (): void => void (isActing = true);
    return withClaims(await askAsRole<ActualJob>(session, user, "describe/jobs", [null], acting));
  } catch (error) {
    if (isServerError(error, SQLSTATE.invalidParameterValue)) throw goneRole(user, names, error);
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    if (isActing) throw blindOwner(user, what, error);
    const shown = await shownJobs(session, user, what);
    if (shown !== undefined) return shown;
    const { currentUser } = session.capabilities;
    throw userError(
      `${what} of role ${user} cannot be seen by role ${currentUser}: row security on cron.job shows a role its own jobs; ` +
        `connect as ${user} or as a superuser, or let a superuser run: grant ${sqlIdentifier(user)} to ${sqlIdentifier(currentUser)}`,
      error,
    );
  }
}

/**
 * Why the runs of a role's job cannot be read, with what to do. `isActing`: the read was made with the job's role's own rights, or one that
 * sees all jobs, so that it is the table that is closed.
 */
export function runsBlindness(
  { cron, currentUser, cronDatabase }: Capabilities,
  user: string,
  isActing: boolean,
): string {
  const what = `role ${currentUser} may not read the runs of ${user} in database ${cronDatabase}; `;
  if (!isActing) {
    return (
      `${what}declare it as an observer of the platform part, or let a superuser run: ` +
      `grant ${sqlIdentifier(user)} to ${sqlIdentifier(currentUser)}`
    );
  }
  const reader = sqlIdentifier(cron?.seesAllJobs === true ? currentUser : user);
  return `${what}let a superuser run: grant select on cron.job_run_details to ${reader}`;
}

// A superuser may schedule a job for a role that may not even look at it.
function blindOwner(user: string, what: string, cause: unknown): Error {
  const name = sqlIdentifier(user);
  return userError(
    `${what} of role ${user} cannot be seen: ${user} itself may not read cron.job; ` +
      `let a superuser run: grant ${USAGE} to ${name}; grant select on cron.job to ${name}`,
    cause,
  );
}

async function shownJobs(session: Session, user: string, what: string): Promise<ActualJob[] | undefined> {
  try {
    const jobs = await throughFunction<ActualJob>(session.cron, user, SHOWN_JOBS);
    return jobs && withClaims(jobs);
  } catch (error) {
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    throw blindOwner(user, what, error);
  }
}

// pg_cron keeps the name of the role as text: a job whose role was renamed or dropped stays, and its launcher fails on it.
function goneRole(user: string, names: readonly string[], cause: unknown): Error {
  const whose = names.length === 0 ? "" : `, whose ${names.length === 1 ? "job is" : "jobs are"} ${names.join(", ")},`;
  return userError(
    `role ${user}${whose} does not exist: it was renamed or dropped. ` +
      "While a job belongs to it no job runs for anyone. Declare the role's new name, and let a superuser run: " +
      `select cron.unschedule(jobid) from cron.job where username = ${sqlLiteral(user)}`,
    cause,
  );
}
