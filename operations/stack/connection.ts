import { resolveConnection, resolveReplicas } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connection.ts";
import { readStackConfig } from "../../provider/stackConfig.ts";

/** A database and the standbys on which its readers read, as far as they are named. */
export interface Servers {
  readonly connection: Connection;
  readonly replicas: readonly Connection[];
}

/** Where the stack's database is: the environment first, then the stack's own configuration. */
export async function stackServers(stack: string): Promise<Servers> {
  const config = await readStackConfig(stack);
  return {
    connection: resolveConnection({
      cronDatabase: config?.["matview:cronDatabase"],
      databaseUrl: config?.["matview:databaseUrl"],
    }),
    replicas: resolveReplicas({ config: config?.["matview:readReplicas"] }),
  };
}
