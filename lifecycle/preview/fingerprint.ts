import { createHash } from "node:crypto";
import { CONVERGED } from "../../postgres/plan.ts";
import type { Plan } from "../../postgres/plan.ts";

/** Inputs that are random or the engine's own: they say nothing about what is run. */
const NOT_DECLARED = new Set(["incarnation", "__provider", "recorded", "fencingToken"]);

/** A declaration without what differs from run to run. */
export function declaredOnly(props: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(props).filter(([key, value]) => !NOT_DECLARED.has(key) && value !== undefined),
  );
}

/**
 * A hash over one resource's declaration and every statement that a deploy would run for it. The statements follow from what
 * is there, so another live state that would be treated differently has another fingerprint.
 */
export function fingerprint(id: string, declared: object | "absent", plan: Plan): string {
  const steps = plan.steps.map(({ action, target, on, sql }) => ({ action, target, on, sql }));
  const parts = {
    id,
    declared: declared === "absent" ? declared : declaredOnly(declared),
    steps,
    refusals: plan.refusals ?? [],
  };
  return createHash("sha256").update(canonical(parts)).digest("hex");
}

/** Of a delete that runs nothing of its own. */
export function idleFingerprint(id: string): string {
  return fingerprint(id, "absent", CONVERGED);
}

/** JSON with the keys of every object in order, so that equal values are equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
