import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DATA } from "./clusterTemplate.ts";
import { composeIsUsable, ensureComposeDatabase, removeComposeDatabase } from "./compose.ts";
import { LOCAL_SERVER_FOLDER } from "./folders.ts";
import { findInstallations } from "./installation.ts";
import { canInstall, ensureInstallation } from "./packages.ts";
import { loadSample } from "./sample.ts";
import { startServer, useServer, type Server } from "./server.ts";
import { runningPid } from "./serverProcess.ts";
import { readRecord } from "./serverRecord.ts";
import { withClient } from "./withClient.ts";

/** The role that owns the dev stack's view and job; pg_cron is let in as it. */
const OWNER = "matview_owner";

/** The dev stack's database. */
export interface LocalDatabase {
  /** As superuser. It holds the secret password. */
  readonly url: string;
  /** Whether this call started it. */
  readonly started: boolean;
}

/**
 * The dev stack's private server: started if it does not run, with pg_cron preloaded and the sample in its database postgres. It
 * goes on running, so that the job runs; its rows and its port outlast a reboot.
 * @throws with what is missing and how to get it, when there is neither PostgreSQL with pg_cron nor a way to install it, nor Docker.
 */
export async function ensureLocalDatabase(folder = LOCAL_SERVER_FOLDER): Promise<LocalDatabase> {
  if (findInstallations().length === 0 && !canInstall() && composeIsUsable()) {
    const found = await ensureComposeDatabase(folder);
    await loadSample(found.url);
    return found;
  }
  const running = runningServer(folder);
  const server = running ?? (await startLocalServer(folder));
  await loadSample(server.url());
  return { url: server.url(), started: running === undefined };
}

/** Stops the dev stack's server and removes it with its rows; nothing where there is none. */
export async function removeLocalDatabase(folder = LOCAL_SERVER_FOLDER): Promise<void> {
  await runningServer(folder)?.stop();
  removeComposeDatabase(folder);
  rmSync(folder, { recursive: true, force: true });
}

/** Whether a URL is the dev stack's private server's, running or not: `npm run env` hands it to shells that outlive the server. */
export function isLocalDatabase(url: string, folder = LOCAL_SERVER_FOLDER): boolean {
  const record = readRecord(folder);
  return record !== undefined && useServer(record).url() === url;
}

/** The dev stack's server if it runs. */
export function runningServer(folder = LOCAL_SERVER_FOLDER): Server | undefined {
  const record = readRecord(folder);
  const pid = runningPid(folder);
  return record === undefined || pid === undefined ? undefined : useServer({ ...record, pid });
}

async function startLocalServer(folder: string): Promise<Server> {
  const versionFile = join(folder, DATA, "PG_VERSION");
  const version = existsSync(versionFile) ? readFileSync(versionFile, "utf8").trim() : undefined;
  await ensureInstallation(version);
  const before = readRecord(folder);
  const server = await startServer({
    directory: folder,
    durable: true,
    ...(version === undefined ? {} : { version }),
    ...(before === undefined ? {} : { preferredPort: before.port }),
  });
  await server.mapRole(OWNER);
  if (before !== undefined && before.port !== server.port) await moveJobs(server);
  return server;
}

// A job keeps the port that it was declared on; when that is taken by now, pg_cron would knock at the wrong door.
async function moveJobs(server: Server): Promise<void> {
  await withClient(server.url(), async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      "select pg_catalog.to_regclass('cron.job') is not null as there",
    );
    if (rows[0]?.there === true) await client.query("update cron.job set nodeport = $1", [server.port]);
  });
}
