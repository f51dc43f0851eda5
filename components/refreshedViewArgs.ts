import type * as pulumi from "@pulumi/pulumi";
import type { RefreshSettings } from "../kinds/refreshJob/refreshSettings.ts";
import type { SpotCheck } from "../kinds/viewDeclaration.ts";
import type { IndexArgs, IndexPartsArgs } from "./indexArgs.ts";
import type { MaterializedViewArgs } from "./materializedView.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";

/** The same, each property as an input of Pulumi's. */
export type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** A materialized view that pg_cron keeps fresh. What is left out follows the conventions named here. */
export interface RefreshedViewArgs extends TakeoverArgs, Pick<MaterializedViewArgs, AsOfView> {
  /**
   * Schema of the view, which must exist. A change moves the view.
   * @default "public"
   */
  readonly schema?: pulumi.Input<string> | undefined;
  /**
   * Name of the view, unquoted, at most 63 bytes. A change renames the view in place.
   * @default the resource's name
   */
  readonly name?: pulumi.Input<string> | undefined;
  /**
   * One SELECT (or VALUES, TABLE, WITH). Compared by meaning: layout, comments, case and casts are no change.
   * @default the text of `sql/views/<name>.sql` in the program's folder
   */
  readonly definition?: pulumi.Input<string> | undefined;
  /**
   * Columns that identify a row: the unique index that a concurrent refresh needs is built on them. From PostgreSQL 15 on they may be null.
   * Without any the refreshes are plain, and readers wait for each. The list is plain, as it decides which resources there are; its elements need not be.
   * @default []
   */
  readonly uniqueKey?: readonly pulumi.Input<string>[] | undefined;
  /**
   * Name of the unique index. A change renames the index in place.
   * @default `<view>_<columns>_idx`, as PostgreSQL names it
   */
  readonly indexName?: pulumi.Input<string> | undefined;
  /**
   * What the unique index is besides, or all of it as `sql`: any that a concurrent refresh takes.
   * @default a b-tree index on the columns of `uniqueKey`
   */
  readonly keyIndex?: IndexPartsArgs | undefined;
  /**
   * Other indexes: whatever PostgreSQL can build on a materialized view. The list is plain, as it decides which resources there are.
   * @default []
   */
  readonly indexes?: readonly IndexArgs[] | undefined;
  /**
   * How long the old view stays aside after a change of the definition, a duration such as `2h`: as long, `matview rollback` puts it back in
   * a moment. It costs its disk space, and keeps what it reads from being dropped. A job drops it when its time is over. A plain value, as it
   * decides whether there is such a job.
   * @default it is dropped
   */
  readonly keepPrevious?: string | undefined;
  /**
   * Role that owns the view and runs its jobs. It must be able to read every source, and to log in.
   * @default the connecting role
   */
  readonly owner?: pulumi.Input<string> | undefined;
  /**
   * The job that refreshes the view.
   * @default a job `refresh-<view>` every five minutes, active
   */
  readonly job?: RefreshJobSettings | undefined;
  /**
   * How old the view may become, and what a refresh does beside refreshing.
   * @default {}
   */
  readonly refresh?: RefreshSettingsArgs | undefined;
  /** Column whose maximum says when the view was last refreshed; the `matview` command compares it with the run history. */
  readonly stamp?: pulumi.Input<string> | undefined;
  /**
   * Counts by which `matview verify` proves that readers get what they should.
   * @default []
   */
  readonly spotChecks?: pulumi.Input<readonly pulumi.Input<SpotCheck>[]> | undefined;
}

/** What the view takes as it is given. */
type AsOfView =
  | ("comment" | "grants" | "storageParameters" | "tablespace")
  | ("dependents" | "allowColumnChanges" | "rowCount" | "change" | "rowSecurity" | "swapDeadlineSeconds")
  | "readReplicas";

/** The job that refreshes the view. */
export interface RefreshJobSettings {
  /**
   * Name of the job, at most 63 bytes. A job that was made under an earlier convention keeps its name.
   * @default `refresh-<view>`, with what is not the usual before the view's name: a database that does not hold pg_cron, a schema that is
   * not `public`
   */
  readonly name?: pulumi.Input<string> | undefined;
  /**
   * When it runs: minute, hour, day, month and weekday, or `30 seconds` from pg_cron 1.5 on. In pg_cron's time zone, GMT unless the server
   * says otherwise.
   * @default derived from `refresh.maxAge`, else every five minutes
   */
  readonly schedule?: pulumi.Input<string> | undefined;
  /**
   * Whether it may run.
   * @default true
   */
  readonly active?: pulumi.Input<boolean> | undefined;
}

/** How the view is kept fresh. A duration is a text with a unit, such as `90s`, `5m`, `7d`. */
export interface RefreshSettingsArgs extends Inputs<Omit<RefreshSettings, Plain>>, Pick<RefreshSettings, Plain> {}

/** They decide which jobs there are. */
type Plain = "vacuum" | "keepRuns";
