import { z } from "zod";
import { connectionConfig } from "../../lifecycle/databases.ts";
import { isFromConfig, resolveConnection, resolveReplicas } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connectionParts.ts";
import { userError } from "../../postgres/errors.ts";
import { runPulumi } from "../../provider/runPulumi.ts";
import { readStackConfig } from "../../provider/stackConfig.ts";

/** A database and the standbys on which its readers read, as far as they are named. */
export interface Servers {
  readonly connection: Connection;
  readonly replicas: readonly Connection[];
}

/** Which of a stack's databases. */
export interface Database {
  /** Name of its connection; undefined where the program has one database. */
  readonly connection?: string | undefined;
  /** The program gives the URL itself, so that the state alone has it. */
  readonly hasOwnUrl?: boolean | undefined;
  /** The one that holds pg_cron, where the program says so. */
  readonly cronDatabase?: string | undefined;
}

/** Tells one of a stack's databases from the others. */
export function databaseKey({ connection = "", hasOwnUrl = false }: Database): string {
  return `${connection} ${hasOwnUrl}`;
}

/** Finds a stack's databases: the environment first, then its program's URL in the state, then its configuration; each is asked once. */
export function stackServers(stack: string): (database?: Database) => Promise<Servers> {
  let config: ReturnType<typeof readStackConfig> | undefined;
  let urls: ReturnType<typeof ownUrls> | undefined;
  return async ({ connection, hasOwnUrl, cronDatabase } = {}) => {
    const known = await (config ??= readStackConfig(stack));
    const own = hasOwnUrl === true && isFromConfig(connection) ? await (urls ??= ownUrls(stack)) : undefined;
    const where = {
      ...(connection === undefined ? {} : { connection }),
      ...(cronDatabase === undefined ? {} : { cronDatabase }),
      ...own?.find((one) => one.connection === connection),
    };
    const configured = {
      databaseUrl: known?.["matview:databaseUrl"],
      databases: known?.["matview:databases"],
      cronDatabase: known?.["matview:cronDatabase"],
    };
    if (own !== undefined && where.databaseUrl === undefined)
      throw userError(
        `the URL of ${connection === undefined ? "the database" : `the connection ${connection}`} is the program's own, and the state of stack ${stack} has none yet`,
      );
    return {
      connection: resolveConnection(connectionConfig(where, configured)),
      replicas: resolveReplicas({ config: known?.["matview:readReplicas"], name: connection }),
    };
  };
}

/** As the engine writes a secret in clear. */
const secretSchema = z.object({ plaintext: z.string() }).transform(({ plaintext }) => JSON.parse(plaintext) as unknown);
const text = z.union([z.string(), secretSchema.pipe(z.string())]);
const stateSchema = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ inputs: z.record(z.string(), z.unknown()).optional() }))
      .optional()
      .default([]),
  }),
});
const whereSchema = z.object({ connection: text.optional(), databaseUrl: text, cronDatabase: text.optional() });

/** The databases whose URLs the program gives, as the last deploy had them. */
async function ownUrls(stack: string): Promise<{ connection?: string; databaseUrl: string; cronDatabase?: string }[]> {
  const { code, stdout, stderr } = await runPulumi(["stack", "export", "--show-secrets", "--stack", stack]);
  const parsed = code === 0 ? stateSchema.safeParse(JSON.parse(stdout)) : undefined;
  if (parsed?.success !== true) throw userError(`the state of stack ${stack} could not be read: ${stderr.trim()}`);
  return parsed.data.deployment.resources.flatMap(({ inputs }) => {
    const { data } = whereSchema.safeParse(inputs);
    if (data === undefined) return [];
    const { connection, databaseUrl, cronDatabase } = data;
    return [
      {
        ...(connection === undefined ? {} : { connection }),
        databaseUrl,
        ...(cronDatabase === undefined ? {} : { cronDatabase }),
      },
    ];
  });
}
