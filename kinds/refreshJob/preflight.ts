import { escapeLiteral } from "pg";
import { ask } from "../../postgres/asked.ts";
import { sqlIdentifier } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { commandProblems } from "./commandPreflight.ts";
import { describeJobs } from "./describe.ts";
import type { DesiredJob, ResolvedJob } from "./desired.ts";
import { resolveJob } from "./jobChanges.ts";
import { orphanProblem, powersOf } from "./jobState.ts";
import type { CronPowers } from "./jobState.ts";
import { STANDBY } from "./plan.ts";
import { parseSchedule } from "./schedule.ts";
import { otherDatabase } from "./statements.ts";

/** What keeps pg_cron from taking or running the job, each problem with what to do. */
export async function preflightJob(session: Session, desired: DesiredJob): Promise<string[]> {
  const { cron, inRecovery } = session.capabilities;
  if (inRecovery) return [STANDBY];
  const problems = cronProblems(session);
  if (cron?.hasUsage !== true || !cron.mayReadJobs) return problems;
  const parsed = parseSchedule(desired.schedule, cron);
  if (!parsed.ok) problems.push(parsed.problem);
  const job = resolveJob(desired, session.capabilities);
  const [role, orphans, database, command] = await Promise.all([
    roleProblems(session, job.user),
    orphanProblems(session, job),
    databaseProblems(session, job),
    commandProblems(session, job),
  ]);
  return [
    ...problems,
    ...orphans,
    ...(role ?? [`role ${job.user} does not exist: create it, or set matview:managePlatform to true`]),
    ...(role === undefined ? [] : [...database, ...command]),
  ];
}

/** What is wrong with pg_cron itself: not installed, not running, not to be used by this role. */
export function cronProblems({ capabilities }: Session): string[] {
  const { cron, cronDatabase, currentUser, launcherRuns } = capabilities;
  if (cron === undefined) {
    return [
      `pg_cron is not installed in database ${cronDatabase}: set matview:managePlatform to true, or run: create extension pg_cron ` +
        "(in the database that cron.database_name names; name it in matview:cronDatabase where that is another one)",
    ];
  }
  return [
    ...(cron.hasUsage
      ? []
      : [
          `role ${currentUser} may not use pg_cron: let a superuser run: grant usage on schema cron to ${sqlIdentifier(currentUser)}`,
        ]),
    ...(cron.mayReadJobs
      ? []
      : [
          `role ${currentUser} may not read cron.job: let a superuser run: grant select on cron.job to ${sqlIdentifier(currentUser)}`,
        ]),
    ...(launcherRuns
      ? []
      : [
          "pg_cron's launcher is not running, so no job ever runs: add pg_cron to shared_preload_libraries and restart the server " +
            "(a managed host has a switch for it)",
        ]),
  ];
}

// A launcher that fails restarts, and may just be alive: what it fails on is the cause to tell. One that has the declared name under
// another role may be what this deploy mends, which the plan decides.
async function orphanProblems(session: Session, job: ResolvedJob): Promise<string[]> {
  const orphans = (await describeJobs(session, null)).filter(({ isOrphaned }) => isOrphaned === true);
  return orphans.filter(({ name, user }) => name !== job.name || user === job.user).map(orphanProblem);
}

interface RoleRow {
  canLogin: boolean;
  mayActAs: boolean;
}

/** Undefined where the role does not exist. */
async function roleProblems({ cron, capabilities }: Session, user: string): Promise<string[] | undefined> {
  const [role] = (await ask<RoleRow>(cron, "describe/role", [user])).rows;
  if (role === undefined) return undefined;
  return [
    ...(role.canLogin
      ? []
      : [`role ${user} may not log in, so each run of its jobs would fail: alter role ${user} login`]),
    ...(role.mayActAs || capabilities.isSuperuser
      ? []
      : [`role ${capabilities.currentUser} may not act as ${user}: grant ${user} to ${capabilities.currentUser}`]),
  ];
}

async function databaseProblems(session: Session, job: ResolvedJob): Promise<string[]> {
  const { cron, capabilities } = session;
  const [others, databases] = await Promise.all([
    ask<CronPowers & { user: string }>(cron, "describe/cron_powers", [[job.user]]),
    ask<{ mayConnect: boolean }>(cron, "describe/job_database", [job.database, job.user]),
  ]);
  const powers = powersOf(job.user, capabilities, new Map(others.rows.map((row) => [row.user, row])));
  const [database] = databases.rows;
  const name = sqlIdentifier(job.user);
  return [
    ...(powers.hasUsage
      ? []
      : [`role ${job.user} may not use pg_cron: let a superuser run: grant usage on schema cron to ${name}`]),
    ...(job.database === capabilities.cronDatabase || powers.mayScheduleInDatabase
      ? []
      : [otherDatabase(job, capabilities)]),
    ...(database === undefined
      ? [
          `database ${job.database}, in which the job is to run, does not exist: ${escapeLiteral(job.database).trimStart()} is misspelt, or was dropped`,
        ]
      : database.mayConnect
        ? []
        : [
            `role ${job.user} may not connect to database ${job.database}: grant connect on database ${sqlIdentifier(job.database)} to ${name}`,
          ]),
  ];
}
