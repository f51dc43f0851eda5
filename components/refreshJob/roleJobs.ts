import { escapeLiteral } from "pg";
import { inTransaction } from "../postgres/applyPlan.ts";
import { isServerError, SQLSTATE, userError } from "../postgres/errors.ts";
import { derivedName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { sqlStatement, sqlText } from "../postgres/sqlFiles.ts";
import { JOBS_FUNCTION } from "../runtime/names.ts";
import { withClaims } from "./jobState.ts";
import type { ActualJob } from "./jobState.ts";

/**
 * Jobs of a role whose jobs row security hides from the connected one: looked at as the role itself, else through the function that
 * the platform installs for those who only look.
 * @throws when neither is allowed: "no row" must not be taken for "gone".
 */
export async function jobsOfRole(session: Session, user: string, names: readonly string[]): Promise<ActualJob[]> {
  try {
    return await inTransaction(session.cron, async () => {
      await session.cron.query(sqlStatement("statements/set_role", { names: { role: user } }));
      return withClaims((await session.cron.query<ActualJob>(sqlText("describe/jobs"), [null])).rows);
    });
  } catch (error) {
    if (isServerError(error, SQLSTATE.invalidParameterValue)) throw goneRole(user, names, error);
    if (!isServerError(error, SQLSTATE.insufficientPrivilege)) throw error;
    const shown = await shownJobs(session, user);
    if (shown !== undefined) return shown;
    const { currentUser } = session.capabilities;
    const what = `${names.length === 1 ? "job" : "jobs"} ${names.join(", ")} of role ${user}`;
    throw userError(
      `${what} cannot be seen by role ${currentUser}: row security on cron.job shows a role its own jobs; ` +
        `connect as ${user} or as a superuser, or let a superuser run: grant ${user} to ${currentUser}`,
      error,
    );
  }
}

async function shownJobs(session: Session, user: string): Promise<ActualJob[] | undefined> {
  const name = derivedName(user, JOBS_FUNCTION);
  const { rows } = await session.cron.query<{ mayLook: boolean }>(sqlText("describe/runtime_access"), [name, user]);
  if (rows[0]?.mayLook !== true) return undefined;
  const statement = sqlStatement("describe/runtime_jobs", { names: { function: name } });
  return withClaims((await session.cron.query<ActualJob>(statement)).rows);
}

// pg_cron keeps the name of the role as text: a job whose role was renamed or dropped stays, and its launcher fails on it.
function goneRole(user: string, names: readonly string[], cause: unknown): Error {
  return userError(
    `role ${user}, whose ${names.length === 1 ? "job is" : "jobs are"} ${names.join(", ")}, does not exist: it was renamed or dropped. ` +
      "While a job belongs to it no job runs for anyone. Declare the role's new name, and let a superuser run: " +
      `select cron.unschedule(jobid) from cron.job where username = ${escapeLiteral(user).trimStart()}`,
    cause,
  );
}
