import * as pulumi from "@pulumi/pulumi";
import { earlierJobName, jobName, planJobs } from "../kinds/refreshJob/refreshSettings.ts";
import type { PlannedJob, PlannedJobs, RefreshRequest } from "../kinds/refreshJob/refreshSettings.ts";
import { roleTimeouts } from "../kinds/refreshJob/roleTimeouts.ts";
import { resolveConnection } from "../postgres/connection.ts";
import { displayName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { KeepsArgs } from "../provider/resourceRequest.ts";
import { sayingOf } from "./checkRefreshedView.ts";
import type { ConfiguredConnection } from "./configuredConnection.ts";
import type { RefreshedViewArgs } from "./refreshedViewArgs.ts";

/** A job whose properties are known one by one, and the values of an earlier convention that the state may keep. */
export interface DeclaredJob {
  readonly name: pulumi.Output<string>;
  readonly schedule: pulumi.Output<string>;
  readonly command: pulumi.Output<string>;
  readonly keeps: { readonly name: KeepsArgs[string]; readonly schedule: KeepsArgs[string] };
}

/** The jobs of a view. */
export interface ViewJobs {
  readonly refresh: DeclaredJob & {
    readonly statementTimeoutMs: pulumi.Output<number | undefined>;
    readonly maxAge: pulumi.Input<string | undefined>;
  };
  readonly vacuum: DeclaredJob | undefined;
  readonly purge: DeclaredJob | undefined;
  readonly previous: DeclaredJob | undefined;
  /** Why the schedule is what it is, where it was derived. */
  readonly reason: pulumi.Output<string | undefined>;
}

type Names = { readonly [K in keyof QualifiedName]: pulumi.Output<string> };

/** What a part of a plan does not stand on. */
const ANY: RefreshRequest = {
  view: { schema: "public", name: "any" },
  job: { name: "any" },
  refresh: {},
  uniqueKey: [],
};

const declareTimeout = roleTimeouts();

/**
 * The jobs of a view. Each property waits for what it is made from and for nothing else: a schedule that is not known in a preview does not
 * make name and command look changed.
 */
export function viewJobs(
  resource: string,
  view: Names,
  connection: ConfiguredConnection,
  { job = {}, refresh = {}, stamp, owner, uniqueKey = [], keepPrevious }: RefreshedViewArgs,
): ViewJobs {
  const part = <T>(needs: object, pick: (jobs: PlannedJobs) => T): pulumi.Output<T> =>
    sayingOf(resource, pulumi.output(needs), (known) => pick(planJobs({ ...ANY, ...known })));
  const names = namesOf(resource, view, connection, job.name);
  // Whether there is one is all that a command stands on.
  const key = uniqueKey.map(() => "any");
  const { maxAge, lockTimeout, minAge, statementTimeout, vacuum, keepRuns } = refresh;
  const when = (name: pulumi.Output<string>) => ({ job: { name, schedule: job.schedule }, refresh: { maxAge } });
  const chosen = part(when(names.name), ({ refresh: { schedule }, reason }) => ({ schedule, reason }));
  const companion = (
    of: "vacuum" | "purge" | "previous",
    needs: (name: pulumi.Output<string>) => object,
  ): DeclaredJob => {
    const made = (name: pulumi.Output<string>) => part(needs(name), (jobs) => jobs[of] as PlannedJob);
    const [{ name, schedule, command }, earlier] = [made(names.name), made(names.earlier)];
    return {
      name,
      schedule,
      command,
      keeps: { name: pair(name, earlier.name), schedule: pair(schedule, earlier.schedule) },
    };
  };
  const statementTimeoutMs = part({ refresh: { statementTimeout } }, (jobs) => jobs.refresh.statementTimeoutMs);
  noteTimeout(resource, view, { owner, connection: connection.name }, statementTimeoutMs);
  return {
    refresh: {
      name: names.name,
      schedule: chosen.schedule,
      command: part({ view, refresh: { lockTimeout, minAge }, stamp, uniqueKey: key }, (jobs) => jobs.refresh.command),
      statementTimeoutMs,
      maxAge,
      // A schedule that was derived bears the minute that belongs to the name.
      keeps: {
        name: pair(names.name, names.earlier),
        schedule: pair(
          chosen.schedule,
          part(when(names.earlier), (jobs) => jobs.refresh.schedule),
        ),
      },
    },
    vacuum:
      vacuum === undefined
        ? undefined
        : companion("vacuum", (name) => ({ view, job: { name, schedule: chosen.schedule }, refresh: { vacuum } })),
    purge:
      keepRuns === undefined ? undefined : companion("purge", (name) => ({ job: { name }, refresh: { keepRuns } })),
    previous:
      keepPrevious === undefined ? undefined : companion("previous", (name) => ({ view, job: { name }, keepPrevious })),
    reason: chosen.reason,
  };
}

// Where a name or a schedule is given, both conventions make the same.
function pair(made: pulumi.Output<string>, earlier: pulumi.Output<string>): pulumi.Output<[string, string]> {
  return pulumi.all([made, earlier]);
}

function namesOf(
  resource: string,
  view: Names,
  connection: ConfiguredConnection,
  given: pulumi.Input<string> | undefined,
): { name: pulumi.Output<string>; earlier: pulumi.Output<string> } {
  if (given !== undefined) return { name: pulumi.output(given), earlier: pulumi.output(given) };
  const where = sayingOf(resource, pulumi.output(connection), (known) => {
    const { database, cronDatabase } = resolveConnection(known);
    return { database, cronDatabase };
  });
  const named = (make: typeof jobName): pulumi.Output<string> =>
    // A database's name is no secret, wherever it was read from.
    pulumi
      .all([pulumi.unsecret(where), view.schema, view.name])
      .apply(([at, schema, name]) => make(at, { schema, name }));
  return { name: named(jobName), earlier: named(earlierJobName) };
}

function noteTimeout(
  resource: string,
  view: Names,
  { owner, connection }: { readonly owner: pulumi.Input<string> | undefined; readonly connection: string | undefined },
  timeout: pulumi.Output<number | undefined>,
): void {
  const values = pulumi.all([view.schema, view.name, pulumi.output(owner), timeout]);
  sayingOf(resource, values, ([schema, name, role, timeoutMs]) => {
    if (timeoutMs === undefined) return;
    declareTimeout({ view: displayName({ schema, name }), connection, owner: role, timeoutMs });
  });
}
