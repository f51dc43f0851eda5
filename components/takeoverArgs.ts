import type * as pulumi from "@pulumi/pulumi";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";

/** How what is there is treated, by every resource of a view. */
export interface TakeoverArgs {
  /**
   * Take over what exists and differs, and change it. What is identical is taken over without it. It decides at the creation of a
   * resource alone: set later, or taken back, it changes nothing.
   * @default false
   */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What is done about a property that somebody changed by hand: `fix` makes it as declared again, `warn` tells it and lets it alone,
   * `ignore` lets it alone. By property (of view, index or job), e.g. `{ schedule: "warn" }`; what is not named is fixed.
   * @default {}
   */
  onDrift?: pulumi.Input<Readonly<Record<string, pulumi.Input<DriftAnswers[string]>>>> | undefined;
}
