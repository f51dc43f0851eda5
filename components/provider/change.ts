import type { Kind } from "../kind.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import { differenceLines } from "../postgres/plan.ts";
import type { Plan } from "../postgres/plan.ts";
import { withAnswered } from "./driftAnswers.ts";
import type { DriftAnswers } from "./driftAnswers.ts";

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
  /** What the state keeps beside the inputs. */
  readonly recorded?: unknown;
  /** What is done about properties that drifted. */
  readonly onDrift?: DriftAnswers | undefined;
}

/** What a deploy does about one object. */
export interface Change<Desired, Actual> extends Sight<Actual> {
  /** What the object is to be like after the plan; what drifted and is let alone stays as it is. */
  readonly wanted: Desired | "absent";
  readonly plan: Plan;
  /** Why the deploy stops before it does anything. */
  readonly refusal: Error | undefined;
}

/** Describes and plans: the same for the deploy and for those who only want to know what it would do. */
export async function planChange<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  see: (desired: Desired) => Promise<Sight<Actual>>,
  { recorded, adopt, onDrift = {}, ...declared }: Transition<Desired>,
): Promise<Change<Desired, Actual>> {
  const previous = declared.previous && recalled(kind, declared.previous, recorded);
  const desired = declared.desired === "absent" ? declared.desired : recalled(kind, declared.desired, recorded);
  if (desired === "absent") {
    if (previous === undefined) throw new Error("nothing is declared, before and after");
    const { actual, capabilities } = await see(previous);
    const plan = isAbsent(kind, actual) ? NOTHING : kind.plan({ desired, previous, actual, capabilities });
    return { actual, capabilities, plan, wanted: desired, refusal: doubtOf(kind, previous, { actual, capabilities }) };
  }
  const found = await locate(kind, see, desired, previous);
  const wanted = wantedOf(kind, desired, previous, found, onDrift);
  // The description depends on what it is compared with.
  const { actual, capabilities } = wanted === desired ? found : await locate(kind, see, wanted, previous);
  const plan = kind.plan({ desired: wanted, previous, actual, capabilities });
  // Also where the object is absent: what there is under another name may differ, and is not taken over unasked.
  const differs = previous === undefined && plan.differences.length > 0;
  const refusal =
    differs && !adopt
      ? takeoverRefusal(kind, desired, plan)
      : previous && doubtOf(kind, wanted, { actual, capabilities });
  return { actual, capabilities, plan, wanted, refusal };
}

/** A declaration with what the state says of its deploy. */
export function recalled<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired,
  recorded: unknown,
): Desired {
  return kind.recall?.(desired, recorded) ?? desired;
}

/** An error for what was deployed, is not found, and need not be gone. */
export function doubtOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired,
  { actual, capabilities }: Sight<Actual>,
): Error | undefined {
  const doubt = isAbsent(kind, actual) ? kind.doubt?.(desired, actual, capabilities) : undefined;
  return doubt === undefined ? undefined : userError(`${kind.noun} ${kind.id(desired)}: ${doubt}`);
}

function wantedOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired,
  previous: Desired | undefined,
  { actual, capabilities }: Sight<Actual>,
  onDrift: DriftAnswers,
): Desired {
  if (previous === undefined || Object.keys(onDrift).length === 0 || isAbsent(kind, actual)) return desired;
  return withAnswered(onDrift, desired, previous, kind.observed(desired, actual, capabilities));
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
