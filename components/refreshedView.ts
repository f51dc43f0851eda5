import { join, relative } from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { MaterializedView } from "./materializedView/resource.ts";
import type { GrantArgs } from "./materializedView/resource.ts";
import { isFromConfig } from "./postgres/connection.ts";
import type { ConnectionConfig } from "./postgres/connection.ts";
import { derivedName, displayName } from "./postgres/names.ts";
import type { DriftAnswers } from "./provider/driftAnswers.ts";
import { refreshCommand } from "./refreshJob/command.ts";
import { RefreshJob } from "./refreshJob/resource.ts";
import type { SpotCheck, ViewDeclaration } from "./viewDeclaration.ts";
import { ViewIndex } from "./viewIndex/resource.ts";

/** A materialized view that pg_cron keeps fresh. */
export interface RefreshedViewArgs {
  /** Schema of the view, e.g. `public`. */
  readonly schema: string;
  /** Name of the view. */
  readonly name: string;
  /** One SELECT; `viewDefinition(name)` reads it from `sql/views/<name>.sql`. */
  readonly definition: string;
  /** Columns that identify a row: the unique index that a concurrent refresh needs is built on them. */
  readonly uniqueKey: readonly string[];
  /** Name of the unique index; PostgreSQL's own default, `<view>_<columns>_idx`, when left out. */
  readonly indexName?: string | undefined;
  readonly owner?: string | undefined;
  readonly comment?: string | undefined;
  readonly grants?: readonly GrantArgs[] | undefined;
  readonly storageParameters?: Readonly<Record<string, string>> | undefined;
  readonly tablespace?: string | undefined;
  /** `restrict` (the default) or `recreate`: what a changed definition does to what uses the view. */
  readonly dependents?: "restrict" | "recreate" | undefined;
  /** Allow a changed definition to drop columns or change their types. */
  readonly allowColumnChanges?: boolean | undefined;
  /** Rows that a changed view must have, as a multiple of the rows before. */
  readonly rowCount?: { readonly min?: number; readonly max?: number } | undefined;
  /** How long a changed view waits for a moment without readers. */
  readonly swapDeadlineSeconds?: number | undefined;
  readonly job: RefreshJobSettings;
  /** Column whose maximum says when the view was last refreshed; the `matview` command compares it with the run history. */
  readonly stamp?: string | undefined;
  /** How old the view may be, e.g. `10m`; twice the interval when left out. */
  readonly maxAge?: string | undefined;
  /** Counts by which `matview verify` proves that readers get what they should. */
  readonly spotChecks?: readonly SpotCheck[] | undefined;
  /** Take over what exists and differs, and change it. */
  readonly adopt?: boolean | undefined;
  /** What is done about properties of view, index and job that drifted: `{ schedule: "warn" }`; what is not named is fixed. */
  readonly onDrift?: DriftAnswers | undefined;
  /** Where the connection comes from when the environment does not say: the first refresh is handed it as a secret. */
  readonly connection?: ConnectionConfig | undefined;
}

/** The job that refreshes the view. */
export interface RefreshJobSettings {
  readonly name: string;
  readonly schedule: string;
  /** Whether it may run. */
  readonly active: boolean;
}

/**
 * A materialized view, the unique index that a concurrent refresh needs, its first refresh, and the pg_cron job, in this
 * order: no scheduled run meets a view without data.
 */
export class RefreshedView extends pulumi.ComponentResource {
  readonly view: MaterializedView;
  readonly index: ViewIndex;
  readonly firstRefresh: command.local.Command;
  readonly job: RefreshJob;
  /** What the `matview` command knows of the view: put it into the stack's output `views`. */
  readonly declaration: pulumi.Output<ViewDeclaration>;

  constructor(name: string, args: RefreshedViewArgs, options?: pulumi.ComponentResourceOptions) {
    super("matview:index:RefreshedView", name, {}, options);
    this.view = declareView(this, name, args);
    this.index = declareIndex(this, name, args, this.view);
    this.firstRefresh = runFirstRefresh(this, name, args, this.view, this.index);
    this.job = declareJob(this, name, args, this.view, this.firstRefresh);
    this.declaration = declarationOf(args, this);
    this.registerOutputs();
  }
}

function declareView(parent: RefreshedView, name: string, args: RefreshedViewArgs): MaterializedView {
  return new MaterializedView(
    name,
    {
      schema: args.schema,
      name: args.name,
      definition: args.definition,
      uniqueKey: [...args.uniqueKey],
      keyIndex: indexName(args),
      job: args.job.name,
      owner: args.owner,
      comment: args.comment,
      grants: args.grants === undefined ? undefined : [...args.grants],
      storageParameters: args.storageParameters,
      tablespace: args.tablespace,
      dependents: args.dependents,
      allowColumnChanges: args.allowColumnChanges,
      rowCount: args.rowCount,
      swapDeadlineSeconds: args.swapDeadlineSeconds,
      ...takeover(args),
    },
    { parent },
  );
}

function declareIndex(parent: RefreshedView, name: string, args: RefreshedViewArgs, view: MaterializedView): ViewIndex {
  return new ViewIndex(
    `${name}-key`,
    {
      schema: view.schema,
      view: view.name,
      name: indexName(args),
      columns: [...args.uniqueKey],
      unique: true,
      ...takeover(args),
    },
    // An index goes with its view.
    { parent, deletedWith: view },
  );
}

function indexName(args: RefreshedViewArgs): string {
  return args.indexName ?? derivedName(`${args.name}_${args.uniqueKey.join("_")}`, "idx");
}

function runFirstRefresh(
  parent: RefreshedView,
  name: string,
  args: RefreshedViewArgs,
  view: MaterializedView,
  index: ViewIndex,
): command.local.Command {
  // Relative to the program's folder, so that the text is the same on every computer.
  const program = relative(process.cwd(), join(import.meta.dirname, "..", "operations", "matview.ts"));
  return new command.local.Command(
    `${name}-first-refresh`,
    {
      create: `node ${program} refresh --if-unpopulated ${shellWord(displayName(args))}`,
      // Not `triggers`, which would replace the command instead of running it again.
      environment: { MATVIEW_INCARNATION: view.incarnation, ...connectionEnvironment(args.connection) },
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: [index] },
  );
}

function declareJob(
  parent: RefreshedView,
  name: string,
  args: RefreshedViewArgs,
  view: MaterializedView,
  firstRefresh: command.local.Command,
): RefreshJob {
  return new RefreshJob(
    `${name}-refresh`,
    {
      name: args.job.name,
      schedule: args.job.schedule,
      command: refreshCommand(args),
      active: args.job.active,
      user: args.owner,
      incarnation: view.incarnation,
      ...takeover(args),
    },
    { parent, dependsOn: [firstRefresh] },
  );
}

function declarationOf(args: RefreshedViewArgs, { view, index, job }: RefreshedView): pulumi.Output<ViewDeclaration> {
  return pulumi.all([view.schema, view.name, index.name, job.name]).apply(([schema, name, indexName, jobName]) => ({
    view: displayName({ schema, name }),
    index: indexName,
    job: jobName,
    schedule: args.job.schedule,
    active: args.job.active,
    ...(args.stamp === undefined ? {} : { stamp: args.stamp }),
    ...(args.maxAge === undefined ? {} : { maxAge: args.maxAge }),
    spotChecks: [...(args.spotChecks ?? [])],
  }));
}

function takeover({ adopt, onDrift }: RefreshedViewArgs): { adopt?: true; onDrift?: DriftAnswers } {
  return { ...(adopt === true ? { adopt } : {}), ...(onDrift === undefined ? {} : { onDrift }) };
}

// What comes from the environment is inherited; what comes from the stack's configuration is handed over as a secret.
function connectionEnvironment(config: ConnectionConfig = {}): Record<string, pulumi.Input<string>> {
  return {
    ...(isFromConfig() && config.databaseUrl ? { MATVIEW_DATABASE_URL: pulumi.secret(config.databaseUrl) } : {}),
    ...(config.cronDatabase ? { MATVIEW_CRON_DATABASE: config.cronDatabase } : {}),
  };
}

function shellWord(text: string): string {
  return /^[\w.]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
