import type { Client } from "pg";
import type { DatabaseIdentity } from "./capabilities.ts";
import { clientConfig } from "./connection.ts";
import type { Connection } from "./connectionParts.ts";
import { isServerError, SQLSTATE } from "./errors.ts";
import { connect, connected } from "./session.ts";
import { sqlText } from "./sqlFiles.ts";

/** A standby on which readers read. */
export interface Replica {
  /** `host:port`, by which messages name it. */
  readonly name: string;
  readonly client: Client;
}

/** How far a standby is behind its primary. */
export interface ReplicaLook {
  readonly inRecovery: boolean;
  readonly database: string;
  /** Bytes from what was asked for to what is replayed; negative ahead of it, null where nothing was asked for. */
  readonly behindBytes: number | null;
  /** Since the commit of the last transaction that was replayed; null where there was none since it started. */
  readonly replayedSecondsAgo: number | null;
  readonly isPaused: boolean;
}

/** What was wrong with replicas when they were looked at. */
export interface ReplicaProblems {
  /** What a person has to set right. */
  readonly refusals: readonly string[];
  /** Those that cannot be reached now. */
  readonly unreachable: readonly string[];
}

/** Who waits for a server that is not there keeps a deploy waiting. */
const PATIENCE_MS = 5_000;

export function replicaName({ host, port }: Connection): string {
  return `${host}:${port}`;
}

/** Opens a connection to each replica that can be had, for the time of `work`. */
export async function withReplicas<T>(
  replicas: readonly Connection[],
  applicationName: string,
  work: (opened: readonly Replica[], problems: ReplicaProblems) => Promise<T>,
): Promise<T> {
  const tried = await Promise.all(replicas.map((one) => openReplica(one, applicationName)));
  const opened = tried.filter((one) => "client" in one);
  const failed = tried.filter((one) => "problem" in one);
  try {
    return await work(opened, {
      refusals: failed.filter(({ isRefused }) => isRefused).map(({ problem }) => problem),
      unreachable: failed.filter(({ isRefused }) => !isRefused).map(({ problem }) => problem),
    });
  } finally {
    for (const { client } of opened) client.end().catch(() => undefined);
  }
}

/** How far it has replayed, against a position in the primary's write-ahead log. */
export async function lookAtReplica({ client }: Replica, position: string | null): Promise<ReplicaLook> {
  const { rows } = await client.query<ReplicaLook>(sqlText("describe/replica"), [position]);
  if (rows[0] === undefined) throw new Error("describe/replica.sql returned no row");
  return rows[0];
}

/** How far the primary has written. */
export async function walPosition(client: Client): Promise<string> {
  const { rows } = await client.query<{ position: string }>(sqlText("describe/wal_position"));
  return rows[0]?.position ?? "0/0";
}

/** Why a server that was named as a replica is none of this primary's database. */
export async function wrongReplica(replica: Replica, primary: DatabaseIdentity): Promise<string | undefined> {
  const [{ inRecovery, database }, system] = await Promise.all([
    lookAtReplica(replica, null),
    systemIdentifierOf(replica.client),
  ]);
  const { name } = replica;
  if (system !== "" && primary.systemIdentifier !== "" && system !== primary.systemIdentifier) {
    return (
      `read replica ${name} is another server: it has system identifier ${system}, and the database of the views ` +
      `${primary.systemIdentifier}; name a standby of this one in readReplicas`
    );
  }
  if (!inRecovery)
    return `read replica ${name} is no standby: it is the primary itself, or was promoted; take it out of readReplicas`;
  if (database !== primary.database)
    return `read replica ${name}: its URL names database ${database}, and the views are in ${primary.database}`;
  return undefined;
}

type Opened = Replica | { readonly name: string; readonly problem: string; readonly isRefused: boolean };

async function openReplica(connection: Connection, applicationName: string): Promise<Opened> {
  const name = replicaName(connection);
  const config = {
    ...clientConfig(connection, applicationName),
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  };
  try {
    return { name, client: await connect(connection, connection.database, (at) => connected(config, at)) };
  } catch (error) {
    const { message, cause } = error as Error;
    // A server that answers will say the same tomorrow, but for one that has too much to do or is just starting.
    const isBusy = [SQLSTATE.cannotConnectNow, SQLSTATE.tooManyConnections].some((code) => isServerError(cause, code));
    return { name, problem: `read replica ${name}: ${message}`, isRefused: isServerError(cause) && !isBusy };
  }
}

async function systemIdentifierOf(client: Client): Promise<string> {
  try {
    const { rows } = await client.query<{ systemIdentifier: string }>(sqlText("describe/system_identifier"));
    return rows[0]?.systemIdentifier ?? "";
  } catch (error) {
    if (isServerError(error, SQLSTATE.insufficientPrivilege)) return "";
    throw error;
  }
}
