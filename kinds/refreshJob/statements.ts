import { holdLockSql, lockKeyOf } from "../../postgres/advisoryLock.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { sqlIdentifier, sqlLiteral } from "../../postgres/names.ts";
import { setRoleSql } from "../../postgres/objectStatements.ts";
import type { Step } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { joinCommand } from "../claim.ts";
import type { ResolvedJob } from "./desired.ts";
import { canBeInactive } from "./jobState.ts";
import type { ActualJob, CronPowers } from "./jobState.ts";
import { ownHost } from "./way.ts";

/** How long a run that is going may take before it is cancelled, when its job is removed. */
const RUN_PATIENCE_MS = 60_000;

/**
 * Creates the job as its user: a superuser names the user, a member of the role acts as it. A job of this name that somebody made
 * meanwhile is left alone, and reading back shows it.
 */
export function scheduleSql(job: ResolvedJob, powers: CronPowers, capabilities: Capabilities): string[] {
  const { isSuperuser, currentUser, cronDatabase } = capabilities;
  const literals = {
    job: job.name,
    schedule: job.schedule,
    command: joinCommand(job.command, job.claim),
    owner: job.user,
  };
  // A plan is read by those who may not do what it says, too; the refusal beside it names what is missing.
  if (powers.mayScheduleInDatabase || job.database !== cronDatabase) {
    const named = isSuperuser && job.user !== currentUser;
    const statement = sqlStatement("statements/schedule_job_in_database", {
      literals: { ...literals, database: job.database },
      raw: { user: named ? sqlLiteral(job.user) : "null", active: String(job.isActive) },
    });
    return [...(named ? [] : actAs(job.user, capabilities)), lockName(job), statement];
  }
  const schedule = sqlStatement("statements/schedule_job", { literals });
  const inactive = job.isActive
    ? []
    : [sqlStatement("statements/alter_own_job_inactive", { literals: { job: job.name } })];
  return [...actAs(job.user, capabilities), lockName(job), schedule, ...inactive];
}

/** Why a role that may not say the database cannot have the job there. */
export function otherDatabase(job: ResolvedJob, { cronDatabase }: Capabilities): string {
  return (
    `job ${job.name} runs in database ${job.database} and pg_cron lives in ${cronDatabase}: role ${job.user} needs ` +
    `cron.schedule_in_database; let a superuser run: grant execute on function ` +
    `cron.schedule_in_database(text, text, text, text, text, boolean) to ${job.user}`
  );
}

/** Changes what differs, in one statement. */
export function alterSql(actual: ActualJob, job: ResolvedJob, capabilities: Capabilities): string[] {
  const [wanted, found] = [withClaim(job), withClaim(actual)];
  const text = (["schedule", "command", "database"] as const)
    .filter((property) => wanted[property] !== found[property])
    .map((property) => `${property} := ${sqlLiteral(wanted[property])}`);
  const active = job.isActive === actual.isActive ? [] : [`active := ${String(job.isActive)}`];
  const raw = { job_id: actual.jobId, changes: [...text, ...active].join(", ") };
  return [...actAs(actual.user, capabilities), sqlStatement("statements/alter_job", { raw })];
}

function withClaim<Job extends ResolvedJob | ActualJob>(job: Job): Job {
  return { ...job, command: joinCommand(job.command, job.claim) };
}

/** Writes the job's text again where `alter_job` may not be called: number and activity stay. */
export function restateSql(job: ResolvedJob, capabilities: Capabilities): string[] {
  const literals = { job: job.name, schedule: job.schedule, command: joinCommand(job.command, job.claim) };
  return [...actAs(job.user, capabilities), sqlStatement("statements/restate_job", { literals })];
}

export function unscheduleSql(actual: ActualJob, capabilities: Capabilities): string[] {
  const statement = sqlStatement("statements/unschedule_job", { raw: { job_id: `${actual.jobId}::pg_catalog.int8` } });
  return [...actAs(actual.user, capabilities), statement];
}

/** Removes a job and makes the declared one in the same transaction, with the host that somebody gave it. */
export function remadeSql(
  actual: ActualJob,
  job: ResolvedJob,
  powers: CronPowers,
  capabilities: Capabilities,
): string[] {
  const host = actual.mayKeepHost === true ? ownHost(actual) : undefined;
  const keep = { job: job.name, owner: job.user, host: host ?? "" };
  return [
    ...unscheduleSql(actual, capabilities),
    ...(!job.isActive && !canBeInactive(powers) ? [] : scheduleSql(job, powers, capabilities)),
    ...(host === undefined ? [] : [sqlStatement("statements/keep_job_host", { literals: keep })]),
  ];
}

/** What is said of a job that is made again by a role which may not give it the host that it has. */
export function hostNote(actual: ActualJob): string {
  const host = actual.mayKeepHost === true ? undefined : ownHost(actual);
  if (host === undefined) return "";
  return (
    `; its nodename ${sqlLiteral(host)} becomes what cron.host says, unless a superuser runs before: ` +
    `grant update (nodename) on cron.job to ${sqlIdentifier(actual.user)}`
  );
}

/** Sets the role's statement timeout in a database, or takes it back. */
export function timeoutSql(
  user: string,
  database: string,
  timeoutMs: number | undefined,
  capabilities: Capabilities,
): string[] {
  const names = { role: user, database };
  const statement =
    timeoutMs === undefined
      ? sqlStatement("statements/reset_role_timeout", { names })
      : sqlStatement("statements/set_role_timeout", { names, literals: { timeout: String(timeoutMs) } });
  return [...actAs(user, capabilities), statement];
}

/** Waits for a run that goes on after its job is gone, and cancels it when it takes too long. */
export function waitForRun(actual: ActualJob): NonNullable<Step["wait"]> {
  const literals = { database: actual.database, user: actual.user, command: actual.command };
  return {
    until: sqlStatement("statements/run_is_over", { literals }),
    deadlineMs: RUN_PATIENCE_MS,
    otherwise: [sqlStatement("statements/cancel_run", { literals })],
  };
}

function actAs(user: string, { isSuperuser, currentUser }: Capabilities): string[] {
  return isSuperuser || user === currentUser ? [] : [setRoleSql(user)];
}

// Two deploys that find no job would both make one, and the second would overwrite the first.
function lockName({ name, user }: ResolvedJob): string {
  return holdLockSql(lockKeyOf(JSON.stringify(["job", name, user])));
}
