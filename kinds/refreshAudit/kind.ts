import { oneByOne } from "../kind.ts";
import type { Kind } from "../kind.ts";
import { RUNTIME_SCHEMA } from "../runtimeObjects/names.ts";
import { describeAudit } from "./describe.ts";
import type { ActualAudit } from "./describe.ts";
import { refreshAuditSchema } from "./desired.ts";
import type { DesiredAudit } from "./desired.ts";
import { planAudit } from "./plan.ts";

/** The record of refreshes by hand: who refreshed what when, and why. */
export const refreshAuditKind: Kind<DesiredAudit, ActualAudit> = {
  noun: "record of refreshes",
  schema: refreshAuditSchema,
  id: ({ owner }) => `${RUNTIME_SCHEMA} of ${owner}`,
  // Each owner has its own: a new owner gets a new one, and the old one's rows stay where they are.
  located: (desired) => desired,
  describe: oneByOne(describeAudit),
  isAbsent: (actual) => actual.table === null && actual.function === null,
  plan: planAudit,
  observed: (desired, actual, capabilities) => {
    const found = { ...desired, observers: observersOf(desired, actual) };
    const plan = planAudit({ desired: found, previous: desired, actual, capabilities });
    if (plan.steps.length === 0) return found;
    // What is not the module's any more shows as a property that the declaration does not have.
    const properties = plan.differences.map(({ property }) => property);
    return { ...found, changed: properties.length > 0 ? properties.join(", ") : "table or function is missing" };
  },
};

// In the declared order where it is the same set, so that order is no difference.
function observersOf({ observers }: DesiredAudit, { table }: ActualAudit): string[] {
  if (table === null) return observers;
  const found = Object.keys(table.grants).filter((role) => table.grants[role]?.split(", ").includes("select"));
  return [
    ...observers.filter((role) => found.includes(role)),
    ...found.filter((role) => !observers.includes(role)).sort(),
  ];
}
