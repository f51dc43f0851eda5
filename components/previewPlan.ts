import type { Kind } from "./kind.ts";
import type { Difference, Plan } from "./postgres/plan.ts";
import type { Session } from "./postgres/session.ts";
import { canonical, declaredOnly, fingerprint } from "./preview/fingerprint.ts";
import { measureView } from "./preview/measures.ts";
import type { Measures } from "./preview/measures.ts";
import { previewStep } from "./preview/previewStep.ts";
import type { PreviewedStep } from "./preview/previewStep.ts";
import { runsPerDay, subjectOf } from "./preview/subject.ts";
import { isAbsent, planChange, recalled } from "./provider/change.ts";
import type { Sight, Transition } from "./provider/change.ts";

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
  /** What does not stand in the way and should be known. */
  readonly warnings: readonly string[];
  /** False where the object cannot be planned before what it stands on is there, such as pg_cron. */
  readonly isPlanned: boolean;
  /** Of a job, when it changes. */
  readonly runsPerDay: { readonly before: number; readonly after: number } | undefined;
  /** How long one refresh takes, where it was measured. */
  readonly refreshMs: number | undefined;
  readonly fingerprint: string;
}

/** How the preview reads: an object through a survey where there is one, numbers through a session of its own. */
export interface Reader<Desired, Actual> {
  readonly see: (desired: Desired) => Promise<Sight<Actual>>;
  readonly open: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
}

/** Makes the plan of one resource and measures its steps. A resource whose declaration is the old one is not touched. */
export async function previewChange<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  { see, open }: Reader<Desired, Actual>,
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
    steps: [],
    refusals: plan.refusals ?? [],
    differences: plan.differences,
    warnings: [],
    isPlanned: true,
    runsPerDay: undefined,
    refreshMs: undefined,
    fingerprint: fingerprint(id, desired, plan),
    ...rest,
  });
  if (isSame) return whole({ steps: [], differences: [] }, {});
  const { plan, actual, capabilities, refusal } = await planChange(kind, see, transition);
  const warnings =
    desired === "absent"
      ? []
      : await open(
          async (session) => (await kind.warnings?.(session, recalled(kind, desired, transition.recorded))) ?? [],
        );
  const refusals = [...(plan.refusals ?? []), ...(refusal === undefined ? [] : [refusal.message])];
  if (plan.steps.length === 0) {
    return whole(plan, { refusals, warnings, isPlanned: desired === "absent" || !isAbsent(kind, actual) });
  }
  const { steps, measures } = await open((session) => priced(session, subject, plan));
  const before = actual === undefined ? undefined : kind.observed(subject, actual, capabilities);
  return whole(plan, {
    steps,
    refusals,
    warnings,
    runsPerDay: changedRate(before, desired === "absent" ? undefined : desired),
    refreshMs: measures?.runs?.medianMs,
  });
}

/** True when two sets of inputs declare the same. */
export function sameProps(a: object, b: object): boolean {
  const withIncarnation = (props: object): unknown => ({
    ...declaredOnly(props),
    incarnation: (props as { incarnation?: unknown }).incarnation,
  });
  return canonical(withIncarnation(a)) === canonical(withIncarnation(b));
}

async function priced(
  session: Session,
  subject: object,
  plan: Plan,
): Promise<{ steps: PreviewedStep[]; measures: Measures | undefined }> {
  const view = subjectOf(subject);
  const measures = view === undefined ? undefined : await measureView(session, view);
  const steps: PreviewedStep[] = [];
  for (const step of plan.steps) steps.push(await previewStep(session, step, measures));
  return { steps, measures };
}

function changedRate(before: object | undefined, after: object | undefined): ResourcePreview["runsPerDay"] {
  const [old = 0, now = 0] = [runsPerDay(before), runsPerDay(after)];
  return old === now ? undefined : { before: old, after: now };
}
