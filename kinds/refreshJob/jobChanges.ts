import type { Capabilities } from "../../postgres/capabilities.ts";
import type { Difference } from "../../postgres/plan.ts";
import type { DesiredJob, ResolvedJob } from "./desired.ts";
import type { ActualJob, CronPowers, JobState } from "./jobState.ts";
import { strayed } from "./way.ts";

/** Everything that the plan of one job is made from. */
export interface JobContext {
  readonly job: ResolvedJob;
  readonly state: JobState;
  /** Of the role that will own the job. */
  readonly powers: CronPowers;
  readonly capabilities: Capabilities;
}

/** A declared job with nothing left open. */
export function resolveJob(desired: DesiredJob, capabilities: Capabilities): ResolvedJob {
  return {
    name: desired.name,
    schedule: desired.schedule,
    command: desired.command,
    database: desired.database ?? capabilities.database,
    user: desired.user ?? capabilities.currentUser,
    isActive: desired.active,
  };
}

/** What of a job differs from the declaration; its name and user are what it was found by. */
export function changesOf(job: ResolvedJob, actual: ActualJob): Difference[] {
  const changed = (["schedule", "command", "database", "isActive"] as const)
    .filter((property) => job[property] !== actual[property])
    .map((property) => ({
      property: property === "isActive" ? "active" : property,
      declared: String(job[property]),
      actual: String(actual[property]),
    }));
  return [...changed, ...strayed(actual)];
}
