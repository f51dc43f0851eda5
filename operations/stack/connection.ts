import { resolveConnection } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connection.ts";
import { readStackConfig } from "../../provider/stackConfig.ts";

/** Where the stack's database is: the environment first, then the stack's own configuration. */
export async function stackConnection(stack: string): Promise<Connection> {
  const config = await readStackConfig(stack);
  return resolveConnection({
    cronDatabase: config?.["matview:cronDatabase"],
    databaseUrl: config?.["matview:databaseUrl"],
  });
}
