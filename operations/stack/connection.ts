import type { ConfigKey } from "../../lifecycle/configKeys.ts";
import { isFromConfig, resolveConnection, resolveReplicas } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connection.ts";
import { environment } from "../../postgres/environment.ts";
import { runPulumi } from "./run.ts";

/** A database and the standbys on which its readers read, as far as they are named. */
export interface Servers {
  readonly connection: Connection;
  readonly replicas: readonly Connection[];
}

/** Where the stack's database is: the environment first, then the stack's own configuration. */
export async function stackServers(stack: string): Promise<Servers> {
  const read = async (key: ConfigKey): Promise<string | undefined> =>
    (await runPulumi(["config", "get", `matview:${key}`, "--stack", stack])).stdout.trim() || undefined;
  const [cronDatabase, databaseUrl, config] = await Promise.all([
    read("cronDatabase"),
    isFromConfig() ? read("databaseUrl") : undefined,
    environment.MATVIEW_READ_REPLICAS ? undefined : read("readReplicas"),
  ]);
  return { connection: resolveConnection({ cronDatabase, databaseUrl }), replicas: resolveReplicas({ config }) };
}
