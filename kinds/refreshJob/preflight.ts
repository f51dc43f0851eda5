import { MEND_JOB_NUMBERS } from "../../postgres/applyPlan.ts";
import { ask } from "../../postgres/asked.ts";
import type { Question } from "../../postgres/asked.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { sqlIdentifier, sqlLiteral } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { refusalsOf } from "../conditions.ts";
import { foreseen, willChangeRole, willHaveCron } from "../earlierSteps.ts";
import type { Obstacle } from "../earlierSteps.ts";
import type { EarlierSteps, Foresight } from "../kind.ts";
import { onlyLooks } from "../onlooker.ts";
import { refreshTarget } from "./command.ts";
import { commandProblems } from "./commandPreflight.ts";
import { describeJobs } from "./describe.ts";
import type { DesiredJob, ResolvedJob } from "./desired.ts";
import { resolveJob } from "./jobChanges.ts";
import { isSameEntry, powersOf } from "./jobState.ts";
import type { CronPowers } from "./jobState.ts";
import { cronBlindness } from "./roleJobs.ts";
import { parseSchedule } from "./schedule.ts";
import { otherDatabase } from "./statements.ts";

/** What keeps pg_cron from taking or running the job, each problem with what to do. */
export async function preflightJob(session: Session, desired: DesiredJob): Promise<string[]> {
  return [...foreseen(await obstacles(session, desired, new Set()), new Set()).refusals];
}

/** The same for a preview, without what steps before take out of the way. */
export async function foreseeJob(
  session: Session,
  desired: DesiredJob,
  earlier: EarlierSteps,
): Promise<Required<Foresight>> {
  const [isOnlooker, found] = await Promise.all([onlyLooks(session), obstacles(session, desired, earlier)]);
  return foreseen(found, earlier, isOnlooker);
}

async function obstacles(session: Session, desired: DesiredJob, earlier: EarlierSteps): Promise<Obstacle[]> {
  const { cron } = session.capabilities;
  const job = resolveJob(desired, session.capabilities);
  const asked = cronObstacles(session, earlier, { names: [job.name], user: job.user });
  if (cron?.hasUsage !== true || !cron.mayReadJobs) return asked;
  const parsed = parseSchedule(desired.schedule, cron);
  const schedule = parsed.ok ? [] : [{ problem: parsed.problem, isInherent: true }];
  // In one flight.
  const [problems, role, numbers, database, command] = await Promise.all([
    asked,
    roleProblems(session, job),
    numberProblems(session, job),
    databaseProblems(session, job),
    commandProblems(session, job, earlier),
  ]);
  const isMade = willChangeRole(earlier, job.user);
  const isOfDeployer = job.user === session.capabilities.currentUser;
  const ofRole = [...role.problems, ...(role.exists ? database : [])].map((problem) => ({
    problem,
    isMade,
    isOfDeployer,
  }));
  const acting = role.foreign.map((problem) => ({ problem, isMade, isOfDeployer: true }));
  return [
    ...problems,
    ...schedule,
    ...numbers.map((problem) => ({ problem })),
    ...ofRole,
    ...acting,
    ...(role.exists ? command.map((problem) => ({ problem, isOfDeployer })) : []),
  ];
}

/** What of it goes along with the opening of a session. */
export function preflightQuestions(desired: DesiredJob, known: Capabilities): Question[] {
  if (known.cron === undefined || cronBlindness(known) !== undefined) return [];
  const job = resolveJob(desired, known);
  const target = refreshTarget(job.command);
  const isHere = target?.schema !== undefined && job.database === known.database;
  return [
    { on: "cron", file: "describe/role", values: [job.user] },
    { on: "cron", file: "describe/cron_powers", values: [[job.user]] },
    { on: "cron", file: "describe/job_database", values: [job.database, job.user] },
    ...(isHere
      ? [{ on: "target", file: "describe/refreshable", values: [target.schema, target.name, job.user] } as const]
      : []),
  ];
}

/** The jobs that a deploy makes, changes or moves to their role; of them what was another role's is mended by it. */
interface Mended {
  readonly names: readonly string[];
  readonly user: string | undefined;
}

/** What is wrong with pg_cron itself, unless this run installs it, or mends it. */
export async function cronObstacles(session: Session, earlier: EarlierSteps, mended: Mended): Promise<Obstacle[]> {
  const { cron } = session.capabilities;
  const isMade = cron === undefined && willHaveCron(earlier);
  const isOfDeployer = cron !== undefined && !(cron.hasUsage && cron.mayReadJobs);
  return (await cronProblems(session, mended)).map((problem) => ({ problem, isMade, isOfDeployer }));
}

/** What is wrong with pg_cron itself: not installed, not running, not to be used by this role. */
async function cronProblems(session: Session, mended: Mended): Promise<string[]> {
  const { capabilities } = session;
  const { cron, currentUser } = capabilities;
  if (cron === undefined) return refusalsOf({ capabilities }, ["pg-cron-missing"]);
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
    ...(cron.hasUsage && cron.mayReadJobs
      ? await launcherProblems(session, mended)
      : refusalsOf({ capabilities }, DEAD)),
  ];
}

const DEAD = ["launcher-dead"] as const;

// A launcher that fails restarts, and may just be alive: what it fails on is the cause to tell. A job that this deploy takes from a role
// that is gone is let through, with the others of that role.
async function launcherProblems(session: Session, { names, user }: Mended): Promise<string[]> {
  const { capabilities } = session;
  const orphans = (await describeJobs(session, null)).filter(({ isOrphaned }) => isOrphaned === true);
  if (orphans.length === 0) return refusalsOf({ capabilities }, DEAD);
  const left = orphans.filter((job) => names.includes(job.name) && job.user !== user).map((job) => job.user);
  return refusalsOf({ capabilities, orphans: orphans.filter((job) => !left.includes(job.user)) }, ["job-without-role"]);
}

// A job that is not there yet is given a number.
async function numberProblems(session: Session, job: ResolvedJob): Promise<string[]> {
  const [jobs, { rows }] = await Promise.all([
    describeJobs(session, null),
    ask<{ taken: string }>(session.cron, "describe/job_numbers", []),
  ]);
  const [behind] = rows;
  if (behind === undefined || jobs.some((one) => isSameEntry(one, job))) return [];
  return [
    `pg_cron would give the job a number that another one has (the last is ${behind.taken}), for its sequence is behind, as after a restore: ` +
      `let a superuser run: ${MEND_JOB_NUMBERS}`,
  ];
}

interface RoleRow {
  canLogin: boolean;
  mayActAs: boolean;
}

async function roleProblems(
  { cron, capabilities }: Session,
  job: ResolvedJob,
): Promise<{ exists: boolean; problems: string[]; foreign: string[] }> {
  const [role] = (await ask<RoleRow>(cron, "describe/role", [job.user])).rows;
  const runner = { roleExists: role !== undefined, canLogin: role?.canLogin === true };
  const mayAct = role === undefined || role.mayActAs || capabilities.isSuperuser;
  return {
    exists: role !== undefined,
    problems: refusalsOf({ capabilities, job, runner }, ["role-cannot-log-in"]),
    foreign: mayAct
      ? []
      : [
          `role ${capabilities.currentUser} may not act as ${job.user}: grant ${job.user} to ${capabilities.currentUser}`,
        ],
  };
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
          `database ${job.database}, in which the job is to run, does not exist: ${sqlLiteral(job.database)} is misspelt, or was dropped`,
        ]
      : database.mayConnect
        ? []
        : [
            `role ${job.user} may not connect to database ${job.database}: grant connect on database ${sqlIdentifier(job.database)} to ${name}`,
          ]),
  ];
}
