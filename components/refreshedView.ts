import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { planJobs } from "../kinds/refreshJob/refreshSettings.ts";
import type { PlannedJob, PlannedJobs, RefreshSettings } from "../kinds/refreshJob/refreshSettings.ts";
import { roleTimeouts } from "../kinds/refreshJob/roleTimeouts.ts";
import type { SpotCheck, ViewDeclaration } from "../kinds/viewDeclaration.ts";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";
import { resolveConnection } from "../postgres/connection.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import { userError } from "../postgres/errors.ts";
import { derivedName, displayName } from "../postgres/names.ts";
import { runFirstRefresh } from "./firstRefresh.ts";
import { MaterializedView } from "./materializedView.ts";
import type { GrantArgs } from "./materializedView.ts";
import { RefreshJob } from "./refreshJob.ts";
import { ViewIndex } from "./viewIndex.ts";

/** A materialized view that pg_cron keeps fresh. */
export interface RefreshedViewArgs {
  /** Schema of the view, e.g. `public`. */
  readonly schema: string;
  /** Name of the view. */
  readonly name: string;
  /** One SELECT; `viewDefinition(name)` reads it from `sql/views/<name>.sql`. */
  readonly definition: string;
  /**
   * Columns that identify a row: the unique index that a concurrent refresh needs is built on them. Without any the refreshes are plain, and
   * readers wait for each.
   */
  readonly uniqueKey?: readonly string[] | undefined;
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
  /** How old the view may become, and what a refresh does beside refreshing. */
  readonly refresh?: RefreshSettings | undefined;
  /** Column whose maximum says when the view was last refreshed; the `matview` command compares it with the run history. */
  readonly stamp?: string | undefined;
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
  /** Made from the names of database, schema and view when left out. */
  readonly name?: string | undefined;
  /** Derived from `refresh.maxAge` when left out. */
  readonly schedule?: string | undefined;
  /** Whether it may run. */
  readonly active: boolean;
}

/**
 * A materialized view, the unique index that a concurrent refresh needs, its first refresh, and the pg_cron job, in this
 * order: no scheduled run meets a view without data, and none that is concurrent one without its index. A key that is taken away goes the
 * other way, as the engine deletes last: the command first.
 */
export class RefreshedView extends pulumi.ComponentResource {
  readonly view: MaterializedView;
  /** Undefined where no unique key is declared. */
  readonly index: ViewIndex | undefined;
  readonly firstRefresh: command.local.Command;
  readonly job: RefreshJob;
  /** Vacuums the view, where that is asked for. */
  readonly vacuum: RefreshJob | undefined;
  /** Removes old runs from pg_cron's history, where that is asked for. */
  readonly purge: RefreshJob | undefined;
  /** What the `matview` command knows of the view: put it into the stack's output `views`. */
  readonly declaration: pulumi.Output<ViewDeclaration>;

  constructor(name: string, args: RefreshedViewArgs, options?: pulumi.ComponentResourceOptions) {
    super("matview:index:RefreshedView", name, {}, options);
    const jobs = jobsOf(args);
    if (jobs.reason !== undefined) void pulumi.log.info(`job ${jobs.refresh.name} runs ${jobs.reason}`, this);
    this.view = declareView(this, name, args, jobs);
    this.index = declareIndex(this, name, args, this.view);
    this.firstRefresh = runFirstRefresh(this, name, args, this.view, this.index);
    this.job = declareJob(this, `${name}-refresh`, args, jobs.refresh, {
      incarnation: this.view.incarnation,
      dependsOn: this.firstRefresh,
    });
    this.vacuum = declareCompanion(this, `${name}-vacuum`, args, jobs.vacuum);
    this.purge = declareCompanion(this, `${name}-purge`, args, jobs.purge, cronDatabaseOf(args));
    this.declaration = declarationOf(args, jobs, this);
    this.registerOutputs();
  }
}

const declareTimeout = roleTimeouts();

function jobsOf(args: RefreshedViewArgs): PlannedJobs {
  const { job, refresh = {}, stamp, owner, connection = {} } = args;
  const database = job.name === undefined ? resolveConnection(connection).database : "";
  const jobs = planJobs({ view: args, database, job, refresh, uniqueKey: keyOf(args), stamp });
  const timeoutMs = jobs.refresh.statementTimeoutMs;
  if (timeoutMs !== undefined) declareTimeout({ view: displayName(args), owner, timeoutMs });
  return jobs;
}

function cronDatabaseOf({ connection }: RefreshedViewArgs): string | undefined {
  return process.env["MATVIEW_CRON_DATABASE"] ?? connection?.cronDatabase;
}

function declareView(
  parent: RefreshedView,
  name: string,
  args: RefreshedViewArgs,
  jobs: PlannedJobs,
): MaterializedView {
  return new MaterializedView(
    name,
    {
      schema: args.schema,
      name: args.name,
      definition: args.definition,
      ...(keyOf(args).length === 0 ? {} : { uniqueKey: [...keyOf(args)], keyIndex: indexName(args) }),
      job: jobs.refresh.name,
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

function declareIndex(
  parent: RefreshedView,
  name: string,
  args: RefreshedViewArgs,
  view: MaterializedView,
): ViewIndex | undefined {
  if (keyOf(args).length === 0) {
    if (args.indexName === undefined) return undefined;
    throw userError(
      `${displayName(args)} has indexName ${args.indexName} and no uniqueKey: name the columns of the index, or leave its name out`,
    );
  }
  return new ViewIndex(
    `${name}-key`,
    {
      schema: args.schema,
      view: args.name,
      name: indexName(args),
      columns: [...keyOf(args)],
      unique: true,
      ...takeover(args),
    },
    // An index goes with its view.
    { parent, dependsOn: [view], deletedWith: view },
  );
}

function keyOf({ uniqueKey = [] }: RefreshedViewArgs): readonly string[] {
  return uniqueKey;
}

function indexName(args: RefreshedViewArgs): string {
  return args.indexName ?? derivedName(`${args.name}_${keyOf(args).join("_")}`, "idx");
}

function declareJob(
  parent: RefreshedView,
  name: string,
  args: RefreshedViewArgs,
  job: PlannedJob,
  {
    incarnation,
    dependsOn,
    database,
  }: { incarnation?: pulumi.Output<string>; dependsOn: pulumi.Resource; database?: string | undefined },
): RefreshJob {
  return new RefreshJob(
    name,
    { ...job, active: args.job.active, database, user: args.owner, incarnation, ...takeover(args) },
    // The view takes its jobs along, in the transaction that drops it.
    { parent, dependsOn: [dependsOn], deletedWith: parent.view },
  );
}

// What goes along with the refresh job is there as long as that is, and rests with it.
function declareCompanion(
  parent: RefreshedView,
  name: string,
  args: RefreshedViewArgs,
  job: PlannedJob | undefined,
  database?: string,
): RefreshJob | undefined {
  return job === undefined ? undefined : declareJob(parent, name, args, job, { dependsOn: parent.job, database });
}

function declarationOf(
  args: RefreshedViewArgs,
  { refresh }: PlannedJobs,
  { view, index, job }: RefreshedView,
): pulumi.Output<ViewDeclaration> {
  const names = pulumi.all([view.schema, view.name, job.name]);
  return pulumi.all([names, index?.name]).apply(([[schema, name, jobName], indexName]) => ({
    view: displayName({ schema, name }),
    ...(indexName === undefined ? { plain: true } : { index: indexName }),
    job: jobName,
    schedule: refresh.schedule,
    active: args.job.active,
    ...(args.stamp === undefined ? {} : { stamp: args.stamp }),
    ...(refresh.maxAge === undefined ? {} : { maxAge: refresh.maxAge }),
    spotChecks: [...(args.spotChecks ?? [])],
  }));
}

function takeover({ adopt, onDrift }: RefreshedViewArgs): { adopt?: true; onDrift?: DriftAnswers } {
  return { ...(adopt === true ? { adopt } : {}), ...(onDrift === undefined ? {} : { onDrift }) };
}
