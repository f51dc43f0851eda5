import type { EarlierSteps } from "./kind.ts";
import { BYPASS } from "./ownerRole/plan.ts";

/** Steps of the same run that plans after them have to know of, while what they do is still to be done. */
export type NotedSteps = Set<string>;

/** Remembers of a plan what later ones have to know. */
export function noteSteps(noted: NotedSteps, { steps }: { steps: readonly NotableStep[] }): void {
  for (const { action, target, reason } of steps)
    if (action === HALT || reason === BYPASS) noted.add(`${action} ${target}`);
}

const HALT = "deactivate job";

interface NotableStep {
  readonly action: string;
  readonly target: string;
  readonly reason: string;
}

/** A job as the steps before will leave it: what makes it active again is part of the plan, though it is active now. */
export function asLeft<Actual>(actual: Actual, noted: EarlierSteps): Actual {
  const { job } = (actual ?? {}) as { job?: { name?: unknown; isActive?: unknown } };
  if (typeof job?.name !== "string" || !noted.has(`${HALT} ${job.name}`)) return actual;
  return { ...actual, job: { ...job, isActive: false } };
}

/** Whether a role that row security hides rows from now will see them when the view is made. */
export function willBypass(noted: EarlierSteps, role: string): boolean {
  return noted.has(`alter role ${role}`);
}
