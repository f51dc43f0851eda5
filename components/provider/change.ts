import type { Kind } from "../kind.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { problemReport } from "../postgres/errors.ts";
import { differenceLines } from "../postgres/plan.ts";
import type { Plan } from "../postgres/plan.ts";

/** What a look at one object found. */
export interface Sight<Actual> {
  readonly actual: Actual | undefined;
  readonly capabilities: Capabilities;
}

/** A declaration on its way into the world: what is wanted, and what was applied before. */
export interface Transition<Desired> {
  readonly desired: Desired | "absent";
  readonly previous: Desired | undefined;
  /** Whether what exists and differs may be changed at its creation. */
  readonly adopt: boolean;
}

/** What a deploy does about one object. */
export interface Change<Actual> extends Sight<Actual> {
  readonly plan: Plan;
  /** Why the deploy stops before it does anything. */
  readonly refusal: Error | undefined;
}

/** Describes and plans: the same for the deploy and for those who only want to know what it would do. */
export async function planChange<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  see: (desired: Desired) => Promise<Sight<Actual>>,
  { desired, previous, adopt }: Transition<Desired>,
): Promise<Change<Actual>> {
  if (desired === "absent") {
    if (previous === undefined) throw new Error("nothing is declared, before and after");
    const { actual, capabilities } = await see(previous);
    const plan = isAbsent(kind, actual) ? NOTHING : kind.plan({ desired, previous, actual, capabilities });
    return { actual, capabilities, plan, refusal: undefined };
  }
  const { actual, capabilities } = await locate(kind, see, desired, previous);
  const plan = kind.plan({ desired, previous, actual, capabilities });
  const differs = previous === undefined && plan.differences.length > 0;
  return { actual, capabilities, plan, refusal: differs && !adopt ? takeoverRefusal(kind, desired, plan) : undefined };
}

/** True for an object that is not there, also where a kind describes what is around it. */
export function isAbsent<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  actual: Actual | undefined,
): actual is undefined {
  return actual === undefined || kind.isAbsent?.(actual) === true;
}

const NOTHING: Plan = { steps: [], differences: [] };

// A rename that was applied and not recorded leaves nothing under the old name.
async function locate<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  see: (desired: Desired) => Promise<Sight<Actual>>,
  desired: Desired,
  previous: Desired | undefined,
): Promise<Sight<Actual>> {
  if (previous !== undefined && kind.id(previous) !== kind.id(desired)) {
    const old = await see(kind.located(desired, previous));
    if (!isAbsent(kind, old.actual)) return old;
  }
  return see(desired);
}

function takeoverRefusal<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired,
  plan: Plan,
): Error {
  return problemReport(
    `${kind.noun} ${kind.id(desired)} exists and differs from the declaration; declare what it is, or set adopt: true ` +
      "to change it",
    differenceLines(plan.differences),
  );
}
