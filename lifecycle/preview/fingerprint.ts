import { CONVERGED } from "../../postgres/plan.ts";
import type { Plan } from "../../postgres/plan.ts";
import { canonicalHash } from "../canonical.ts";
import { declaration } from "../props.ts";

/** A declaration without what differs from run to run: the incarnation is random. */
export function declaredOnly(props: object): Readonly<Record<string, unknown>> {
  const { incarnation, ...declared } = declaration(props);
  void incarnation;
  return Object.fromEntries(Object.entries(declared).filter(([, value]) => value !== undefined));
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
  return canonicalHash(parts);
}

/** Of a delete that runs nothing of its own. */
export function idleFingerprint(id: string): string {
  return fingerprint(id, "absent", CONVERGED);
}
