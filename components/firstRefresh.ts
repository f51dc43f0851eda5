import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { isFromConfig, variableOf } from "../postgres/connection.ts";
import { displayName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { ConfiguredConnection } from "./configuredConnection.ts";
import type { MaterializedView } from "./materializedView.ts";
import type { Inputs } from "./refreshedViewArgs.ts";
import type { ViewIndex } from "./viewIndex.ts";

/**
 * Runs in the program's folder, where Node.js finds the package as the program itself does. It never changes, wherever the package is
 * installed and whatever the view is called: a change of it would run in every stack.
 */
const FIRST_REFRESH = `node -e "import('pulumi-matview/first-refresh')"`;

/** A view that a command fills, with all its indexes. */
/** A view with what a first refresh waits for. */
export interface FilledView {
  readonly view: MaterializedView;
  readonly indexes: readonly ViewIndex[];
}

/** What a command fills: one view by its name, or a list. */
interface Filling {
  readonly names: pulumi.Input<string>;
  /** Of the views: where it changes, the command runs again. */
  readonly incarnation: pulumi.Input<string>;
  readonly after: pulumi.Input<pulumi.Input<pulumi.Resource>[]>;
}

/** The command that fills the view once it is there, before its job. */
export function runFirstRefresh(
  parent: pulumi.Resource,
  name: string,
  { schema, name: viewName, connected }: Inputs<QualifiedName> & { readonly connected: ConfiguredConnection },
  filled: FilledView,
): command.local.Command {
  const names = pulumi.output({ schema, name: viewName }).apply(displayName);
  const after = partsOf(filled);
  return firstRefresh(parent, name, connected, { names, incarnation: filled.view.incarnation, after });
}

/** Views that one command fills, in the order in which they read each other: it starts Node.js once for all. */
export interface FilledTogether {
  readonly command: command.local.Command;
  readonly join: (filled: FilledView) => void;
  /** No more join. */
  readonly close: () => void;
}

/** Declares the command; it waits for those who join. */
export function fillTogether(
  name: string,
  connection: ConfiguredConnection,
  above: pulumi.Resource | undefined,
): FilledTogether {
  const joined: FilledView[] = [];
  const closed = Promise.withResolvers<readonly FilledView[]>();
  const of = <T>(pick: (all: readonly FilledView[]) => pulumi.Input<T>): pulumi.Output<T> =>
    pulumi.output(closed.promise.then((all) => pick(all))) as pulumi.Output<T>;
  const names = of((all) =>
    pulumi
      .all(all.map(({ view }) => pulumi.all([view.schema, view.name])))
      .apply((views) => JSON.stringify(views.map(([schema, name]) => displayName({ schema, name })))),
  );
  const incarnation = of((all) => pulumi.all(all.map(({ view }) => view.incarnation)).apply((some) => some.join(" ")));
  const after = closed.promise.then((all) => all.flatMap(partsOf));
  const parent = new pulumi.ComponentResource(
    "matview:index:RefreshedViews",
    name,
    {},
    above === undefined ? {} : { parent: above },
  );
  return {
    command: firstRefresh(parent, name, connection, { names, incarnation, after }),
    join: (filled) => void joined.push(filled),
    close: () => closed.resolve(joined),
  };
}

/** What has to be there before a view is filled. */
export function partsOf({ view, indexes }: FilledView): pulumi.Resource[] {
  return indexes.length === 0 ? [view] : [...indexes];
}

function firstRefresh(
  parent: pulumi.Resource,
  name: string,
  connection: ConfiguredConnection,
  { names, incarnation, after }: Filling,
): command.local.Command {
  return new command.local.Command(
    `${name}-first-refresh`,
    {
      create: FIRST_REFRESH,
      environment: {
        MATVIEW_FIRST_REFRESH: names,
        // Not `triggers`, which would replace the command instead of running it again.
        MATVIEW_INCARNATION: incarnation,
        ...connectionEnvironment(connection),
      },
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: after },
  );
}

// What comes from the environment is inherited; what comes from the stack's configuration or the program is handed over as a secret.
function connectionEnvironment({
  name,
  databaseUrl,
  cronDatabase,
}: ConfiguredConnection): Record<string, pulumi.Input<string>> {
  return {
    ...(name === undefined ? {} : { MATVIEW_CONNECTION: name }),
    ...(isFromConfig(name) && databaseUrl
      ? { [variableOf("MATVIEW_DATABASE_URL", name)]: pulumi.secret(databaseUrl as pulumi.Input<string>) }
      : {}),
    ...(cronDatabase ? { [variableOf("MATVIEW_CRON_DATABASE", name)]: cronDatabase as pulumi.Input<string> } : {}),
  };
}
