import { CONVERGED } from "../../postgres/plan.ts";
import { SECRET } from "../secretTexts.ts";
import { isUnknown } from "../unknowns.ts";
import { fingerprint } from "./fingerprint.ts";
import { NOTHING } from "./previewChange.ts";
import type { ResourcePreview } from "./previewChange.ts";

/** True for a declaration that only the deploy can plan: a value is not known yet, or is a secret that the engine keeps to itself. */
export function isPlannedLater(declared: object): boolean {
  return isUnknown(declared) || JSON.stringify(declared).includes(JSON.stringify(SECRET));
}

/** The create or update of such a declaration. */
export function plannedLater(kind: string, id: string, declared: object, operation: string): ResourcePreview {
  const properties = Object.entries(declared)
    .filter(([, value]) => value !== undefined && isPlannedLater([value]))
    .map(([property]) => property);
  return {
    ...{ kind, id, operation: operation === "create" ? "create" : "update", ...NOTHING },
    handover: [`planned at deploy: ${properties.sort().join(", ") || "what is there"} is a secret or not known before`],
    fingerprint: fingerprint(id, declared, CONVERGED),
  };
}

/** The declaration as a plan shows it, which has no value where the plan has none. */
export function asPlanned(declared: unknown, planned: unknown): unknown {
  if (typeof planned === "string" && (planned === SECRET || isUnknown(planned))) return planned;
  if (typeof declared !== "object" || declared === null || typeof planned !== "object" || planned === null)
    return declared;
  const at = planned as Record<string, unknown>;
  if (Array.isArray(declared)) return declared.map((one, index) => asPlanned(one, at[index]));
  return Object.fromEntries(Object.entries(declared).map(([key, one]) => [key, asPlanned(one, at[key])]));
}
