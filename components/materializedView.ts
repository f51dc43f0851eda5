import * as pulumi from "@pulumi/pulumi";
import { resourceArguments } from "../provider/resourceRequest.ts";
import type { KeepsArgs } from "../provider/resourceRequest.ts";
import type { IndexPartsArgs } from "./indexArgs.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";

/** Privileges of one role on the view. */
export interface GrantArgs {
  /** The role's name; `public` is everybody. */
  role: pulumi.Input<string>;
  /** `select` for readers, on PostgreSQL 17 and later also `maintain` for who may refresh. */
  privileges: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** At most so many rows: a number, a share of the rows before such as `1 %`, or `any`. */
export type RowLimitArg = number | string;

/** What a change of the definition may do to the rows of the view. What is left out may not happen. */
export interface ExpectedChangeArgs {
  /** `same`: no row goes, comes or changes. It leaves nothing to the others. */
  readonly rows?: pulumi.Input<"same"> | undefined;
  /** Rows that go. */
  readonly gone?: pulumi.Input<RowLimitArg> | undefined;
  /** Rows that come. */
  readonly added?: pulumi.Input<RowLimitArg> | undefined;
  /**
   * Rows that stay and change: the columns that may, or columns with a limit each, or a limit for any. A column that comes, goes, gets another
   * type or is volatile must be named.
   */
  readonly changed?:
    | pulumi.Input<RowLimitArg>
    | pulumi.Input<readonly pulumi.Input<string>[]>
    | pulumi.Input<Readonly<Record<string, pulumi.Input<RowLimitArg>>>>
    | undefined;
}

/** An index as the resource `ViewIndex` declares it. */
export interface BuiltIndexArgs extends IndexPartsArgs {
  /** Name of the index. */
  readonly name: pulumi.Input<string>;
  /** Whether it is unique. */
  readonly unique: pulumi.Input<boolean>;
}

/** What is declared of a materialized view. What is left out is left as it is. */
export interface MaterializedViewArgs extends TakeoverArgs {
  /** Schema that holds the view; it must exist. A change moves the view. */
  schema: pulumi.Input<string>;
  /** Name of the view, unquoted, at most 63 bytes. A change renames the view in place. */
  name: pulumi.Input<string>;
  /** One SELECT (or VALUES, TABLE, WITH). Compared by meaning: layout, comments, case and casts are no change. */
  definition: pulumi.Input<string>;
  /** Columns that identify a row; pre-flight checks that they are there and identify one. */
  uniqueKey?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Name of the unique index on `uniqueKey`: a view whose definition changes is built again with it. */
  keyIndex?: pulumi.Input<string> | undefined;
  /** The other indexes that are declared of it, which a view that is built anew has from the beginning. */
  indexes?: pulumi.Input<readonly pulumi.Input<BuiltIndexArgs>[]> | undefined;
  /** Name of the job that will refresh the view: pre-flight checks pg_cron for it, and it goes when the view is dropped. */
  job?: pulumi.Input<string> | undefined;
  /**
   * Role that owns the view. A refresh runs with its rights, so it must be able to read every source.
   * @default the connecting role, for a view that is made
   */
  owner?: pulumi.Input<string> | undefined;
  /** Comment on the view. Left as it is when left out. */
  comment?: pulumi.Input<string> | undefined;
  /**
   * Who may do what with the view. What else is granted stays.
   * @default []
   */
  grants?: pulumi.Input<readonly pulumi.Input<GrantArgs>[]> | undefined;
  /** Storage parameters such as `{ autovacuum_vacuum_scale_factor: "0.05" }`, as text. Left as they are when left out. */
  storageParameters?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Tablespace of the view. A change builds the view again beside its readers. Left as it is when left out. */
  tablespace?: pulumi.Input<string> | undefined;
  /** How the view is stored, `heap` unless an extension offers another way. A change builds the view again. Left as it is when left out. */
  accessMethod?: pulumi.Input<string> | undefined;
  /**
   * What a change of the definition does to views, functions and policies that use the view: `restrict` refuses and lists them,
   * `recreate` makes them again with all their properties in the same transaction.
   * @default "restrict"
   */
  dependents?: pulumi.Input<"restrict" | "recreate"> | undefined;
  /**
   * Allow a changed definition to drop columns or change their types. Readers that use them fail.
   * @default false
   */
  allowColumnChanges?: pulumi.Input<boolean> | undefined;
  /**
   * Rows that a changed view must have, as a multiple of the rows before, e.g. `{ min: 0.9, max: 2 }`. Refused outside.
   * @default { min: 0.5 }
   */
  rowCount?: pulumi.Input<{ min?: pulumi.Input<number>; max?: pulumi.Input<number> }> | undefined;
  /**
   * What a change of the definition may do to the rows, e.g. `{ rows: "same" }` or `{ gone: 0, changed: ["etapa"], added: "1 %" }`. The rows that
   * were built are compared with those that the deployed definition gives in the same snapshot, before anybody reads them; the change is refused
   * with the figures where they differ in more. `MATVIEW_EXPECT` comes before it. `rowCount` is then not checked unless it is declared.
   * @default not compared
   */
  change?: pulumi.Input<ExpectedChangeArgs> | undefined;
  /**
   * What is done where row security hides rows of the sources from the view's owner: `refuse` deploys nothing, `allow` takes the rows that
   * the policies let through.
   * @default "refuse"
   */
  rowSecurity?: pulumi.Input<"refuse" | "allow"> | undefined;
  /**
   * How many seconds a changed view waits for a moment without readers before it gives up, 1 to 3600.
   * @default twice as long as a refresh takes, 60 at least
   */
  swapDeadlineSeconds?: pulumi.Input<number> | undefined;
  /**
   * How long the old view stays aside after a change of the definition, a duration such as `2h`: as long, `matview rollback` puts it back in
   * a moment. It costs its disk space, and keeps what it reads from being dropped. Where no RefreshedView adds the job that drops it, the next
   * change does, or the removal of this resource.
   * @default it is dropped
   */
  keepPrevious?: pulumi.Input<string> | undefined;
  /**
   * Standbys on which readers read, as URLs: a swap waits for a moment without readers there too. Never stored. `MATVIEW_READ_REPLICAS` comes before it.
   * @default the stack's `matview:readReplicas`
   */
  readReplicas?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
}

/** A materialized view. It is created empty; the first refresh fills it (see RefreshedView). */
export class MaterializedView extends pulumi.CustomResource {
  declare readonly schema: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly definition: pulumi.Output<string>;
  declare readonly owner: pulumi.Output<string | undefined>;
  /**
   * Changes exactly when the view is created again or found without data. An input, so that previews know it: what must
   * happen again for a new view carries it.
   */
  declare readonly incarnation: pulumi.Output<string>;

  /** `keeps` is for RefreshedView. */
  constructor(name: string, args: MaterializedViewArgs, options?: pulumi.CustomResourceOptions, keeps?: KeepsArgs) {
    const { readReplicas, ...declared } = args;
    const inputs = { owner: undefined, ...declared, incarnation: undefined };
    super(...resourceArguments("materializedView", name, inputs, options, keeps, readReplicas));
  }
}
