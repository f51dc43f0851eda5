import { oneByOne } from "../kind.ts";
import type { Kind } from "../kind.ts";
import { describeRuntime } from "./describe.ts";
import type { ActualRuntime } from "./describe.ts";
import { runtimeObjectsSchema } from "./desired.ts";
import type { DesiredRuntime } from "./desired.ts";
import { RUNTIME_SCHEMA } from "./names.ts";
import { planRuntime } from "./plan.ts";

/** What the module keeps in the database: functions that show a role's jobs and runs to others. */
export const runtimeObjectsKind: Kind<DesiredRuntime, ActualRuntime> = {
  noun: "runtime objects",
  schema: runtimeObjectsSchema,
  id: ({ owner }) => `${RUNTIME_SCHEMA} of ${owner}`,
  located: (desired, previous) => ({ ...desired, owner: previous.owner }),
  describe: oneByOne(describeRuntime),
  isAbsent: ({ functions }) => functions.length === 0,
  plan: planRuntime,
  observed: (desired, actual, capabilities) => ({
    ...desired,
    observers: observersOf(desired, actual),
    // What is not the module's any more shows as a property that the declaration does not have.
    ...(planRuntime({
      desired: { ...desired, observers: observersOf(desired, actual) },
      previous: desired,
      actual,
      capabilities,
    }).steps.length === 0
      ? {}
      : { changed: "a function is missing or is not the module's" }),
  }),
};

// In the declared order where it is the same set, so that order is no difference.
function observersOf({ observers }: DesiredRuntime, { functions }: ActualRuntime): string[] {
  const found = functions[0]?.observers ?? [];
  return [...observers.filter((role) => found.includes(role)), ...found.filter((role) => !observers.includes(role))];
}
