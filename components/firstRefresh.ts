import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { isFromConfig } from "../postgres/connection.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import { displayName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { MaterializedView } from "./materializedView.ts";
import type { Inputs } from "./refreshedViewArgs.ts";
import type { ViewIndex } from "./viewIndex.ts";

/**
 * Runs in the program's folder, where Node.js finds the package as the program itself does. It never changes, wherever the package is
 * installed and whatever the view is called: a change of it would run in every stack.
 */
const FIRST_REFRESH = `node -e "import('pulumi-matview/first-refresh')"`;

/** The command that fills the view once it is there, before its job. */
export function runFirstRefresh(
  parent: pulumi.Resource,
  name: string,
  { schema, name: viewName, connection }: Inputs<QualifiedName> & { readonly connection: Inputs<ConnectionConfig> },
  view: MaterializedView,
  indexes: readonly ViewIndex[],
): command.local.Command {
  return new command.local.Command(
    `${name}-first-refresh`,
    {
      create: FIRST_REFRESH,
      environment: {
        MATVIEW_FIRST_REFRESH: pulumi.output({ schema, name: viewName }).apply(displayName),
        // Not `triggers`, which would replace the command instead of running it again.
        MATVIEW_INCARNATION: view.incarnation,
        ...connectionEnvironment(connection),
      },
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: indexes.length === 0 ? [view] : [...indexes] },
  );
}

// What comes from the environment is inherited; what comes from the stack's configuration is handed over as a secret.
function connectionEnvironment({
  databaseUrl,
  cronDatabase,
}: Inputs<ConnectionConfig>): Record<string, pulumi.Input<string>> {
  return {
    ...(isFromConfig() && databaseUrl
      ? { MATVIEW_DATABASE_URL: pulumi.secret(databaseUrl as pulumi.Input<string>) }
      : {}),
    ...(cronDatabase ? { MATVIEW_CRON_DATABASE: cronDatabase as pulumi.Input<string> } : {}),
  };
}
