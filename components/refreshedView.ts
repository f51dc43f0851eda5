import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { KEY_SUFFIX } from "../kinds/claim.ts";
import { saidBy } from "../kinds/once.ts";
import type { SpotCheck, ViewDeclaration } from "../kinds/viewDeclaration.ts";
import { variableOf } from "../postgres/connection.ts";
import { environment } from "../postgres/environment.ts";
import { displayName } from "../postgres/names.ts";
import { checkedArguments, saying } from "./checkRefreshedView.ts";
import { configuredConnection } from "./configuredConnection.ts";
import type { ConfiguredConnection } from "./configuredConnection.ts";
import { partsOf, runFirstRefresh } from "./firstRefresh.ts";
import type { FilledTogether, FilledView } from "./firstRefresh.ts";
import { MaterializedView } from "./materializedView.ts";
import type { MaterializedViewArgs } from "./materializedView.ts";
import { RefreshJob } from "./refreshJob.ts";
import type { RefreshedViewArgs } from "./refreshedViewArgs.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";
import { viewDefinition } from "./viewDefinition.ts";
import { ViewIndex } from "./viewIndex.ts";
import { viewIndexes } from "./viewIndexes.ts";
import type { NamedIndex, ViewIndexes } from "./viewIndexes.ts";
import { viewJobs } from "./viewJobs.ts";
import type { DeclaredJob, ViewJobs } from "./viewJobs.ts";
import { viewsRead } from "./viewsRead.ts";
import { withoutTraces } from "./withoutTraces.ts";

/**
 * A materialized view, the unique index that a concurrent refresh needs, its first refresh, and the pg_cron job, in this
 * order: no scheduled run meets a view without data, and none that is concurrent one without its index. A key that is taken away goes the
 * other way, as the engine deletes last: the command first.
 */
export class RefreshedView extends pulumi.ComponentResource {
  /** The view. */
  readonly view: MaterializedView;
  /** The unique index; undefined where no key is declared. */
  readonly index: ViewIndex | undefined;
  /** The other indexes, in the order of the argument. */
  readonly indexes: readonly ViewIndex[];
  /** The command that fills a new view, or several of `refreshedViews` together. */
  readonly firstRefresh: command.local.Command;
  /** The job that refreshes the view. */
  readonly job: RefreshJob;
  /** Vacuums the view, where that is asked for. */
  readonly vacuum: RefreshJob | undefined;
  /** Removes old runs from pg_cron's history, where that is asked for. */
  readonly purge: RefreshJob | undefined;
  /** Drops the old view that a changed definition kept aside, where that is asked for. */
  readonly previous: RefreshJob | undefined;
  /** What the `matview` command knows of the view: put it into the stack's output `views`. */
  readonly declaration: pulumi.Output<ViewDeclaration>;

  /** `together` is for refreshedViews. */
  constructor(
    name: string,
    given: RefreshedViewArgs = {},
    options?: pulumi.ComponentResourceOptions,
    together?: FilledTogether,
  ) {
    super("matview:index:RefreshedView", name, {}, options);
    // A mistake in it is told here once, before anything is planned.
    saidBy(environment);
    const args = checkedArguments(name, given);
    const known = completed(name, args);
    const jobs = viewJobs(name, { schema: known.schema, name: known.name }, known.connected, args);
    pulumi.all([jobs.refresh.name, jobs.reason]).apply(([job, reason]) => {
      if (reason !== undefined) void pulumi.log.info(`job ${job} runs ${reason}`, this);
    });
    const place = { schema: args.schema ?? "public", name: args.name ?? name };
    // Where one command fills several views, whoever reads this one fills it before itself.
    const made = (): pulumi.Resource[] => (together === undefined ? [this] : partsOf(this.filled()));
    const reads = viewsRead(made, { ...place, definition: known.definition }, known.connected.name);
    // Told by the view that waits for it.
    reads.catch(() => undefined);
    this.view = withoutTraces(() => declareView(this, name, known, jobs, reads));
    this.index = declareKey(this, name, known, this.view);
    this.indexes = [...known.indexed.others].map(([suffix, index]) =>
      declareIndex(this, `${name}-index-${suffix}`, { ...known, index }, this.view),
    );
    together?.join(this.filled());
    this.firstRefresh = together?.command ?? withoutTraces(() => runFirstRefresh(this, name, known, this.filled()));
    const job = { incarnation: this.view.incarnation, dependsOn: this.firstRefresh };
    this.job = withoutTraces(() => declareJob(this, `${name}-refresh`, known, jobs.refresh, job));
    this.vacuum = declareCompanion(this, `${name}-vacuum`, known, jobs.vacuum);
    this.purge = declareCompanion(this, `${name}-purge`, known, jobs.purge, cronDatabaseOf(known));
    // What is kept goes when its time is over, also where the view is not refreshed.
    this.previous = declareCompanion(this, `${name}-previous`, { ...known, job: {} }, jobs.previous);
    this.declaration = declarationOf(known, this);
    this.registerOutputs();
  }

  private filled(): FilledView {
    return { view: this.view, indexes: [...(this.index === undefined ? [] : [this.index]), ...this.indexes] };
  }
}

/** The arguments with what the conventions say. */
interface Completed extends RefreshedViewArgs {
  readonly schema: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly definition: pulumi.Input<string>;
  readonly key: readonly pulumi.Input<string>[];
  readonly indexed: ViewIndexes;
  readonly connected: ConfiguredConnection;
}

function completed(resource: string, args: RefreshedViewArgs): Completed {
  const { schema = "public", name = resource, uniqueKey: key = [] } = args;
  const read = (view: string): string => saying(resource, () => viewDefinition(view));
  return {
    ...args,
    schema: pulumi.output(schema),
    name: pulumi.output(name),
    definition: args.definition ?? (typeof name === "string" ? read(name) : pulumi.output(name).apply(read)),
    key,
    indexed: viewIndexes(resource, pulumi.output(name), args),
    connected: configuredConnection(args.connection),
  };
}

function cronDatabaseOf({ connected }: Completed): pulumi.Input<string | undefined> {
  return environment[variableOf("MATVIEW_CRON_DATABASE", connected.name)] ?? connected.cronDatabase;
}

function declareView(
  parent: RefreshedView,
  name: string,
  args: Completed,
  jobs: ViewJobs,
  reads: Promise<pulumi.Resource[]>,
): MaterializedView {
  return new MaterializedView(
    name,
    named({
      schema: args.schema,
      name: args.name,
      definition: args.definition,
      ...(args.indexed.key === undefined ? {} : { uniqueKey: [...args.key], keyIndex: args.indexed.key.name }),
      ...builtWithView(args.indexed),
      job: jobs.refresh.name,
      owner: args.owner,
      comment: args.comment,
      grants: args.grants,
      storageParameters: args.storageParameters,
      tablespace: args.tablespace,
      dependents: args.dependents,
      allowColumnChanges: args.allowColumnChanges,
      rowCount: args.rowCount,
      rowSecurity: args.rowSecurity,
      swapDeadlineSeconds: args.swapDeadlineSeconds,
      keepPrevious: args.keepPrevious,
      change: args.change,
      readReplicas: args.readReplicas,
      ...takeover(args),
    }),
    { parent, dependsOn: reads },
    { job: jobs.refresh.keeps.name, ...(args.indexed.keeps === undefined ? {} : { keyIndex: args.indexed.keeps }) },
  );
}

// What a swap builds besides a key on plain columns, which the view knows from its own arguments.
function builtWithView({ key, others }: ViewIndexes): Pick<MaterializedViewArgs, "indexes"> {
  const indexes = [...others.values()];
  if (key !== undefined && !key.isPlain) {
    const { isPlain, ...parts } = key;
    void isPlain;
    indexes.push(parts);
  }
  return indexes.length === 0 ? {} : { indexes: indexes.map(named) };
}

function declareKey(
  parent: RefreshedView,
  name: string,
  args: Completed,
  view: MaterializedView,
): ViewIndex | undefined {
  if (args.indexed.key === undefined) return undefined;
  const { isPlain, ...index } = args.indexed.key;
  const { keeps } = args.indexed;
  const parts = { ...args, index, keeps, ...(isPlain ? {} : { isKey: true as const }) };
  return declareIndex(parent, `${name}${KEY_SUFFIX}`, parts, view);
}

function declareIndex(
  parent: RefreshedView,
  name: string,
  args: Completed & { readonly index: NamedIndex; readonly isKey?: true; readonly keeps?: ViewIndexes["keeps"] },
  view: MaterializedView,
): ViewIndex {
  const { schema, name: of, index, isKey: key, keeps } = args;
  const given = named({ schema, view: of, ...index, key, ...takeover(args) });
  // An index goes with its view.
  const options = { parent, dependsOn: [view], deletedWith: view };
  return withoutTraces(() => new ViewIndex(name, given, options, keeps === undefined ? undefined : { name: keeps }));
}

function declareJob(
  parent: RefreshedView,
  name: string,
  args: Completed,
  { keeps, ...job }: DeclaredJob,
  {
    incarnation,
    dependsOn,
    database,
  }: { incarnation?: pulumi.Output<string>; dependsOn: pulumi.Resource; database?: pulumi.Input<string | undefined> },
): RefreshJob {
  return new RefreshJob(
    name,
    named({ ...job, active: args.job?.active ?? true, database, user: args.owner, incarnation, ...takeover(args) }),
    // The view takes its jobs along, in the transaction that drops it.
    { parent, dependsOn: [dependsOn], deletedWith: parent.view },
    keeps,
  );
}

// Each property of a resource costs the program half a millisecond, also one that is not there.
function named<Args extends object>(args: Args): Args {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as Args;
}

// What goes along with the refresh job is there as long as that is, and rests with it.
function declareCompanion(
  parent: RefreshedView,
  name: string,
  args: Completed,
  job: DeclaredJob | undefined,
  database?: pulumi.Input<string | undefined>,
): RefreshJob | undefined {
  return job === undefined ? undefined : declareJob(parent, name, args, job, { dependsOn: parent.job, database });
}

function declarationOf(
  { stamp, refresh, rowSecurity, spotChecks = [], connected, connection }: Completed,
  { view, index, job }: RefreshedView,
): pulumi.Output<ViewDeclaration> {
  const { schema, name } = view;
  const { databaseUrl, cronDatabase } = typeof connection === "object" ? connection : {};
  const { name: jobName, schedule, active } = job;
  return pulumi
    .output({
      schema,
      name,
      index: index?.name,
      jobName,
      schedule,
      active,
      stamp,
      maxAge: refresh?.maxAge,
      rowSecurity,
      spotChecks,
      cronDatabase,
    })
    .apply((known) => ({
      view: displayName(known),
      ...(connected.name === undefined ? {} : { connection: connected.name }),
      ...(databaseUrl === undefined ? {} : { hasOwnUrl: true }),
      ...(known.cronDatabase === undefined ? {} : { cronDatabase: known.cronDatabase }),
      ...(known.index === undefined ? { plain: true } : { index: known.index }),
      job: known.jobName,
      schedule: known.schedule,
      active: known.active,
      ...(known.stamp === undefined ? {} : { stamp: known.stamp }),
      ...(known.maxAge === undefined ? {} : { maxAge: known.maxAge }),
      ...(known.rowSecurity === undefined ? {} : { rowSecurity: known.rowSecurity }),
      spotChecks: [...known.spotChecks] as SpotCheck[],
    }));
}

function takeover({ adopt, onDrift, connection }: RefreshedViewArgs): TakeoverArgs {
  return {
    ...(adopt === undefined ? {} : { adopt }),
    ...(onDrift === undefined ? {} : { onDrift }),
    ...(connection === undefined ? {} : { connection }),
  };
}
