import { holderText, isSameStack } from "../../kinds/claim.ts";
import type { Foresight, Kind } from "../../kinds/kind.ts";
import { measureView } from "../../kinds/materializedView/cost/measures.ts";
import type { Measures } from "../../kinds/materializedView/cost/measures.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { Difference, Plan } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { canonical } from "../canonical.ts";
import { isAbsent, planChange, recalled } from "../change.ts";
import type { Sight, Transition } from "../change.ts";
import { aliasLine, lostNote } from "../ownership.ts";
import type { Tenure } from "../ownership.ts";
import { declaredOnly, fingerprint, idleFingerprint } from "./fingerprint.ts";
import { previewStep } from "./previewStep.ts";
import type { PreviewedStep } from "./previewStep.ts";
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
    handover: [],
    drops: undefined,
    isPlanned: true,
    runsPerDay: undefined,
    refreshMs: undefined,
    fingerprint: fingerprint(id, desired, plan),
    ...rest,
  });
  if (isSame) return whole(CONVERGED, {});
  const { plan, actual, capabilities, refusal, tenure } = await planChange(kind, see, transition);
  const costs =
    desired === "absent"
      ? []
      : await open(
          async (session) => (await kind.warnings?.(session, recalled(kind, desired, transition.recorded))) ?? [],
        );
  // A plan that is refused says why itself.
  const isRefused = (plan.refusals ?? []).length > 0;
  const foresight = isRefused
    ? {}
    : await open((session) => foreseen(kind, session, transition, { plan, actual, capabilities }));
  const said = [...(plan.refusals ?? []), ...(refusal === undefined ? [] : [refusal.message])];
  const refusals = [...said, ...(foresight.refusals ?? [])];
  const warnings = [...costs, ...(foresight.warnings ?? [])];
  const handover = handoverLines(`${kind.noun} ${id}`, tenure, transition, plan);
  if (plan.steps.length === 0) {
    return whole(plan, { refusals, warnings, handover, isPlanned: desired === "absent" || !isAbsent(kind, actual) });
  }
  const { steps, measures } = await open((session) => priced(session, subject, plan));
  const before = actual === undefined ? undefined : kind.observed(subject, actual, capabilities);
  return whole(plan, {
    steps,
    refusals,
    warnings,
    handover,
    drops: desired === "absent" && kind.dropProblems !== undefined ? dropsOf(measures) : undefined,
    runsPerDay: changedRate(before, desired === "absent" ? undefined : desired),
    refreshMs: measures?.runs?.medianMs,
  });
}

/** The delete of an object that another resource takes over earlier in the same run. */
export function forgotten(kind: string, id: string, heir: { readonly urn: string }): ResourcePreview {
  const name = heir.urn.split("::").slice(3).join("::");
  return {
    ...{ kind, id, operation: "delete", steps: [], refusals: [], differences: [], warnings: [], drops: undefined },
    handover: [`taken over by ${name}: nothing is run, nothing is dropped`],
    isPlanned: true,
    runsPerDay: undefined,
    refreshMs: undefined,
    fingerprint: idleFingerprint(id),
  };
}

/** What a deploy would refuse beside what the plan says; the data are looked at where nothing else stands in the way. */
async function foreseen<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  session: Session,
  { desired, previous }: Transition<Desired>,
  { plan, actual }: Sight<Actual> & { readonly plan: Plan },
): Promise<Foresight> {
  if (desired === "absent") {
    if (actual === undefined || plan.steps.length === 0) return {};
    return { refusals: (await kind.dropProblems?.(session, actual)) ?? [] };
  }
  const refusals = (await kind.foresee?.(session, desired)) ?? [];
  if (refusals.length > 0) return { refusals };
  return (await kind.foreseeData?.(session, desired, { previous, actual }, plan)) ?? {};
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

async function priced(
  session: Session,
  subject: object,
  plan: Plan,
): Promise<{ steps: PreviewedStep[]; measures: Measures | undefined }> {
  const view = subjectOf(subject);
  const measures = view === undefined ? undefined : await measureView(session, view);
  return { steps: plan.steps.map((step) => previewStep(step, measures)), measures };
}

function changedRate(before: object | undefined, after: object | undefined): ResourcePreview["runsPerDay"] {
  const [old = 0, now = 0] = [runsPerDay(before), runsPerDay(after)];
  return old === now ? undefined : { before: old, after: now };
}
