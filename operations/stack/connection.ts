import type { ConfigKey } from "../../lifecycle/configKeys.ts";
import { isFromConfig, resolveConnection } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connection.ts";
import { runPulumi } from "./run.ts";

/** Where the stack's database is: the environment first, then the stack's own configuration. */
export async function stackConnection(stack: string): Promise<Connection> {
  const read = async (key: ConfigKey): Promise<string | undefined> =>
    (await runPulumi(["config", "get", `matview:${key}`, "--stack", stack])).stdout.trim() || undefined;
  const cronDatabase = await read("cronDatabase");
  return resolveConnection({ cronDatabase, databaseUrl: isFromConfig() ? await read("databaseUrl") : undefined });
}
