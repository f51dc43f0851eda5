import { ask } from "../../postgres/asked.ts";
import type { Question } from "../../postgres/asked.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { isUserError, userError } from "../../postgres/errors.ts";
import type { Session } from "../../postgres/session.ts";
import type { Survey } from "../kind.ts";
import type { DesiredJob } from "./desired.ts";
import { resolveJob } from "./jobChanges.ts";
import { canBeInactive, isSameEntry, powersOf, withClaims } from "./jobState.ts";
import type { ActualJob, CronPowers, JobState } from "./jobState.ts";
import { owedRuns } from "./owedRuns.ts";
import { cronBlindness, jobsOfRole } from "./roleJobs.ts";
import { TIME_ZONE } from "./schedule/cronTimeZone.ts";

export type { ActualJob } from "./jobState.ts";

/**
 * All jobs that the connected role may see, or those with one of the names.
 * @throws when the role may not look into the schema cron.
 */
export async function describeJobs(session: Session, names: readonly string[] | null): Promise<ActualJob[]> {
  return withClaims((await ask<ActualJob>(session.cron, "describe/jobs", [names])).rows);
}

/** What a description of jobs asks first, where the role could look into pg_cron before. */
export function jobQuestions(
  known: Capabilities | undefined,
  desired: readonly Pick<DesiredJob, "user">[] = [],
): Question[] {
  if (known?.cron === undefined || cronBlindness(known) !== undefined) return [];
  const users = usersOf(desired, known);
  return [
    { on: "cron", file: "describe/jobs", values: [null] },
    ...(users.length === 0
      ? []
      : [{ on: "cron", file: "describe/role_timeouts", values: [users, null] } as const, TIME_ZONE]),
  ];
}

function usersOf(desired: readonly Pick<DesiredJob, "user">[], { currentUser }: Capabilities): string[] {
  return [...new Set(desired.map(({ user }) => user ?? currentUser))];
}

/** Roles whose jobs are wanted; who they are may still be asked meanwhile. */
type Users = readonly string[] | Promise<readonly string[]>;

/**
 * All jobs that this role can see: its own, or all, and those of the given roles as a member of them or through the functions that
 * the platform part installs for observers.
 */
export async function visibleJobs(session: Session, users: Users): Promise<ActualJob[]> {
  return (await lookForJobs(session, users)).jobs;
}

/** The same with what hides those of a role, a sentence on what to do; "" stands for every role. Whoever needs one of them tells. */
export async function lookForJobs(
  session: Session,
  users: Users,
): Promise<{ jobs: ActualJob[]; hidden: ReadonlyMap<string, string> }> {
  const { cron, currentUser } = session.capabilities;
  // Whoever asks who they are hears of it; here they may not be needed.
  Promise.resolve(users).catch(() => undefined);
  const blindness = cronBlindness(session.capabilities);
  const hidden = new Map(blindness === undefined ? [] : [["", blindness]]);
  if (cron === undefined) return { jobs: [], hidden };
  const jobs = blindness === undefined ? await describeJobs(session, null) : [];
  if (blindness === undefined && cron.seesAllJobs) return { jobs, hidden };
  for (const user of new Set(await users)) {
    if (user === currentUser) continue;
    try {
      jobs.push(...(await jobsOfRole(session, user, [])));
    } catch (error) {
      if (!isUserError(error)) throw error;
      hidden.set(user, error.message);
    }
  }
  return { jobs, hidden };
}

/**
 * Reads the declared jobs by name and user, with the other jobs around them and what their role may do.
 * @throws when a job belongs to a role whose jobs this one may not see: "no row" is not "gone" then.
 */
export async function describeDeclaredJobs(
  session: Session,
  desired: readonly DesiredJob[],
): Promise<(JobState | undefined)[]> {
  const blindness = cronBlindness(session.capabilities);
  if (blindness !== undefined) throw userError(blindness);
  if (session.capabilities.cron === undefined) return desired.map(() => undefined);
  const world = await readWorld(session, desired);
  const owed = await owedRuns(
    session,
    desired.flatMap((job) => stateOf(session, world, job).job ?? []),
  );
  return desired.map((job) => stateOf(session, { ...world, owed }, job));
}

/** Reads all jobs that this role may see; of another role's job that is not among them, only `describe` can tell. */
export async function surveyJobs(session: Session): Promise<Survey<DesiredJob, JobState>> {
  const { cron, currentUser, isSuperuser } = session.capabilities;
  if (cron === undefined || cronBlindness(session.capabilities) !== undefined) return { find: () => undefined };
  const [jobs, timeouts] = await Promise.all([describeJobs(session, null), readTimeouts(session, null)]);
  const world = {
    jobs,
    timeouts,
    powers: new Map<string, CronPowers>(),
  };
  return {
    find: (desired) => {
      const state = stateOf(session, world, desired);
      // Whether absence is what is declared depends on what the job's role may do, which is not asked here.
      const isKnown = isSuperuser || (desired.user ?? currentUser) === currentUser;
      return isKnown || state.job !== undefined ? { actual: state } : undefined;
    },
  };
}

/** What the states of jobs are made from. */
interface World {
  readonly jobs: readonly ActualJob[];
  readonly timeouts: readonly RoleTimeout[];
  readonly powers: ReadonlyMap<string, CronPowers>;
  readonly owed?: ReadonlyMap<string, number>;
}

interface RoleTimeout {
  readonly user: string;
  readonly database: string;
  readonly statementTimeout: string;
}

async function readWorld(session: Session, desired: readonly DesiredJob[]): Promise<World> {
  const { cron, currentUser, isSuperuser } = session.capabilities;
  const users = usersOf(desired, session.capabilities);
  const others = isSuperuser ? [] : users.filter((user) => user !== currentUser);
  const [jobs, timeouts, powers] = await Promise.all([
    describeJobs(session, null),
    readTimeouts(session, users),
    others.length === 0 ? [] : readPowers(session, others),
  ]);
  for (const user of cron?.seesAllJobs === true ? [] : others) {
    const names = desired.filter((job) => job.user === user).map(({ name }) => name);
    jobs.push(...(await jobsOfRole(session, user, names)));
  }
  return {
    jobs: unique(jobs),
    timeouts,
    powers: new Map(powers.map((row) => [row.user, row])),
  };
}

async function readPowers(session: Session, users: readonly string[]): Promise<(CronPowers & { user: string })[]> {
  return (await ask<CronPowers & { user: string }>(session.cron, "describe/cron_powers", [users])).rows;
}

async function readTimeouts(session: Session, users: readonly string[] | null): Promise<RoleTimeout[]> {
  return (await ask<RoleTimeout>(session.cron, "describe/role_timeouts", [users, null])).rows;
}

function stateOf(
  { capabilities }: Session,
  { jobs, timeouts, powers: of, owed }: World,
  desired: DesiredJob,
): JobState {
  const declared = resolveJob(desired, capabilities);
  const powers = powersOf(declared.user, capabilities, of);
  const job = jobs.find((candidate) => isSameEntry(candidate, declared));
  return {
    job,
    jobs,
    powers,
    owedRuns: owed?.get(job?.jobId ?? "") ?? 0,
    statementTimeout: timeouts.find(({ user, database }) => user === declared.user && database === declared.database)
      ?.statementTimeout,
    restsByAbsence: job === undefined && !declared.isActive && !canBeInactive(powers),
  };
}

function unique(jobs: readonly ActualJob[]): ActualJob[] {
  return [...new Map(jobs.map((job) => [job.jobId, job])).values()];
}
