import type * as pulumi from "@pulumi/pulumi";
import type { SpotCheck } from "../kinds/viewDeclaration.ts";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import type { GrantArgs } from "./materializedView.ts";

/** The same, each property as an input of Pulumi's. */
export type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** A materialized view that pg_cron keeps fresh. What is left out follows the conventions named here. */
export interface RefreshedViewArgs {
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
   * Columns that identify a row: the unique index that a concurrent refresh needs is built on them. Without any the refreshes are plain, and
   * readers wait for each. The list is plain, as it decides which resources there are; its elements need not be.
   * @default []
   */
  readonly uniqueKey?: readonly pulumi.Input<string>[] | undefined;
  /**
   * Name of the unique index. A change renames the index in place.
   * @default `<view>_<columns>_idx`, as PostgreSQL names it
   */
  readonly indexName?: pulumi.Input<string> | undefined;
  /**
   * Role that owns the view and runs its jobs. It must be able to read every source, and to log in.
   * @default the connecting role
   */
  readonly owner?: pulumi.Input<string> | undefined;
  /** Comment on the view. Left as it is when left out. */
  readonly comment?: pulumi.Input<string> | undefined;
  /**
   * Who may do what with the view. What else is granted stays.
   * @default []
   */
  readonly grants?: pulumi.Input<readonly pulumi.Input<GrantArgs>[]> | undefined;
  /** Storage parameters of the view such as `{ autovacuum_vacuum_scale_factor: "0.05" }`, as text. Left as they are when left out. */
  readonly storageParameters?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Tablespace of the view. A change builds the view anew beside its readers. Left as it is when left out. */
  readonly tablespace?: pulumi.Input<string> | undefined;
  /**
   * What a changed definition does to views, functions and policies that use the view: `restrict` refuses and lists them, `recreate`
   * makes them again with all their properties in the same transaction.
   * @default "restrict"
   */
  readonly dependents?: pulumi.Input<"restrict" | "recreate"> | undefined;
  /**
   * Allow a changed definition to drop columns or change their types. Readers that use them fail.
   * @default false
   */
  readonly allowColumnChanges?: pulumi.Input<boolean> | undefined;
  /**
   * Rows that a changed view must have, as a multiple of the rows before, e.g. `{ min: 0.9, max: 2 }`. Refused outside.
   * @default { min: 0.5 }
   */
  readonly rowCount?:
    pulumi.Input<{ readonly min?: pulumi.Input<number>; readonly max?: pulumi.Input<number> }> | undefined;
  /**
   * What is done where row security hides rows of the sources from the view's owner: `refuse` deploys nothing, `allow` takes the rows that
   * the policies let through.
   * @default "refuse"
   */
  readonly rowSecurity?: pulumi.Input<"refuse" | "allow"> | undefined;
  /**
   * How many seconds a changed view waits for a moment without readers before it gives up, 1 to 3600.
   * @default 60
   */
  readonly swapDeadlineSeconds?: pulumi.Input<number> | undefined;
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
  /**
   * Take over what exists and differs, and change it. What is identical is taken over without it. It decides at the creation of a
   * resource alone: set later, or taken back, it changes nothing.
   * @default false
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What is done about a property that somebody changed by hand: `fix` makes it as declared again, `warn` tells it and lets it alone,
   * `ignore` lets it alone. By property (of view, index and job), e.g. `{ schedule: "warn" }`; what is not named is fixed.
   * @default {}
   */
  readonly onDrift?: pulumi.Input<Inputs<DriftAnswers>> | undefined;
  /**
   * Where the connection comes from when the environment does not say: the first refresh is handed it as a secret.
   * @default the stack's `matview:databaseUrl` and `matview:cronDatabase`, which the resources use
   */
  readonly connection?: Inputs<ConnectionConfig> | undefined;
}

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
export interface RefreshSettingsArgs {
  /**
   * How old the view may become, a duration such as `5m`. Without `job.schedule` the schedule is derived from it, and the two may not
   * contradict each other.
   * @default no limit
   */
  readonly maxAge?: pulumi.Input<string> | undefined;
  /**
   * How long a refresh waits for a lock on the view, a duration such as `5s`, at least deadlock_timeout plus a second.
   * @default for ever
   */
  readonly lockTimeout?: pulumi.Input<string> | undefined;
  /**
   * How long a statement of the owner may take in the view's database, a duration such as `2m`. It is set on the role, for pg_cron's
   * workers obey no other; so all views of a role have the same.
   * @default the role's own setting
   */
  readonly statementTimeout?: pulumi.Input<string> | undefined;
  /**
   * Leaves a run out while another one is going or the view is younger than this duration, such as `2m`, by `stamp`, which it needs.
   * Longer than a run, shorter than the interval.
   * @default every run refreshes
   */
  readonly minAge?: pulumi.Input<string> | undefined;
  /**
   * Schedule of a second job that vacuums the view, for large views that change much. Another one than that of the refresh, which would be
   * in its way. A plain value, as it decides whether there is such a job.
   * @default no such job
   */
  readonly vacuum?: string | undefined;
  /**
   * How long the owner's runs stay in pg_cron's history, a duration such as `7d`: a job removes older ones every night. A plain value, as it
   * decides whether there is such a job.
   * @default for ever
   */
  readonly keepRuns?: string | undefined;
}
