import type * as pulumi from "@pulumi/pulumi";
import type { SpotCheck } from "../kinds/viewDeclaration.ts";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import type { GrantArgs } from "./materializedView.ts";

/** The same, each property as an input of Pulumi's. */
export type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** A materialized view that pg_cron keeps fresh. What is left out follows the conventions named here. */
export interface RefreshedViewArgs {
  /** Schema of the view, which must exist; `public` when left out. */
  readonly schema?: pulumi.Input<string> | undefined;
  /** Name of the view; the resource's name when left out. */
  readonly name?: pulumi.Input<string> | undefined;
  /** One SELECT; read from `sql/views/<name>.sql` in the program's folder when left out. */
  readonly definition?: pulumi.Input<string> | undefined;
  /**
   * Columns that identify a row: the unique index that a concurrent refresh needs is built on them. Without any the refreshes are plain, and
   * readers wait for each. Plain values, as they decide which resources there are.
   */
  readonly uniqueKey?: readonly string[] | undefined;
  /** Name of the unique index; PostgreSQL's own default, `<view>_<columns>_idx`, when left out. */
  readonly indexName?: pulumi.Input<string> | undefined;
  /** Role that owns the view and runs its jobs; the connecting role when left out. It must be able to read every source. */
  readonly owner?: pulumi.Input<string> | undefined;
  /** Comment on the view; left as it is when left out. */
  readonly comment?: pulumi.Input<string> | undefined;
  /** Who may do what with the view; what else is granted stays. None when left out. */
  readonly grants?: pulumi.Input<readonly pulumi.Input<GrantArgs>[]> | undefined;
  /** Storage parameters of the view such as `autovacuum_vacuum_scale_factor`, as text; left as they are when left out. */
  readonly storageParameters?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>> | undefined;
  /** Tablespace of the view; left as it is when left out. A change builds the view anew beside its readers. */
  readonly tablespace?: pulumi.Input<string> | undefined;
  /** What a changed definition does to what uses the view: `restrict` (the default) refuses, `recreate` makes it again. */
  readonly dependents?: pulumi.Input<"restrict" | "recreate"> | undefined;
  /** Allow a changed definition to drop columns or change their types; false when left out. */
  readonly allowColumnChanges?: pulumi.Input<boolean> | undefined;
  /** Rows that a changed view must have, as a multiple of the rows before, e.g. `{ min: 0.5, max: 2 }`; any when left out. */
  readonly rowCount?:
    pulumi.Input<{ readonly min?: pulumi.Input<number>; readonly max?: pulumi.Input<number> }> | undefined;
  /** How many seconds a changed view waits for a moment without readers, 1 to 3600; 60 when left out. */
  readonly swapDeadlineSeconds?: pulumi.Input<number> | undefined;
  /** The job that refreshes the view; every five minutes and active when left out. */
  readonly job?: RefreshJobSettings | undefined;
  /** How old the view may become, and what a refresh does beside refreshing; nothing when left out. */
  readonly refresh?: RefreshSettingsArgs | undefined;
  /** Column whose maximum says when the view was last refreshed; the `matview` command compares it with the run history. */
  readonly stamp?: pulumi.Input<string> | undefined;
  /** Counts by which `matview verify` proves that readers get what they should; none when left out. */
  readonly spotChecks?: pulumi.Input<readonly pulumi.Input<SpotCheck>[]> | undefined;
  /**
   * Take over what exists and differs, and change it; false when left out. It decides at the creation of a resource alone: set later, or
   * taken back, it changes nothing.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
  /** What is done about properties of view, index and job that drifted: `{ schedule: "warn" }`; what is not named is fixed. */
  readonly onDrift?: pulumi.Input<Inputs<DriftAnswers>> | undefined;
  /**
   * Where the connection comes from when the environment does not say: the first refresh is handed it as a secret. The stack's
   * `matview:databaseUrl` and `matview:cronDatabase`, which the resources use, when left out.
   */
  readonly connection?: Inputs<ConnectionConfig> | undefined;
}

/** The job that refreshes the view. */
export interface RefreshJobSettings {
  /**
   * Name of the job. `refresh-<view>` when left out, with what is not the usual before the view's name: a database that does not hold
   * pg_cron, a schema that is not `public`. A job that was made under an earlier convention keeps its name.
   */
  readonly name?: pulumi.Input<string> | undefined;
  /** When it runs, as pg_cron writes it, in pg_cron's time zone; derived from `refresh.maxAge`, else every five minutes, when left out. */
  readonly schedule?: pulumi.Input<string> | undefined;
  /** Whether it may run; true when left out. */
  readonly active?: pulumi.Input<boolean> | undefined;
}

/** How the view is kept fresh; durations are texts with a unit, such as `90s`, `5m`, `7d`. */
export interface RefreshSettingsArgs {
  /** How old the view may become. Without a schedule the schedule is derived from it, beside one it is checked. */
  readonly maxAge?: pulumi.Input<string> | undefined;
  /** How long a refresh waits for a lock on the view, at least deadlock_timeout plus a second; for ever when left out. */
  readonly lockTimeout?: pulumi.Input<string> | undefined;
  /** How long a statement of the owner may take in the view's database; set on the role. No limit when left out. */
  readonly statementTimeout?: pulumi.Input<string> | undefined;
  /** Leaves a run out while another one is going or the view is younger, by `stamp`, which it needs. */
  readonly minAge?: pulumi.Input<string> | undefined;
  /** Schedule of a second job that vacuums the view; no such job when left out. Plain, as it decides whether there is one. */
  readonly vacuum?: string | undefined;
  /** How long the owner's runs stay in pg_cron's history; for ever when left out. Plain, as it decides whether there is a job for it. */
  readonly keepRuns?: string | undefined;
}
