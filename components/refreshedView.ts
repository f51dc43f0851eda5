import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { SpotCheck, ViewDeclaration } from "../kinds/viewDeclaration.ts";
import { postgresIndexName } from "../kinds/viewIndex/indexName.ts";
import type { ConfigKey } from "../lifecycle/configKeys.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import { environment } from "../postgres/environment.ts";
import { userError } from "../postgres/errors.ts";
import { derivedName, displayName } from "../postgres/names.ts";
import { checkedArguments, saying } from "./checkRefreshedView.ts";
import { runFirstRefresh } from "./firstRefresh.ts";
import { MaterializedView } from "./materializedView.ts";
import { RefreshJob } from "./refreshJob.ts";
import type { Inputs, RefreshedViewArgs } from "./refreshedViewArgs.ts";
import type { TakeoverArgs } from "./takeoverArgs.ts";
import { viewDefinition } from "./viewDefinition.ts";
import { ViewIndex } from "./viewIndex.ts";
import { viewJobs } from "./viewJobs.ts";
import type { DeclaredJob, ViewJobs } from "./viewJobs.ts";
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
  /** The command that fills a new view. */
  readonly firstRefresh: command.local.Command;
  /** The job that refreshes the view. */
  readonly job: RefreshJob;
  /** Vacuums the view, where that is asked for. */
  readonly vacuum: RefreshJob | undefined;
  /** Removes old runs from pg_cron's history, where that is asked for. */
  readonly purge: RefreshJob | undefined;
  /** What the `matview` command knows of the view: put it into the stack's output `views`. */
  readonly declaration: pulumi.Output<ViewDeclaration>;

  constructor(name: string, given: RefreshedViewArgs = {}, options?: pulumi.ComponentResourceOptions) {
    super("matview:index:RefreshedView", name, {}, options);
    const args = checkedArguments(name, given);
    const known = completed(name, args);
    const jobs = viewJobs(name, { schema: known.schema, name: known.name }, known.connection, args);
    pulumi.all([jobs.refresh.name, jobs.reason]).apply(([job, reason]) => {
      if (reason !== undefined) void pulumi.log.info(`job ${job} runs ${reason}`, this);
    });
    this.view = withoutTraces(() => declareView(this, name, known, jobs));
    this.index = declareIndex(this, name, known, this.view);
    this.firstRefresh = withoutTraces(() => runFirstRefresh(this, name, known, this.view, this.index));
    const job = { incarnation: this.view.incarnation, dependsOn: this.firstRefresh };
    this.job = withoutTraces(() => declareJob(this, `${name}-refresh`, known, jobs.refresh, job));
    this.vacuum = declareCompanion(this, `${name}-vacuum`, known, jobs.vacuum);
    this.purge = declareCompanion(this, `${name}-purge`, known, jobs.purge, cronDatabaseOf(known));
    this.declaration = declarationOf(known, this);
    this.registerOutputs();
  }
}

/** The arguments with what the conventions say. */
interface Completed extends RefreshedViewArgs {
  readonly schema: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly definition: pulumi.Input<string>;
  readonly key: readonly pulumi.Input<string>[];
  readonly keyIndex: pulumi.Output<string>;
  /** Its name where the convention makes it. */
  readonly keepsIndex: pulumi.Output<[made: string, earlier: string]> | undefined;
  readonly connection: Inputs<ConnectionConfig>;
}

/** The stack's configuration, by keys that there are. */
interface StackConfig {
  readonly get: (key: ConfigKey) => string | undefined;
  readonly getSecret: (key: ConfigKey) => pulumi.Output<string> | undefined;
}

function completed(resource: string, args: RefreshedViewArgs): Completed {
  const { schema = "public", name = resource, uniqueKey: key = [], indexName } = args;
  const names = indexNames(name, key);
  const config: StackConfig = new pulumi.Config("matview");
  const read = (view: string): string => saying(resource, () => viewDefinition(view));
  return {
    ...args,
    schema: pulumi.output(schema),
    name: pulumi.output(name),
    definition: args.definition ?? (typeof name === "string" ? read(name) : pulumi.output(name).apply(read)),
    key,
    keyIndex: indexName === undefined ? names.apply(([made]) => made) : pulumi.output(indexName),
    keepsIndex: indexName === undefined ? names : undefined,
    connection: args.connection ?? {
      databaseUrl: config.getSecret("databaseUrl"),
      cronDatabase: config.get("cronDatabase") || undefined,
    },
  };
}

/** What PostgreSQL would call it, and what an earlier convention did, which cut long names in another way. */
function indexNames(
  view: pulumi.Input<string>,
  key: readonly pulumi.Input<string>[],
): pulumi.Output<[made: string, earlier: string]> {
  return pulumi
    .all([view, ...key])
    .apply(([name = "", ...columns]): [made: string, earlier: string] => [
      postgresIndexName(name, columns),
      derivedName([name, ...columns].join("_"), "idx"),
    ]);
}

function cronDatabaseOf({ connection }: Completed): pulumi.Input<string | undefined> {
  return environment.MATVIEW_CRON_DATABASE ?? connection.cronDatabase;
}

function declareView(parent: RefreshedView, name: string, args: Completed, jobs: ViewJobs): MaterializedView {
  return new MaterializedView(
    name,
    named({
      schema: args.schema,
      name: args.name,
      definition: args.definition,
      ...(args.key.length === 0 ? {} : { uniqueKey: [...args.key], keyIndex: args.keyIndex }),
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
      ...takeover(args),
    }),
    { parent },
    {
      job: jobs.refresh.keeps.name,
      ...(args.key.length === 0 || args.keepsIndex === undefined ? {} : { keyIndex: args.keepsIndex }),
    },
  );
}

function declareIndex(
  parent: RefreshedView,
  name: string,
  args: Completed,
  view: MaterializedView,
): ViewIndex | undefined {
  if (args.key.length === 0) {
    if (args.indexName === undefined) return undefined;
    throw userError(
      `RefreshedView ${name}: indexName is given and uniqueKey is not: name the columns of the index, or leave its name out`,
    );
  }
  const given = named({
    schema: args.schema,
    view: args.name,
    name: args.keyIndex,
    columns: [...args.key],
    unique: true,
    ...takeover(args),
  });
  // An index goes with its view.
  const options = { parent, dependsOn: [view], deletedWith: view };
  const keeps = args.keepsIndex === undefined ? undefined : { name: args.keepsIndex };
  return withoutTraces(() => new ViewIndex(`${name}-key`, given, options, keeps));
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
  { stamp, refresh, rowSecurity, spotChecks = [] }: Completed,
  { view, index, job }: RefreshedView,
): pulumi.Output<ViewDeclaration> {
  const { schema, name } = view;
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
    })
    .apply((known) => ({
      view: displayName(known),
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

function takeover({ adopt, onDrift }: RefreshedViewArgs): TakeoverArgs {
  return { ...(adopt === undefined ? {} : { adopt }), ...(onDrift === undefined ? {} : { onDrift }) };
}
