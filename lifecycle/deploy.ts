import { fencingToken } from "../kinds/claim.ts";
import type { Kind } from "../kinds/kind.ts";
import { applyPlan } from "../postgres/applyPlan.ts";
import { ask } from "../postgres/asked.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import { differenceLines, planLines } from "../postgres/plan.ts";
import type { Plan } from "../postgres/plan.ts";
import { readOnlyProblem } from "../postgres/readOnly.ts";
import type { Session } from "../postgres/session.ts";
import { isAbsent, ownOf } from "./change.ts";
import type { Change } from "./change.ts";

export async function describeOne<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  desired: Desired,
): Promise<Actual | undefined> {
  return (await kind.describe(session, [desired]))[0];
}

/**
 * What is to be done, unless something stands in its way.
 * @throws with everything that keeps the declaration from being deployed.
 */
export async function permitted<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  { desired, previous }: { readonly desired: Desired; readonly previous?: Desired | undefined },
  plan: () => Promise<Change<Desired, Actual>>,
): Promise<Change<Desired, Actual>> {
  const obstacle = obstacleOf(kind, session, desired, previous);
  if (kind.preflightKeepsNoTransaction !== true && (await obstacle) !== undefined) throw await obstacle;
  const [problem, change] = await Promise.allSettled([obstacle, plan()]);
  if (problem.status === "rejected") throw problem.reason;
  if (problem.value !== undefined) throw problem.value;
  if (change.status === "rejected") throw change.reason;
  if (change.value.refusal !== undefined) throw change.value.refusal;
  return change.value;
}

async function obstacleOf<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  desired: Desired,
  previous: Desired | undefined,
): Promise<Error | undefined> {
  const readOnly = readOnlyProblem(session.capabilities);
  const problems = readOnly === undefined ? ((await kind.preflight?.(session, desired, previous)) ?? []) : [readOnly];
  if (problems.length === 0) return undefined;
  return problemReport(`${kind.noun} ${kind.id(desired)} cannot be deployed`, problems);
}

/**
 * Applies a plan, and plans again: what is not converged then is an error that names what remains. Returns what is kept in the state
 * beside the inputs.
 */
export async function deploy<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  {
    desired,
    previous,
    change: { plan, claim },
  }: { desired: Desired; previous: Desired | undefined } & {
    change: Pick<Change<Desired, Actual>, "plan" | "claim">;
  },
): Promise<{ recorded?: string; fencingToken?: string }> {
  const { capabilities } = session;
  await applyPlan(session, plan, kind.runners);
  // Answered with the description; who warns reads the answers.
  for (const { on, file, values } of (await kind.warningQuestions?.(desired)) ?? [])
    ask(session[on], file, values).catch(() => undefined);
  const actual = ownOf(kind, await describeOne(kind, session, desired), claim?.token);
  const rest = kind.plan({ desired, previous, actual, capabilities, claim });
  if (rest.steps.length > 0) {
    throw problemReport(`${kind.noun} ${kind.id(desired)} was applied and is still not as declared`, [
      ...planLines(rest),
      ...differenceLines(rest.differences),
    ]);
  }
  const token = claim === undefined ? {} : { fencingToken: fencingToken(claim) };
  return isAbsent(kind, actual) ? token : { ...token, ...record(kind, desired, actual, capabilities) };
}

/** What the state keeps of an object beside its inputs. */
export function record<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  desired: Desired,
  actual: Actual,
  capabilities: Capabilities,
): { recorded?: string } {
  const recorded = kind.record?.(desired, actual, capabilities);
  return recorded === undefined ? {} : { recorded };
}

/** Applies the plan of a delete. What rests by being absent is described afterwards, and there is nothing left to do about it. */
export async function remove<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  { previous, plan, subject }: { previous: Desired; plan: Plan; subject: string },
): Promise<void> {
  const { capabilities } = session;
  await applyPlan(session, plan, kind.runners);
  const actual = ownOf(kind, await describeOne(kind, session, previous), undefined);
  if (isAbsent(kind, actual)) return;
  const { steps } = kind.plan({ desired: "absent", previous, actual, capabilities });
  if (steps.length > 0) throw userError(`${subject} was dropped and is there again`);
}
