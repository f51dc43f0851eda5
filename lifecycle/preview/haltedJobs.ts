import type { Plan } from "../../postgres/plan.ts";

/** Names of the jobs that steps before have made inactive, while the plan of the job itself is still to be made. */
export type HaltedJobs = Set<string>;

/** Remembers which jobs a view's plan makes inactive until the view has data. */
export function noteHalted(
  halted: HaltedJobs,
  { steps }: Pick<Plan, "steps"> | { steps: readonly HaltingStep[] },
): void {
  for (const { action, target } of steps) if (action === "deactivate job") halted.add(target);
}

interface HaltingStep {
  readonly action: string;
  readonly target: string;
}

/** A job as the steps before will leave it: what makes it active again is part of the plan, though it is active now. */
export function asLeft<Actual>(actual: Actual, halted: HaltedJobs): Actual {
  const { job } = (actual ?? {}) as { job?: { name?: unknown; isActive?: unknown } };
  if (typeof job?.name !== "string" || !halted.has(job.name)) return actual;
  return { ...actual, job: { ...job, isActive: false } };
}
