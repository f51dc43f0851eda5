import type { Session } from "../postgres/session.ts";
import { sqlText } from "../postgres/sqlFiles.ts";
import type { DesiredJob } from "./desired.ts";
import { parseSchedule } from "./schedule.ts";

/** What keeps pg_cron from taking or running the job, each problem with what to do. */
export async function preflightJob(session: Session, desired: DesiredJob): Promise<string[]> {
  const problems = cronProblems(session);
  const { cron, currentUser } = session.capabilities;
  if (cron !== undefined) {
    const parsed = parseSchedule(desired.schedule, cron);
    if (!parsed.ok) problems.push(parsed.problem);
  }
  return [...problems, ...(await roleProblems(session, desired.user ?? currentUser))];
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
      : [`role ${currentUser} may not use pg_cron: let a superuser run: grant usage on schema cron to ${currentUser}`]),
    ...(launcherRuns
      ? []
      : [
          "pg_cron's launcher is not running, so no job ever runs: add pg_cron to shared_preload_libraries and restart the server " +
            "(a managed host has a switch for it)",
        ]),
  ];
}

interface RoleRow {
  canLogin: boolean;
  mayActAs: boolean;
}

async function roleProblems({ cron, capabilities }: Session, user: string): Promise<string[]> {
  const [role] = (await cron.query<RoleRow>(sqlText("describe/role"), [user])).rows;
  if (role === undefined) return [`role ${user} does not exist: create it, or set matview:managePlatform to true`];
  return [
    ...(role.canLogin
      ? []
      : [`role ${user} may not log in, so each run of its jobs would fail: alter role ${user} login`]),
    ...(role.mayActAs || capabilities.isSuperuser
      ? []
      : [`role ${capabilities.currentUser} may not act as ${user}: grant ${user} to ${capabilities.currentUser}`]),
  ];
}
