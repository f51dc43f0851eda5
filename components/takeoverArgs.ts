import type * as pulumi from "@pulumi/pulumi";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";
import type { ConnectionArgs } from "../provider/resourceRequest.ts";

/** Where an object lives. */
export interface WhereArgs {
  /**
   * Which of the program's databases it is in: the name of a connection, or where that comes from when neither environment nor configuration
   * say. Another name does not move what is there.
   * @default the one database, by `MATVIEW_DATABASE_URL` or the stack's `matview:databaseUrl`
   */
  readonly connection?: string | ConnectionArgs | undefined;
}

/** How what is there is treated, by every resource of a view. */
export interface TakeoverArgs extends WhereArgs {
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
