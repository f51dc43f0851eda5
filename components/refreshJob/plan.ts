import type { Capabilities } from "../postgres/capabilities.ts";
import { userError } from "../postgres/errors.ts";
import { CONVERGED, step } from "../postgres/plan.ts";
import type { Difference, Plan, Step } from "../postgres/plan.ts";
import type { Situation } from "../kind.ts";
import { saysTheSame } from "./command.ts";
import type { DesiredJob, ResolvedJob } from "./desired.ts";
import type { ActualJob } from "./describe.ts";
import { alterSql, scheduleSql, unscheduleSql, waitForRun } from "./statements.ts";

/** From the declared job and the one that is there to the statements between them. */
export function planJob({ desired, previous, actual, capabilities }: Situation<DesiredJob, ActualJob>): Plan {
  if (desired === "absent") return actual === undefined ? CONVERGED : unschedule(actual, capabilities);
  const job = resolve(desired, capabilities);
  if (actual === undefined) return create(job, capabilities);
  if (actual.name !== job.name || actual.user !== job.user) return move(actual, job, capabilities, previous);
  const changes = changesOf(job, actual);
  if (changes.length === 0) return CONVERGED;
  const reason = changes.map(
    ({ property, declared, actual: found }) => `${property} is ${found}, declared ${declared}`,
  );
  const sql = capabilities.cron?.mayAlterJob
    ? [alterSql(actual, job, capabilities)].flat()
    : [...unscheduleSql(actual, capabilities), ...scheduleSql(job, capabilities)];
  const action = capabilities.cron?.mayAlterJob ? "alter job" : "replace job";
  return {
    steps: [step(action, job.name, reason.join("; "), sql, { on: "cron" })],
    differences: changes.filter(({ property }) => property !== "command" || !saysTheSame(actual.command, job.command)),
  };
}

/** The step that makes a job inactive while its view cannot be refreshed; none where this role may not do it. */
export function deactivateStep(job: ActualJob, capabilities: Capabilities, reason: string): Step | undefined {
  const { cron, isSuperuser, currentUser } = capabilities;
  if (!job.isActive || cron === undefined || !cron.mayAlterJob) return undefined;
  if (!isSuperuser && job.user !== currentUser) return undefined;
  return step("deactivate job", job.name, reason, alterSql(job, { ...job, isActive: false }, capabilities), {
    on: "cron",
    hazards: ["scheduled refreshes stop"],
  });
}

function resolve(desired: DesiredJob, capabilities: Capabilities): ResolvedJob {
  return {
    name: desired.name,
    schedule: desired.schedule,
    command: desired.command,
    database: desired.database ?? capabilities.database,
    user: desired.user ?? capabilities.currentUser,
    isActive: desired.active,
  };
}

function create(job: ResolvedJob, capabilities: Capabilities): Plan {
  if (!job.isActive && !canBeInactive(capabilities)) return CONVERGED;
  return {
    steps: [step("schedule job", job.name, "is not there", scheduleSql(job, capabilities), { on: "cron" })],
    differences: [],
  };
}

/** False where pg_cron offers no way to say "inactive": then an inactive job is one that is not there. */
export function canBeInactive({ cron }: Capabilities): boolean {
  return cron !== undefined && (cron.mayAlterJob || cron.mayScheduleInDatabase);
}

function unschedule(actual: ActualJob, capabilities: Capabilities): Plan {
  const remove = step("unschedule job", actual.name, "no longer declared", unscheduleSql(actual, capabilities), {
    on: "cron",
    hazards: ["scheduled refreshes stop"],
    wait: waitForRun(actual),
  });
  return { steps: [remove], differences: [] };
}

// A job cannot be renamed and its user cannot be changed: out and in again, in one transaction so that no run is lost or doubled.
function move(actual: ActualJob, job: ResolvedJob, capabilities: Capabilities, previous: DesiredJob | undefined): Plan {
  if (previous === undefined) throw userError(`job ${job.name}: found ${actual.name} of ${actual.user} under its name`);
  const reason =
    actual.name !== job.name
      ? `name is ${actual.name}, declared ${job.name}`
      : `user is ${actual.user}, declared ${job.user}`;
  const sql = [...unscheduleSql(actual, capabilities), ...scheduleSql(job, capabilities)];
  return { steps: [step("replace job", job.name, reason, sql, { on: "cron" })], differences: [] };
}

function changesOf(job: ResolvedJob, actual: ActualJob): Difference[] {
  return (["schedule", "command", "database", "isActive"] as const)
    .filter((property) => job[property] !== actual[property])
    .map((property) => ({
      property: property === "isActive" ? "active" : property,
      declared: String(job[property]),
      actual: String(actual[property]),
    }));
}
