import { createHmac, randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutVariables } from "../checkoutVariables.ts";
import { giveToServer } from "./account.ts";
import { copyEmptyCluster, copyTemplate, DATA, initialise, PASSWORD } from "./clusterTemplate.ts";
import { identityLine, mapsAnyRole, writeConfiguration } from "./configuration.ts";
import { freshName, makePrivateFolder, TEST_SERVERS_FOLDER } from "./folders.ts";
import { requireInstallation } from "./installation.ts";
import { type Installation } from "./installed.ts";
import { launch } from "./postmaster.ts";
import { signalAndWait } from "./serverProcess.ts";
import { readRecord, removeTraces, writeRecord, type ServerRecord } from "./serverRecord.ts";
import { until } from "./until.ts";
import { withClient } from "./withClient.ts";

/** What a private server is to be like. */
export interface ServerOptions {
  /** Where it keeps everything; a folder that holds a cluster already is started again. Default: a new folder, removed by `stop`. */
  readonly directory?: string;
  /** Major version, as "15". Default: MATVIEW_POSTGRES_VERSION, else the newest that has pg_cron. */
  readonly version?: string;
  /** Whether pg_cron runs jobs through connections or background workers. Default: MATVIEW_CRON_MODE, else "libpq". */
  readonly cronMode?: "libpq" | "workers";
  /** Where pg_cron's tables live. Default: "postgres". */
  readonly cronDatabase?: string;
  /** Lines of postgresql.conf, beside and over those that every server here has. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder of a server that is not running, to start from. Default: an empty cluster. */
  readonly template?: string;
  /** Keeps data across crashes and outlives this process. Default: no; the server ends with this process. */
  readonly durable?: boolean;
  /** Port to use when it is free. */
  readonly preferredPort?: number;
}

/** A running private server. It listens on loopback and on a socket that only its own account may enter. */
export interface Server extends ServerRecord {
  readonly host: "127.0.0.1";
  /** Connection URL. A role other than postgres has the password that `password` tells. */
  url(database?: string, role?: string): string;
  /** The superuser's password, or the one that a role must be given for `url` to hold. */
  password(role?: string): string;
  /** Lets pg_cron run this role's jobs (its connections are let in by name). */
  mapRole(role: string): Promise<void>;
  /** Ends the server; what was made for it alone is removed. `clean` writes everything first, `keep` keeps the folder. */
  stop(options?: { readonly clean?: boolean; readonly keep?: boolean }): Promise<void>;
}

/**
 * Starts a private PostgreSQL with pg_cron on a free loopback port.
 * @throws when PostgreSQL with pg_cron is missing, or with the end of the server's log when it does not start.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const installation = requireInstallation(options.version);
  const directory = options.directory ?? join(TEST_SERVERS_FOLDER, freshName());
  await prepareCluster(directory, installation, options);
  const socketDirectory = prepareSocketFolder(directory);
  const token = randomBytes(16).toString("hex");
  const cronDatabase = options.cronDatabase ?? "postgres";
  const configure = (port: number): void =>
    writeConfiguration(join(directory, DATA), {
      port,
      socketDirectory,
      token,
      cronDatabase,
      cronMode: options.cronMode ?? (checkoutVariables.MATVIEW_CRON_MODE === "workers" ? "workers" : "libpq"),
      durable: options.durable === true,
      settings: options.settings ?? {},
    });
  const { pid, port } = await launch({ installation, directory, configure, ...launchOptions(options) });
  const record = { directory, version: installation.version, port, pid, socketDirectory, cronDatabase, token };
  writeRecord(record);
  return useServer(record, { removeFolder: options.directory === undefined, durable: options.durable === true });
}

function launchOptions({ durable, preferredPort }: ServerOptions): { diesWithCaller: boolean; preferredPort?: number } {
  return { diesWithCaller: durable !== true, ...(preferredPort === undefined ? {} : { preferredPort }) };
}

async function prepareCluster(directory: string, installation: Installation, options: ServerOptions): Promise<void> {
  makePrivateFolder(directory);
  giveToServer(directory);
  if (existsSync(join(directory, DATA))) return;
  if (options.template !== undefined) copyTemplate(options.template, directory);
  else if (options.durable === true) initialise(directory, installation);
  else await copyEmptyCluster(directory, installation);
  writeFileSync(identityFile(directory), identityLine(mapsAnyRole(installation.version) ? undefined : "postgres"), {
    mode: 0o600,
  });
  giveToServer(identityFile(directory));
}

function identityFile(directory: string): string {
  return join(directory, DATA, "pg_ident.conf");
}

// The longest path that a Unix socket can have is 103 bytes on macOS and 107 on Linux.
const MAX_SOCKET_PATH_BYTES = 103;

function prepareSocketFolder(directory: string): string {
  const inside = join(directory, "socket");
  const fits = Buffer.byteLength(join(inside, ".s.PGSQL.65535.lock")) <= MAX_SOCKET_PATH_BYTES;
  const folder = fits ? inside : (existingSocketFolder(directory) ?? mkdtempSync(join(tmpdir(), "matview-")));
  makePrivateFolder(folder);
  giveToServer(folder);
  return folder;
}

// A job keeps the socket folder that it was declared with, so a server that is started again keeps its folder.
function existingSocketFolder(directory: string): string | undefined {
  return readRecord(directory)?.socketDirectory;
}

/** The server of a record, as another process of this checkout started it. */
export function useServer(
  record: ServerRecord,
  { removeFolder = false, durable = true }: { readonly removeFolder?: boolean; readonly durable?: boolean } = {},
): Server {
  const superuserPassword = readFileSync(join(record.directory, PASSWORD), "utf8").trim();
  const password = (role = "postgres"): string =>
    role === "postgres" ? superuserPassword : createHmac("sha256", superuserPassword).update(role).digest("base64url");
  const url = (database = "postgres", role = "postgres"): string =>
    `postgresql://${encodeURIComponent(role)}:${password(role)}@127.0.0.1:${record.port}/${encodeURIComponent(database)}`;
  return {
    ...record,
    host: "127.0.0.1",
    url,
    password,
    async mapRole(role) {
      const file = identityFile(record.directory);
      if (mapsAnyRole(record.version) || readFileSync(file, "utf8").includes(identityLine(role))) return;
      appendFileSync(file, identityLine(role));
      await reload(record, url());
    },
    async stop({ clean = durable, keep = !removeFolder } = {}) {
      await signalAndWait(record, clean ? "SIGINT" : "SIGQUIT");
      removeTraces(record);
      if (!keep) rmSync(record.directory, { recursive: true, force: true });
    },
  };
}

// New connections have the new files as soon as the postmaster has read them.
async function reload({ pid }: ServerRecord, url: string): Promise<void> {
  const before = await configurationLoadedAt(url);
  process.kill(pid, "SIGHUP");
  await until(async () => (await configurationLoadedAt(url)) !== before, {
    what: "the server to read its configuration again",
  });
}

async function configurationLoadedAt(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ at: string }>("select pg_catalog.pg_conf_load_time()::pg_catalog.text as at");
    return rows[0]?.at ?? "";
  });
}
