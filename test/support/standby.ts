import type { Connection } from "../../postgres/connection.ts";
import { resolveReplicas } from "../../postgres/connection.ts";
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
  await withServer({}, async (database) => {
    const standby = await startStandby(database.server, { settings });
    const url = standby.url(database.name);
    const caughtUp = async (): Promise<void> => {
      const { rows } = await database.client.query<{ at: string }>("select pg_current_wal_insert_lsn()::text as at");
      const replayed = "select pg_last_wal_replay_lsn() >= $1 as done";
      // A commit is flushed later than it is told, on servers that need not be durable.
      await until(
        () =>
          withClient(
            url,
            async (client) => (await client.query<{ done: boolean }>(replayed, [rows[0]?.at])).rows[0]?.done,
          ),
        { what: "the standby to replay" },
      );
    };
    try {
      await until(
        async () =>
          (await database.client.query("select 1 from pg_stat_replication where replay_lsn is not null")).rowCount,
        { what: "the standby to stream" },
      );
      const replicas = resolveReplicas({ argument: [url] }, {});
      await action({
        database,
        url,
        name: `127.0.0.1:${standby.port}`,
        replicas,
        caughtUp,
        stop: () => standby.stop(),
      });
    } finally {
      await standby.stop();
    }
  });
}
