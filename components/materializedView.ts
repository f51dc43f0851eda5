import * as pulumi from "@pulumi/pulumi";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";
import { loaderText } from "../provider/loader.ts";
import { kept, resourceRequest } from "../provider/resourceRequest.ts";

/** Privileges of one role on the view. */
export interface GrantArgs {
  /** The role's name; `public` is everybody. */
  role: pulumi.Input<string>;
  /** `select` for readers, on PostgreSQL 17 and later also `maintain` for who may refresh. */
  privileges: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** What is declared of a materialized view. What is left out is left as it is. */
export interface MaterializedViewArgs {
  /** Schema that holds the view; it must exist. */
  schema: pulumi.Input<string>;
  /** Name of the view, unquoted, at most 63 bytes. A change renames the view in place. */
  name: pulumi.Input<string>;
  /** One SELECT (or VALUES, TABLE, WITH). Compared by meaning: layout, comments, case and casts are no change. */
  definition: pulumi.Input<string>;
  /** Columns that identify a row; pre-flight checks that they are there. */
  uniqueKey?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Name of the unique index on `uniqueKey`: a view whose definition changes is built anew with it. */
  keyIndex?: pulumi.Input<string> | undefined;
  /** Name of the job that will refresh the view: pre-flight checks pg_cron for it, and it goes when the view is dropped. */
  job?: pulumi.Input<string> | undefined;
  /** Role that owns the view. A refresh runs with its rights, so it must be able to read every source. */
  owner?: pulumi.Input<string> | undefined;
  comment?: pulumi.Input<string> | undefined;
  grants?: pulumi.Input<readonly pulumi.Input<GrantArgs>[]> | undefined;
  /** Storage parameters such as `autovacuum_vacuum_scale_factor`, as text. */
  storageParameters?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Where the view is stored. A change builds the view anew beside its readers. */
  tablespace?: pulumi.Input<string> | undefined;
  /** How the view is stored, `heap` unless an extension offers another way. A change builds the view anew. */
  accessMethod?: pulumi.Input<string> | undefined;
  /**
   * What a change of the definition does to views, functions and policies that use the view: `restrict` (the default)
   * refuses and lists them, `recreate` recreates them with all their properties in the same transaction.
   */
  dependents?: pulumi.Input<"restrict" | "recreate"> | undefined;
  /** Allow a changed definition to drop columns or change their types. Readers that use them fail. */
  allowColumnChanges?: pulumi.Input<boolean> | undefined;
  /** Rows that a changed view must have, as a multiple of the rows before: `{ min: 0.5, max: 2 }`. Refused outside. */
  rowCount?: pulumi.Input<{ min?: pulumi.Input<number>; max?: pulumi.Input<number> }> | undefined;
  /** How long a changed view waits for a moment without readers before it gives up, 60 by default. */
  swapDeadlineSeconds?: pulumi.Input<number> | undefined;
  /**
   * Take over a view of this name that differs from the declaration, and change it. One that is identical is taken over
   * without it.
   */
  adopt?: pulumi.Input<boolean> | undefined;
  /** What is done about properties that drifted: `{ comment: "ignore" }`; what is not named is fixed. */
  onDrift?: pulumi.Input<Readonly<Record<string, pulumi.Input<DriftAnswers[string]>>>> | undefined;
}

const TYPE = "pulumi-nodejs:dynamic/matview:MaterializedView";

/** A materialized view. It is created empty; the first refresh fills it (see RefreshedView). */
export class MaterializedView extends pulumi.CustomResource {
  declare readonly schema: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly definition: pulumi.Output<string>;
  declare readonly owner: pulumi.Output<string | undefined>;
  /**
   * Changes exactly when the view is created anew or found without data. An input, so that previews know it: what must
   * happen again for a new view carries it.
   */
  declare readonly incarnation: pulumi.Output<string>;

  /** `keeps` is for RefreshedView: by property, a value of an earlier convention that stays where the state has it. */
  constructor(
    name: string,
    args: MaterializedViewArgs,
    options?: pulumi.CustomResourceOptions,
    keeps?: pulumi.Input<Record<string, string>>,
  ) {
    const request = resourceRequest(TYPE, name, args, options);
    super(
      TYPE,
      name,
      { ...args, incarnation: undefined, ...request, ...kept(keeps), __provider: loaderText("materializedView") },
      options,
    );
  }
}
