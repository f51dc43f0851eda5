import { resolveReplicas } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connectionParts.ts";
import { startStandby } from "../../scripts/database/standby.ts";
import { until } from "../../scripts/database/until.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { withServer } from "./database.ts";
import type { TestDatabase } from "./database.ts";

/** A primary of its own with a standby that streams from it. */
export interface Replicated {
  readonly database: TestDatabase;
  /** As superuser, the same database on the standby. */
  readonly url: string;
  /** `host:port` of the standby. */
  readonly name: string;
  /** The standby as a replica that is named. */
  readonly replicas: readonly Connection[];
  /** Waits until all that is written is replayed. */
  readonly caughtUp: () => Promise<void>;
  /** Ends the standby. */
  readonly stop: () => Promise<void>;
}

/** Gives the action a primary with a streaming standby; both are ended afterwards. */
export async function withStandby(
  action: (replicated: Replicated) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withServer({}, (database) => withStandbyOf(database, action, settings));
}

/** Gives the action a streaming standby of a server that is running. */
export async function withStandbyOf(
  database: TestDatabase,
  action: (replicated: Replicated) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const standby = await startStandby(database.server, { settings });
  const url = standby.url(database.name);
  const isReplayed = async (position: string | undefined): Promise<boolean | undefined> => {
    const text = "select pg_last_wal_replay_lsn() >= $1 as done";
    return withClient(url, async (client) => (await client.query<{ done: boolean }>(text, [position])).rows[0]?.done);
  };
  const caughtUp = async (): Promise<void> => {
    // A commit is flushed later than it is told, on servers that need not be durable.
    const { rows } = await database.client.query<{ at: string }>("select pg_current_wal_insert_lsn()::text as at");
    await until(() => isReplayed(rows[0]?.at), { what: "the standby to replay" });
  };
  const streams = "select 1 from pg_stat_replication where replay_lsn is not null";
  try {
    await until(async () => (await database.client.query(streams)).rowCount, { what: "the standby to stream" });
    const replicas = resolveReplicas({ argument: [url] }, {});
    await action({ database, url, name: `127.0.0.1:${standby.port}`, replicas, caughtUp, stop: () => standby.stop() });
  } finally {
    await standby.stop();
  }
}
