import { holderText, isSameStack } from "../../kinds/claim.ts";
import { wordsFor } from "../../kinds/consent.ts";
import { recreatedWith, willChangeView } from "../../kinds/earlierSteps.ts";
import type { EarlierSteps, Kind } from "../../kinds/kind.ts";
import { expectationText } from "../../kinds/materializedView/compare/expectedChange.ts";
import { measureView, sizeOfView, sizeQuestions } from "../../kinds/materializedView/cost/measures.ts";
import type { Measures } from "../../kinds/materializedView/cost/measures.ts";
import { expectedOf, NOTHING_SAID } from "../../kinds/once.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { isUserError, userError } from "../../postgres/errors.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { Difference, Plan } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { standbyProblem } from "../../postgres/standby.ts";
import { canonical } from "../canonical.ts";
import { isAbsent, planChange, recalled } from "../change.ts";
import type { Sight, Transition } from "../change.ts";
import type { Open } from "../look.ts";
import { aliasLine, lostNote } from "../ownership.ts";
import type { Tenure } from "../ownership.ts";
import type { PreviewedDefinition } from "./definitionLines.ts";
import { declaredOnly, fingerprint, idleFingerprint } from "./fingerprint.ts";
import { inTheWay } from "./inTheWay.ts";
import { obstaclesOf } from "./obstacles.ts";
import { previewStep } from "./previewStep.ts";
import type { PreviewedStep } from "./previewStep.ts";
import { standbyWarnings } from "./standbyWarnings.ts";
import { runsPerDay, subjectOf } from "./subject.ts";

/** What a deploy would do about one resource: the very plan that it would apply, with what each step costs. */
export interface ResourcePreview {
  /** "materialized view", "index", "refresh job". */
  readonly kind: string;
  readonly id: string;
  readonly operation: "create" | "update" | "delete" | "same";
  readonly steps: readonly PreviewedStep[];
  /** Why the deploy would stop before any of the steps. */
  readonly refusals: readonly string[];
  readonly differences: readonly Difference[];
  /** Of a view that is built anew: what differs, and whom that touches. */
  readonly definition: PreviewedDefinition | undefined;
  /** What does not stand in the way and should be known. */
  readonly warnings: readonly string[];
  /** From whom the object is taken over, or who has it now. */
  readonly handover: readonly string[];
  /** What goes when the object goes. */
  readonly drops:
    | {
        readonly rows: number | undefined;
        readonly bytes: number;
        readonly reads: number;
        readonly readsSince: Date | null;
      }
    | undefined;
  /** False where the object cannot be planned before what it stands on is there, such as pg_cron. */
  readonly isPlanned: boolean;
  /** Of a job, when it changes. */
  readonly runsPerDay: { readonly before: number; readonly after: number } | undefined;
  /** How long one refresh takes, where it was measured. */
  readonly refreshMs: number | undefined;
  readonly fingerprint: string;
}

/** A preview of which nothing is to be told. */
export const NOTHING = {
  ...{ steps: [], refusals: [], differences: [], warnings: [], handover: [] },
  ...{ definition: undefined, drops: undefined, isPlanned: true, runsPerDay: undefined, refreshMs: undefined },
} as const satisfies Partial<ResourcePreview>;

/** How the preview reads: an object through a survey where there is one, numbers through a session of its own. */
export interface Reader<Desired, Actual> {
  readonly see: (desired: Desired) => Promise<Sight<Actual>>;
  readonly open: Open;
  /** What steps of the same run will have done. */
  readonly before?: EarlierSteps;
}

/** Makes the plan of one resource and measures its steps. A resource whose declaration is the old one is not touched. */
export async function previewChange<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  { see, open, before: earlier = new Set() }: Reader<Desired, Actual>,
  transition: Transition<Desired>,
  isSame: boolean,
): Promise<ResourcePreview> {
  const { desired, previous } = transition;
  const subject = desired === "absent" ? previous : desired;
  if (subject === undefined) throw new Error("nothing is declared, before and after");
  const id = kind.id(subject);
  const whole = (plan: Plan, rest: Partial<ResourcePreview>): ResourcePreview => ({
    kind: kind.noun,
    id,
    operation: desired === "absent" ? "delete" : previous === undefined ? "create" : isSame ? "same" : "update",
    ...NOTHING,
    refusals: plan.refusals ?? [],
    differences: plan.differences,
    fingerprint: fingerprint(id, desired, plan),
    ...rest,
  });
  if (isSame) return whole(CONVERGED, {});
  const change = await planChange(kind, see, transition).catch((error: unknown) => refusedSight(error, open));
  if (change instanceof Error) return whole(CONVERGED, { refusals: [change.message] });
  const { plan, actual, capabilities, refusal, tenure } = change;
  if (capabilities.inRecovery) return whole(CONVERGED, { refusals: [standbyText(capabilities)] });
  const view = plan.steps.length === 0 ? undefined : subjectOf(subject);
  const look = await open(
    (session) => lookCloser(kind, session, { transition, plan, actual, view, earlier }),
    (known) => [
      ...(desired === "absent" ? [] : (kind.asks?.([desired], known) ?? [])),
      ...(view === undefined ? [] : sizeQuestions(view, known)),
    ],
  ).catch((error: unknown) => refusedSight(error, open));
  if (look instanceof Error) return whole(CONVERGED, { refusals: [look.message] });
  const { warnings, obstacles, priced } = look;
  const refusals = [...(plan.refusals ?? []), ...(refusal === undefined ? [] : [refusal.message]), ...obstacles];
  const names = previous === undefined ? [id] : [id, kind.id(previous)];
  const { allow, expect } = plan.steps.length === 0 ? NOTHING_SAID : (transition.once ?? NOTHING_SAID);
  const allowed = wordsFor(names, allow);
  const expected = expectedOf(names, expect);
  const isSecret = (transition.secrets ?? []).includes("definition");
  const base = desired === "absent" ? undefined : recreatedWith(earlier, id);
  const handover = [
    ...(base === undefined ? [] : [`recreated with ${base}, which this deploy changes before`]),
    ...(allowed.length === 0 ? [] : [`allowed in this deploy alone: ${allowed.join(", ")}`]),
    ...(expected === undefined
      ? []
      : [`expected in this deploy alone: ${expected === "any" ? "anything" : expectationText(expected)}`]),
    ...handoverLines(`${kind.noun} ${id}`, tenure, transition, plan),
    ...(isSecret && plan.differences.some(isOfDefinition) ? ["definition is a secret: what differs is not shown"] : []),
    ...(plan.later === undefined || refusals.length > 0 ? [] : [`planned at deploy: ${plan.later}`]),
  ];
  if (plan.steps.length === 0) {
    return whole(plan, { refusals, warnings, handover, isPlanned: desired === "absent" || !isAbsent(kind, actual) });
  }
  const { steps, measures } = priced;
  const isShown = actual !== undefined && desired !== "absent" && !isSecret;
  const differs = isShown ? await kind.definitionChange?.(actual) : undefined;
  const before = actual === undefined ? undefined : kind.observed(subject, actual, capabilities);
  return whole(plan, {
    steps,
    refusals,
    warnings,
    handover,
    definition: differs && { ...differs, reads: measures?.reads ?? 0, readsSince: measures?.readsSince ?? null },
    drops: desired === "absent" && kind.dropProblems !== undefined ? dropsOf(measures) : undefined,
    runsPerDay: changedRate(before, desired === "absent" ? undefined : desired),
    refreshMs: measures?.runs?.medianMs,
  });
}

function isOfDefinition({ property }: Difference): boolean {
  return property === "definition";
}

/**
 * What is there cannot be described, such as a table of that name, or anything on a standby: that stops a deploy, as a server out of reach
 * does not.
 */
async function refusedSight(error: unknown, open: Open): Promise<Error> {
  const { inRecovery, ...server } = await open(({ capabilities }) => Promise.resolve(capabilities));
  if (inRecovery) return userError(standbyText(server));
  if (!isUserError(error)) throw error;
  return error;
}

function standbyText({ identity, replaysFrom }: Pick<Capabilities, "identity" | "replaysFrom">): string {
  return standbyProblem({ ...identity, replaysFrom });
}

/** The delete of an object that another resource takes over earlier in the same run. */
export function forgotten(kind: string, id: string, heir: { readonly urn: string }): ResourcePreview {
  const name = heir.urn.split("::").slice(3).join("::");
  const handover = [`taken over by ${name}: nothing is run, nothing is dropped`];
  return { kind, id, operation: "delete", ...NOTHING, handover, fingerprint: idleFingerprint(id) };
}

/** What only a look of its own tells: what stands in the way, what should be known, and what the steps cost. */
async function lookCloser<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  {
    transition: { desired, previous, recorded },
    plan,
    actual,
    view,
    earlier,
  }: {
    readonly transition: Transition<Desired>;
    readonly plan: Plan;
    readonly actual: Actual | undefined;
    readonly view: QualifiedName | undefined;
    readonly earlier: EarlierSteps;
  },
): Promise<{
  readonly obstacles: readonly string[];
  readonly warnings: readonly string[];
  readonly priced: { readonly steps: readonly PreviewedStep[]; readonly measures: Measures | undefined };
}> {
  // A plan that is refused says why itself.
  const isRefused = (plan.refusals ?? []).length > 0;
  const size = view === undefined ? undefined : sizeOfView(session, view);
  // The obstacles first: they are asked in a transaction, in one flight, and no transaction of the warnings may be open then.
  const relation = (actual && kind.relationOf?.(actual)) ?? view;
  // Who is in the way of a view is told with the step that changes it.
  const isMet = relation !== undefined && !(view !== undefined && willChangeView(earlier, view));
  const [obstacles, warnings, held] = await Promise.all([
    isRefused
      ? { refusals: [], warnings: [] }
      : obstaclesOf(kind, session, { desired, previous, actual, plan, earlier }),
    desired === "absent"
      ? []
      : (kind.warnings?.(session, recalled(kind, desired, recorded), previous && recalled(kind, previous, recorded)) ??
        []),
    isMet ? inTheWay(session, plan.steps, relation) : [],
    size,
  ]);
  // The data are looked at where nothing else stands in the way.
  const isBlocked = isRefused || obstacles.refusals.length > 0 || desired === "absent";
  const [told, measures] = await Promise.all([
    isBlocked ? undefined : kind.foreseeData?.(session, desired, { previous, actual }, plan),
    view === undefined || size === undefined ? undefined : measureView(session, view, size),
  ]);
  const steps = plan.steps.map((step) => previewStep(step, measures));
  return {
    obstacles: [...obstacles.refusals, ...(told?.refusals ?? [])],
    warnings: [
      ...obstacles.warnings,
      ...warnings,
      ...held,
      ...(told?.warnings ?? []),
      ...standbyWarnings(session, plan, steps),
    ],
    priced: { steps, measures },
  };
}

function dropsOf(measures: Measures | undefined): ResourcePreview["drops"] {
  if (measures === undefined) return undefined;
  const { rows, totalBytes: bytes, reads, readsSince } = measures;
  return { rows, bytes, reads, readsSince };
}

/** From whom the object is taken over, and the line that would make it a rename; or who has it now. */
function handoverLines(
  subject: string,
  tenure: Tenure,
  { desired, deployer }: Transition<object>,
  { steps }: Plan,
): string[] {
  if (tenure.is === "lost" && desired === "absent") return [lostNote(subject, tenure.holder)];
  if (tenure.is !== "taken over") return [];
  const { from } = tenure;
  const isOurs = deployer.entry !== undefined && isSameStack(from, deployer.entry);
  const alias = isOurs ? aliasLine(from, deployer.urn ?? "") : undefined;
  return [
    `taken over from ${isOurs ? from.resource : holderText(from)}: ${steps.length === 0 ? "nothing is run, " : ""}nothing is dropped`,
    ...(alias === undefined ? [] : [alias]),
  ];
}

/** True when two sets of inputs declare the same. */
export function sameProps(a: object, b: object): boolean {
  const withIncarnation = (props: object): unknown => ({
    ...declaredOnly(props),
    incarnation: (props as { incarnation?: unknown }).incarnation,
  });
  return canonical(withIncarnation(a)) === canonical(withIncarnation(b));
}

function changedRate(before: object | undefined, after: object | undefined): ResourcePreview["runsPerDay"] {
  const [old = 0, now = 0] = [runsPerDay(before), runsPerDay(after)];
  return old === now ? undefined : { before: old, after: now };
}
