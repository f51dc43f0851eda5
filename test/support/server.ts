import { ensureInstallation } from "../../scripts/database/packages.ts";
import { sampleCluster } from "../../scripts/database/sampleCluster.ts";
import { startServer, useServer, type Server } from "../../scripts/database/server.ts";
import type { ServerRecord } from "../../scripts/database/serverRecord.ts";
import { withClient } from "../../scripts/database/withClient.ts";

// Jest's workers get the environment of the process that ran the global setup.
const RECORD = "MATVIEW_TEST_SERVER";

/** Starts the server that integration tests share, each with a database of its own; pg_cron lives in its database postgres. */
export async function startSharedServer(): Promise<void> {
  await ensureInstallation();
  const server = await startServer({ template: await sampleCluster() });
  const { directory, version, port, pid, socketDirectory, cronDatabase, token } = server;
  const record: ServerRecord = { directory, version, port, pid, socketDirectory, cronDatabase, token };
  process.env[RECORD] = JSON.stringify(record);
  await withClient(server.url(), (client) => client.query("create extension pg_cron"));
}

/** Stops the shared server and removes its folder. */
export async function stopSharedServer(): Promise<void> {
  const record = process.env[RECORD];
  if (record === undefined) return;
  await useServer(JSON.parse(record) as ServerRecord, { removeFolder: true, durable: false }).stop();
}

/** The server that this run's tests share. */
export function sharedServer(): Server {
  const record = process.env[RECORD];
  if (record === undefined)
    throw new Error(
      "the shared test server is not running: run these tests with npm test, or jest with this project's configuration",
    );
  return useServer(JSON.parse(record) as ServerRecord);
}
