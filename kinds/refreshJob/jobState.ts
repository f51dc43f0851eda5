import type { Capabilities } from "../../postgres/capabilities.ts";
import { splitCommand } from "../claim.ts";
import type { Claim } from "../claim.ts";
import type { DesiredJob, ResolvedJob } from "./desired.ts";

/** A job as cron.job has it. */
export interface ActualJob {
  readonly jobId: string;
  readonly name: string;
  readonly user: string;
  readonly database: string;
  readonly schedule: string;
  /** As it is declared; pg_cron has the claim behind it. */
  readonly command: string;
  readonly claim?: Claim | undefined;
  readonly isActive: boolean;
  /** Its role was renamed or dropped: pg_cron's launcher fails on it at the next change, and no job runs for anyone. */
  readonly isOrphaned?: boolean;
  /** The connected role may act as the job's, and that may call `alter_job`. */
  readonly mayBeAltered?: boolean;
  /** Where pg_cron connects, as it was when the job was made; "" or a folder for a socket. A background worker does not connect. */
  readonly host?: string;
  readonly port?: number;
  /** What a job gets that is made now; null where the connected role may not see it. */
  readonly serverHost?: string | null;
  readonly serverPort?: number;
  readonly usesWorkers?: boolean | null;
  /** Whether a host may be given to a job, by writing to pg_cron's table: its functions do not take one. */
  readonly mayKeepHost?: boolean;
}

/** What a role may do with its jobs beside scheduling and unscheduling them. */
export interface CronPowers {
  readonly hasUsage: boolean;
  readonly mayAlterJob: boolean;
  readonly mayScheduleInDatabase: boolean;
}

/** What is there of a declared job, and what decides how it can be changed. */
export interface JobState {
  /** The job of the declared name and user. */
  readonly job: ActualJob | undefined;
  /** Every job that can be seen, this one among them. */
  readonly jobs: readonly ActualJob[];
  /** Of the role whose job it is. */
  readonly powers: CronPowers;
  /** Runs that pg_cron owes because one that is going has lasted past their time; each fires as soon as that one ends. */
  readonly owedRuns: number;
  /** The role's statement timeout in the job's database, as it is set. */
  readonly statementTimeout: string | undefined;
  /** The declaration says inactive, the role has no way to say it, and so the job's absence is what is declared. */
  readonly restsByAbsence: boolean;
}

/** What the connected role may do with the jobs of a role: a superuser does all, others act as it with its own rights. */
export function powersOf(
  user: string,
  capabilities: Capabilities,
  others: ReadonlyMap<string, CronPowers>,
): CronPowers {
  const { cron, currentUser, isSuperuser } = capabilities;
  if (cron === undefined) return NO_POWERS;
  return isSuperuser || user === currentUser ? cron : (others.get(user) ?? NO_POWERS);
}

const NO_POWERS: CronPowers = { hasUsage: false, mayAlterJob: false, mayScheduleInDatabase: false };

/** False where pg_cron offers no way to say "inactive": then an inactive job is one that is not there. */
export function canBeInactive({ mayAlterJob, mayScheduleInDatabase }: CronPowers): boolean {
  return mayAlterJob || mayScheduleInDatabase;
}

/** How messages name a job that is not the declared one. */
export function jobTitle({ name, jobId, user, schedule, database }: ActualJob): string {
  return `job ${name} (number ${jobId}, ${schedule}, as ${user} in database ${database})`;
}

/** True when both are one entry for pg_cron, whose key is name and user. */
export function isSameEntry(a: Pick<ResolvedJob, "name" | "user">, b: Pick<ResolvedJob, "name" | "user">): boolean {
  return a.name === b.name && a.user === b.user;
}

/** The rows of cron.job with command and claim apart. */
export function withClaims(jobs: readonly ActualJob[]): ActualJob[] {
  return jobs.map((job) => {
    const { text, claim } = splitCommand(job.command);
    return { ...job, command: text, claim };
  });
}

/**
 * Why a job that is not found need not be gone, where neither declaration nor state say whose it is: it was deployed by another role, as
 * far as anybody here can know.
 */
export function doubtGone(
  { name, user }: DesiredJob,
  state: JobState | undefined,
  { cron, currentUser }: Capabilities,
): string | undefined {
  if (user !== undefined || state === undefined) return undefined;
  const others = state.jobs.filter((job) => job.name === name).map(jobTitle);
  if (cron?.seesAllJobs === true && others.length === 0) return undefined;
  const found =
    others.length > 0
      ? `there is ${others.join(" and ")}`
      : `the jobs of other roles are hidden from role ${currentUser}`;
  return (
    `it is not among the jobs of role ${currentUser}, and ${found}. The state is from before it was kept which role deployed the job, so ` +
    "whether it is gone cannot be told: run once as the role that deployed it, or declare that role (user of the job, owner of the view)"
  );
}
