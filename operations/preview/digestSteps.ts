import { kindOfType, KINDS } from "../../kinds/all.ts";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { withOnce } from "../../kinds/once.ts";
import type { Once } from "../../kinds/once.ts";
import { isPlannedLater } from "../../lifecycle/preview/plannedLater.ts";
import { declaration } from "../../lifecycle/props.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Database } from "../stack/connection.ts";
import { databaseOf, typeOf } from "./digest.ts";
import type { Digest, DigestStep } from "./digest.ts";

/** What the engine says of a resource that it does nothing about. */
export const IDLE = ["same", "refresh", "read"];

/** One step a resource: what is done about it, or else what a state refresh found of it. */
export function relevant(steps: readonly DigestStep[]): DigestStep[] {
  const acted = new Set(steps.filter(({ op }) => !IDLE.includes(op)).map(({ urn }) => urn));
  const idle = new Map<string, DigestStep>();
  for (const step of steps) if (!acted.has(step.urn)) idle.set(step.urn, step);
  // The engine has no order for these.
  const sorted = [...idle.entries()].sort(byUrn).map(([, step]) => step);
  return [...sorted, ...steps.filter(({ op }) => !IDLE.includes(op))];
}

/** In the order of their URNs, which come first. */
export function byUrn([a = ""]: readonly unknown[], [b = ""]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

/** What is declared of a resource, and what was. */
export function propsOf(step: DigestStep): Record<"news" | "olds", Record<string, unknown> | undefined> {
  const news = step.op === "delete" ? undefined : step.newState?.inputs;
  return { news, olds: IDLE.includes(step.op) ? news : oldInputs(step) };
}

// An update is handed the outputs; what is kept there beside the inputs says nothing about what is run.
function oldInputs({ oldState }: DigestStep): Record<string, unknown> | undefined {
  const { inputs, outputs } = oldState ?? {};
  if (inputs === undefined || outputs === undefined) return inputs;
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => key in inputs));
}

/** A materialized view that a digest names: as it is declared, and as the state has it. */
export interface DigestView {
  readonly database: Database;
  readonly desired: DesiredView | undefined;
  readonly previous: DesiredView | undefined;
  /** False where only the deploy knows what is declared: a value is not known yet, or a secret. */
  readonly isKnown: boolean;
  readonly isIdle: boolean;
}

/** As messages name it. */
export function nameOfView({ desired, previous }: DigestView): string {
  return displayName((desired ?? previous) as QualifiedName);
}

/** The materialized views of a digest with what is said of them for one deploy. */
export function viewsOfDigest(digest: Digest, once: Once): DigestView[] {
  return relevant(digest.steps ?? []).flatMap((step) => {
    if ((kindOfType(typeOf(step.urn)) as unknown) !== KINDS.materializedView) return [];
    const { news, olds } = propsOf(step);
    const [desired, previous] = [news, olds].map((inputs) => inputs && (declaration(inputs) as DesiredView));
    const isKnown = ![desired, previous].some((one) => one !== undefined && isPlannedLater(one));
    const isIdle = IDLE.includes(step.op);
    const declared = isKnown && desired !== undefined ? withOnce(desired, once, previous) : desired;
    return [{ database: databaseOf(step), desired: declared, previous, isKnown, isIdle }];
  });
}
