import { newClaim } from "../kinds/claim.ts";
import type { Claim } from "../kinds/claim.ts";
import type { Kind } from "../kinds/kind.ts";
import { NOTHING_SAID } from "../kinds/once.ts";
import type { Once } from "../kinds/once.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import { CONVERGED, differenceLines } from "../postgres/plan.ts";
import type { Plan } from "../postgres/plan.ts";
import { withAnswered } from "./driftAnswers.ts";
import type { DriftAnswers } from "./driftAnswers.ts";
import {
  doubleRefusal,
  fenced,
  foreignRefusal,
  lostRefusal,
  tenureAtCreate,
  tenureAtDelete,
  tenureLater,
} from "./ownership.ts";
import type { Deployer, Tenure } from "./ownership.ts";
import { diffLines } from "./preview/definitionLines.ts";

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
  /** What a person says of this deploy alone. */
  readonly once?: Once;
  /** Properties of which no message may quote the value. */
  readonly secrets?: readonly string[] | undefined;
  /** Who deploys; a preview knows it too. */
  readonly deployer: Deployer;
  /** Whether the plan says on the object who manages it from now on: in a deploy. */
  readonly claims?: boolean;
}

/** What a deploy does about one object. */
export interface Change<Desired, Actual> extends Sight<Actual> {
  /** What the object is to be like after the plan; what drifted and is let alone stays as it is. */
  readonly wanted: Desired | "absent";
  readonly plan: Plan;
  /** Why the deploy stops before it does anything. */
  readonly refusal: Error | undefined;
  readonly tenure: Tenure;
  readonly claim: Claim | undefined;
}

/** Describes and plans: the same for the deploy and for those who only want to know what it would do. */
export async function planChange<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  seeAll: (desired: Desired) => Promise<Sight<Actual>>,
  transition: Transition<Desired>,
): Promise<Change<Desired, Actual>> {
  const see = async (desired: Desired): Promise<Sight<Actual>> => {
    const { actual, ...sight } = await seeAll(desired);
    return { ...sight, actual: ownOf(kind, actual, transition.deployer.token) };
  };
  const { recorded, onDrift = {}, once = NOTHING_SAID } = transition;
  const previous = transition.previous && recalled(kind, transition.previous, recorded);
  if (transition.desired === "absent") return planRemoval(kind, see, previous, transition.deployer);
  const declared = recalled(kind, transition.desired, recorded);
  const desired = kind.once?.(declared, once, previous) ?? declared;
  const { at, superseded, ...found } = await locate(kind, see, desired, previous);
  const wanted = wantedOf(kind, desired, previous, found, onDrift);
  // The description depends on what it is compared with.
  const { actual, capabilities } = wanted === desired ? found : await locate(kind, see, wanted, previous);
  const holder = holderOf(kind, actual);
  const tenure = tenureOf(kind, holder, transition);
  const claim = claimOf(kind, holder, tenure, transition);
  const { adopt } = transition;
  const plan = kind.plan({ desired: wanted, previous, actual, superseded, capabilities, claim, adopt });
  const refusal = await refusalOf(kind, wanted, tenure, { ...transition, previous }, plan, { actual, capabilities });
  const allowed = [holder, claim, holderOf(kind, superseded)].map((one) => one?.token);
  return {
    actual,
    capabilities,
    plan: fenced(kind, plan, [at, desired, ...standIn(kind, desired, actual)], allowed, capabilities),
    wanted,
    refusal,
    tenure,
    claim,
  };
}

/** The declaration under the name that what is there bears, which may be none of the declared ones. */
function standIn<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired,
  actual: Actual | undefined,
): Desired[] {
  const relation = actual === undefined ? undefined : kind.relationOf?.(actual);
  return relation === undefined
    ? []
    : [kind.located(desired, { ...desired, schema: relation.schema, name: relation.name })];
}

async function planRemoval<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  see: (desired: Desired) => Promise<Sight<Actual>>,
  previous: Desired | undefined,
  deployer: Deployer,
): Promise<Change<Desired, Actual>> {
  if (previous === undefined) throw new Error("nothing is declared, before and after");
  const { actual, capabilities } = await see(previous);
  const holder = holderOf(kind, actual);
  const along = actual === undefined ? [] : (kind.ownership?.claimsAlong?.(actual) ?? []);
  const found = tenureAtDelete(holder, along, deployer);
  const heir = found.is === "lost" ? undefined : deployer.heir?.(holder);
  const tenure: Tenure = heir === undefined ? found : { is: "left", heir };
  const planFor = (): Plan => {
    if (tenure.is === "lost" || tenure.is === "replaced") return CONVERGED;
    if (tenure.is === "left") return planUnclaim(kind, previous, { actual, capabilities });
    return kind.plan({ desired: "absent", previous, actual, capabilities, stack: holder ?? deployer.stack });
  };
  const safe = fenced(kind, planFor(), [previous], [holder?.token], capabilities);
  const refusal = doubtOf(kind, previous, { actual, capabilities });
  return { actual, capabilities, plan: safe, wanted: "absent", refusal, tenure, claim: undefined };
}

function holderOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  actual: Actual | undefined,
): Claim | undefined {
  return actual === undefined ? undefined : kind.ownership?.claimOf(actual);
}

function tenureOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  holder: Claim | undefined,
  { previous, deployer, adopt }: Transition<Desired>,
): Tenure {
  if (kind.ownership === undefined) return { is: "free" };
  return previous === undefined ? tenureAtCreate(holder, deployer, adopt) : tenureLater(holder, deployer);
}

// A create fences out whoever managed the object before; later the claim stays what it is.
function claimOf<Desired extends object, Actual>(
  { ownership }: Kind<Desired, Actual>,
  holder: Claim | undefined,
  tenure: Tenure,
  { previous, deployer: { entry, token }, claims = false }: Transition<Desired>,
): Claim | undefined {
  if (!claims || ownership === undefined || entry === undefined) return undefined;
  if (previous !== undefined && tenure.is === "own") return holder;
  return newClaim(entry, previous === undefined ? undefined : token);
}

async function refusalOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  wanted: Desired,
  tenure: Tenure,
  { previous, adopt, deployer, secrets, claims = false }: Transition<Desired>,
  plan: Plan,
  sight: Sight<Actual>,
): Promise<Error | undefined> {
  const subject = `${kind.noun} ${kind.id(wanted)}`;
  if (tenure.is === "refused") return foreignRefusal(subject, tenure.holder);
  if (tenure.is === "lost") return lostRefusal(subject, tenure.holder);
  const twin = tenure.is === "taken over" ? deployer.declaredBy?.(tenure.from) : undefined;
  if (twin !== undefined) return userError(doubleRefusal(subject, twin, deployer.urn ?? ""));
  // Also where the object is absent: what there is under another name may differ, and is not taken over unasked.
  const isNobodys = previous === undefined && tenure.is === "free";
  const differs = isNobodys && plan.differences.length > 0;
  if (differs && !adopt)
    return takeoverRefusal(subject, await takeoverLines(kind, plan, sight.actual, { secrets, claims }));
  return previous && doubtOf(kind, wanted, sight);
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

/** What was described, without what is another entry's. */
export function ownOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  actual: Actual | undefined,
  token: string | undefined,
): Actual | undefined {
  return actual === undefined || kind.ownOf === undefined ? actual : kind.ownOf(actual, token);
}

/** True for an object that is not there, also where a kind describes what is around it. */
export function isAbsent<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  actual: Actual | undefined,
): actual is undefined {
  return actual === undefined || kind.isAbsent?.(actual) === true;
}

// Nobody's for now: the heir's own token comes back with its next update. Nothing else of the object is changed.
function planUnclaim<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  previous: Desired,
  { actual, capabilities }: Sight<Actual>,
): Plan {
  if (isAbsent(kind, actual) || actual === undefined) return CONVERGED;
  const desired = kind.observed(previous, actual, capabilities) as Desired;
  const { steps } = kind.plan({ desired, previous: desired, actual, capabilities, claim: null });
  return { steps: steps.filter(({ action }) => action === "claim"), differences: [] };
}

// A rename that was applied and not recorded leaves nothing under the old name.
async function locate<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  see: (desired: Desired) => Promise<Sight<Actual>>,
  desired: Desired,
  previous: Desired | undefined,
): Promise<Sight<Actual> & { readonly at: Desired; readonly superseded?: Actual }> {
  if (previous !== undefined && kind.id(previous) !== kind.id(desired)) {
    const at = kind.located(desired, previous);
    const old = await see(at);
    if (old.actual !== undefined && !isAbsent(kind, old.actual) && kind.standsIn?.(old.actual) !== true) {
      const now = kind.isSuperseded === undefined ? undefined : await see(desired);
      const isThere = now?.actual !== undefined && kind.isSuperseded?.(desired, old.actual, now.actual) === true;
      return isThere ? { ...now, at, superseded: old.actual } : { ...old, at };
    }
  }
  return { ...(await see(desired)), at: desired };
}

function takeoverRefusal(subject: string, lines: readonly string[]): Error {
  return problemReport(
    `${subject} exists and differs from the declaration; declare what it is, or set adopt: true to change it`,
    lines,
  );
}

async function takeoverLines<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  { differences }: Plan,
  actual: Actual | undefined,
  { secrets = [], claims }: Pick<Transition<Desired>, "secrets"> & { readonly claims: boolean },
): Promise<string[]> {
  const change = actual === undefined ? undefined : await kind.definitionChange?.(actual);
  return differences.flatMap((difference) => {
    if (difference.property !== "definition") return differenceLines([difference]);
    // The server prints it in words that are not the secret's own, which are all that is hidden.
    if (secrets.includes("definition")) return ["definition is a secret, and another one than found"];
    if (change === undefined || change.diff === "") return differenceLines([difference]);
    if (!claims) return ["definition differs, as is shown below"];
    return [["definition (- found, + declared):", ...diffLines(change)].join("\n")];
  });
}
