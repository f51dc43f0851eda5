import type { Capabilities } from "../../postgres/capabilities.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Plan, Step } from "../../postgres/plan.ts";
import { isSameClaim, wantedClaim } from "../claim.ts";
import type { Claim } from "../claim.ts";
import { refusalsOf } from "../conditions.ts";
import type { Situation } from "../kind.ts";
import { refreshTarget, saysTheSame } from "./command.ts";
import type { DesiredJob, ResolvedJob } from "./desired.ts";
import { changesOf, resolveJob } from "./jobChanges.ts";
import type { JobContext } from "./jobChanges.ts";
import { canBeInactive, isSameEntry, jobTitle, powersOf } from "./jobState.ts";
import type { ActualJob, CronPowers, JobState } from "./jobState.ts";
import {
  alterSql,
  hostNote,
  otherDatabase,
  remadeSql,
  restateSql,
  scheduleSql,
  unscheduleSql,
  waitForRun,
} from "./statements.ts";
import { planTakeover } from "./takeover.ts";
import { planTimeout } from "./timeout.ts";
import { strayed } from "./way.ts";

/** From the declared job and what is there of it to the statements between them. */
export function planJob({
  desired,
  previous,
  actual: state,
  capabilities,
  claim,
}: Situation<DesiredJob, JobState>): Plan {
  if (state === undefined) return CONVERGED;
  const timeout = planTimeout(desired, previous, state, capabilities);
  const entry =
    desired === "absent"
      ? planRemoval(previous, state, capabilities)
      : planEntry(contextOf(desired, state, capabilities, claim), previous);
  return {
    // A role's timeout holds from its next session on: set before the job runs, taken back after it.
    steps:
      desired === "absent"
        ? [...entry.steps, ...timeout.steps]
        : [...timeout.steps, ...entry.steps.map((one) => withWaits(one, desired, state))],
    differences: [...entry.differences, ...timeout.differences],
    ...refused([
      ...(entry.refusals ?? []),
      ...standstill(desired, state, entry, capabilities),
      ...outOfReach(desired, state, entry, capabilities),
    ]),
  };
}

// A job that refreshes plainly from now on: what that costs is told once, when it begins.
function withWaits(one: Step, { command }: DesiredJob, { job }: JobState): Step {
  const isPlain = refreshTarget(command)?.concurrently === false;
  const wasPlain = job !== undefined && refreshTarget(job.command)?.concurrently === false;
  if (!isPlain || wasPlain) return one;
  return { ...one, hazards: [...one.hazards, "plain-refreshes"] };
}

function refused(refusals: readonly string[]): Pick<Plan, "refusals"> {
  return refusals.length === 0 ? {} : { refusals };
}

/** A job that is to be made in another database than pg_cron's by a role that may not name it. */
function outOfReach(
  desired: DesiredJob | "absent",
  state: JobState,
  { steps }: Plan,
  capabilities: Capabilities,
): string[] {
  if (desired === "absent" || !steps.some(({ action }) => MAKES.has(action))) return [];
  const { job, powers } = contextOf(desired, state, capabilities, undefined);
  const isThere = job.database === capabilities.cronDatabase || powers.mayScheduleInDatabase;
  return isThere ? [] : [otherDatabase(job, capabilities)];
}

const MAKES = new Set(["schedule job", "replace job", "rename job"]);

/** What makes any change of jobs pointless here. */
function standstill(
  desired: DesiredJob | "absent",
  state: JobState,
  { steps }: Plan,
  capabilities: Capabilities,
): string[] {
  if (steps.length === 0) return [];
  // The one that this plan moves or removes is being mended.
  const orphan = state.jobs.find(
    (job) => desired !== "absent" && job.isOrphaned === true && job.name === desired.name && job !== state.job,
  );
  return orphan === undefined ? [] : refusalsOf({ capabilities, orphans: [orphan] }, ["job-without-role"]);
}

/** The step that makes a job inactive while its view cannot be refreshed; none where this role may not do it. */
export function deactivateStep(job: ActualJob, capabilities: Capabilities, reason: string): Step | undefined {
  const { cron, isSuperuser } = capabilities;
  const mayAlter = isSuperuser ? cron?.mayAlterJob : job.mayBeAltered;
  if (!job.isActive || mayAlter !== true) return undefined;
  return step("deactivate job", job.name, reason, alterSql(job, { ...job, isActive: false }, capabilities), {
    on: "cron",
    hazards: ["refreshes-stop"],
  });
}

function contextOf(
  desired: DesiredJob,
  state: JobState,
  capabilities: Capabilities,
  claim: Claim | null | undefined,
): JobContext {
  const job = { ...resolveJob(desired, capabilities), claim: claimOf(desired, wantedClaim(claim, state.job?.claim)) };
  // The state speaks for the role that the job belongs to now; for another one only what the connection may do is known.
  const known = state.job === undefined || state.job.user === job.user;
  const powers = known ? state.powers : powersOf(job.user, capabilities, new Map());
  return { job, state, powers, capabilities };
}

// Whoever removes the job with its view takes back what was set for it.
function claimOf({ statementTimeoutMs }: DesiredJob, claim: Claim | undefined): Claim | undefined {
  if (claim === undefined) return undefined;
  const { setsTimeout, ...rest } = claim;
  void setsTimeout;
  return statementTimeoutMs === undefined ? rest : { ...rest, setsTimeout: true };
}

function planEntry(context: JobContext, previous: DesiredJob | undefined): Plan {
  const { job, state, powers, capabilities } = context;
  const { job: actual } = state;
  if (actual === undefined) {
    if (!job.isActive && !canBeInactive(powers)) return CONVERGED;
    const takeover = previous === undefined ? planTakeover(context) : undefined;
    return (
      takeover ?? one(step("schedule job", job.name, "is not there", scheduleSql(job, powers, capabilities), ON_CRON))
    );
  }
  if (!isSameEntry(job, actual)) return move(context, actual);
  if (previous === undefined && actual.database !== job.database) return refuseOtherDatabase(job, actual);
  return change(context, actual);
}

function change({ job, state, powers, capabilities }: JobContext, actual: ActualJob): Plan {
  const changes = changesOf(job, actual);
  if (changes.length === 0)
    return isSameClaim(job.claim, actual.claim) ? CONVERGED : claimed(job, powers, actual, capabilities);
  const differences = changes.filter(
    ({ property }) => property !== "command" || !saysTheSame(actual.command, job.command),
  );
  const reason = changes
    .map(({ property, declared, actual: found }) => `${property} is ${found}, declared ${declared}`)
    .join("; ");
  if (!job.isActive && actual.isActive && !canBeInactive(powers)) {
    const why = `${reason}; role ${job.user} may not call cron.alter_job, so that inactive means absent`;
    return { ...one(step("unschedule job", job.name, why, unscheduleSql(actual, capabilities), STOPS)), differences };
  }
  const isPaused = changes.every(({ property }) => property === "active");
  // An edit leaves the queue of a job as it is, and what is owed would fire at once with the new text.
  const owes = state.owedRuns > 0 && !isPaused;
  // No function of pg_cron changes where a job connects.
  const isAway = strayed(actual).length > 0;
  if (powers.mayAlterJob && !owes && !isAway) {
    return { ...one(step("alter job", job.name, reason, alterSql(actual, job, capabilities), ON_CRON)), differences };
  }
  const why = owes
    ? `${reason}; ${state.owedRuns} owed ${state.owedRuns === 1 ? "run is" : "runs are"} dropped`
    : reason;
  return { ...one(replaceStep(`${why}${hostNote(actual)}`, { job, powers, capabilities }, actual)), differences };
}

function claimed(job: ResolvedJob, powers: CronPowers, actual: ActualJob, capabilities: Capabilities): Plan {
  const sql = powers.mayAlterJob
    ? alterSql(actual, job, capabilities)
    : job.database === capabilities.cronDatabase
      ? restateSql(job, capabilities)
      : remadeSql(actual, job, powers, capabilities);
  return one(step("claim", job.name, "is managed by this entry from now on", sql, ON_CRON));
}

function planRemoval(previous: DesiredJob | undefined, { job: actual }: JobState, capabilities: Capabilities): Plan {
  if (actual === undefined) return CONVERGED;
  const remove = step("unschedule job", actual.name, "no longer declared", unscheduleSql(actual, capabilities), {
    ...STOPS,
    wait: waitForRun(actual),
  });
  const declared = previous === undefined ? actual.database : resolveJob(previous, capabilities).database;
  if (actual.database === declared) return one(remove);
  const refusal =
    `${jobTitle(actual)} is not the declared one, which ran in database ${declared}: unschedule it by hand if nobody needs it, ` +
    "or run pulumi refresh to accept where it runs now";
  return { ...one(remove), refusals: [refusal] };
}

// A job cannot be renamed and its user cannot be changed: out and in again, in one transaction so that no run is lost or doubled.
function move({ job, state, powers, capabilities }: JobContext, actual: ActualJob): Plan {
  const reason =
    actual.name !== job.name
      ? `name is ${actual.name}, declared ${job.name}`
      : `user is ${actual.user}, declared ${job.user}`;
  const plan = one(replaceStep(`${reason}${hostNote(actual)}`, { job, powers, capabilities }, actual));
  const taken = state.jobs.find((other) => isSameEntry(other, job));
  if (taken === undefined) return plan;
  const refusal = `${jobTitle(taken)} has that name already, and pg_cron would overwrite it: choose another name, or unschedule it first`;
  return { ...plan, refusals: [refusal] };
}

function refuseOtherDatabase(job: ResolvedJob, actual: ActualJob): Plan {
  const refusal =
    `${jobTitle(actual)} has the declared name and user, which for pg_cron is one job; the declared one runs in database ` +
    `${job.database}: choose another name, such as ${job.name}-${job.database}, or unschedule it there first`;
  return {
    ...one(step("alter job", job.name, `runs in database ${actual.database}`, [], ON_CRON)),
    refusals: [refusal],
  };
}

function replaceStep(
  reason: string,
  { job, powers, capabilities }: Omit<JobContext, "state">,
  actual: ActualJob,
): Step {
  return step("replace job", job.name, reason, remadeSql(actual, job, powers, capabilities), ON_CRON);
}

const ON_CRON = { on: "cron" } as const;
const STOPS = { on: "cron", hazards: ["refreshes-stop"] } as const;

function one(only: Step): Plan {
  return { steps: [only], differences: [] };
}
