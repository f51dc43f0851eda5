import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import { escapeIdentifier, escapeLiteral } from "pg";
import { SAMPLE_DATABASE, sampleCluster } from "../../scripts/database/sampleCluster.ts";
import { startServer, type Server, type ServerOptions } from "../../scripts/database/server.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { signalAll } from "./processes.ts";
import { sharedServer } from "./server.ts";
import { untilRow } from "./untilRow.ts";

/** A database for one test. */
export interface TestDatabase {
  readonly server: Server;
  readonly name: string;
  /** As superuser. Another role: `server.url(name, role)`. */
  readonly url: string;
  /** A superuser's connection to it. */
  readonly client: Client;
  /** As superuser, the database where pg_cron lives. */
  readonly cronUrl: string;
  /** Makes a login role with a name of its own whose jobs pg_cron may run; `url` and `server.url` know its password. */
  createRole(options?: RoleOptions): Promise<string>;
  /** Has a role that the test makes itself dropped after it, once its jobs are gone. */
  ownRole(role: string): void;
}

/** What a test's role is like. */
export interface RoleOptions {
  /** What its name starts with. */
  readonly prefix?: string;
  /** Words after `create role <name>`. Default: login. */
  readonly attributes?: string;
}

/** A name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString("hex")}`;
}

/**
 * Gives the action a database of its own on the shared server and drops it afterwards, with its jobs and roles. With `template: "sample"`
 * (the default) it has the sample's tables, with "empty" nothing.
 */
export async function withDatabase<T>(
  action: (database: TestDatabase) => Promise<T>,
  { template = "sample" }: { readonly template?: "sample" | "empty" } = {},
): Promise<T> {
  const server = sharedServer();
  const name = uniqueName("test");
  const source = template === "sample" ? SAMPLE_DATABASE : "template0";
  await withClient(server.url(), (client) => client.query(`create database ${name} template ${source}`));
  const roles: string[] = [];
  try {
    return await useDatabase(server, name, roles, action);
  } finally {
    await withClient(server.url(server.cronDatabase), (client) => dropDatabase(client, name, roles));
  }
}

/** How a test's own server differs from the shared one. */
export interface TestServerOptions extends ServerOptions {
  /** Load the sample into `cronDatabase`. Default: true. */
  readonly sample?: boolean;
  /** Create pg_cron's extension in `cronDatabase`. Default: true. */
  readonly extension?: boolean;
  /**
   * No job runs: the launcher is there and stands still. Default: false. It answers no barrier either, so nothing here may drop a database.
   */
  readonly launcherStands?: boolean;
}

/** Gives the action a server of its own whose `cronDatabase` holds the view's sources and pg_cron alike; ended afterwards. */
export async function withServer<T>(
  { sample = true, extension = true, launcherStands = false, ...options }: TestServerOptions,
  action: (database: TestDatabase) => Promise<T>,
): Promise<T> {
  const server = await startServer(sample ? { template: await sampleCluster(options.version), ...options } : options);
  const name = server.cronDatabase;
  try {
    if (name !== "postgres") {
      const source = sample ? SAMPLE_DATABASE : "template0";
      await withClient(server.url(), (client) =>
        client.query(`create database ${escapeIdentifier(name)} template ${source}`),
      );
    }
    if (extension) await withClient(server.url(name), (client) => client.query("create extension pg_cron"));
    const use = (): Promise<T> => useDatabase(server, name, [], action);
    return launcherStands ? await whileLauncherStands(server, use) : await use();
  } finally {
    await server.stop();
  }
}

// cron.max_running_jobs = 0 holds nothing back (tried on 1.4).
async function whileLauncherStands<T>(server: Server, action: () => Promise<T>): Promise<T> {
  const launcher = await withClient(server.url(), (client) =>
    untilRow<{ pid: number }>(client, "the launcher", [
      "select pid from pg_catalog.pg_stat_activity where backend_type = 'pg_cron launcher'",
    ]),
  );
  process.kill(launcher.pid, "SIGSTOP");
  try {
    return await action();
  } finally {
    // A server that a test stopped itself has taken it along.
    signalAll([launcher.pid], "SIGCONT");
  }
}

async function useDatabase<T>(
  server: Server,
  name: string,
  roles: string[],
  action: (database: TestDatabase) => Promise<T>,
): Promise<T> {
  const url = server.url(name);
  return await withClient(url, async (client) => {
    // A test may end the server or its sessions; the next query then says so.
    client.on("error", () => undefined);
    return await action({
      server,
      name,
      url,
      client,
      cronUrl: server.url(server.cronDatabase),
      ownRole: (role) => void roles.push(role),
      async createRole({ prefix = "role", attributes = "login" } = {}) {
        const role = uniqueName(prefix);
        await client.query(`create role ${role} ${attributes} password ${escapeLiteral(server.password(role))}`);
        roles.push(role);
        await server.mapRole(role);
        return role;
      },
    });
  });
}

// Jobs first: a role that is dropped while it owns one stops pg_cron's launcher for everybody.
async function dropDatabase(cron: Client, name: string, roles: readonly string[]): Promise<void> {
  await cron.query("select cron.unschedule(jobid) from cron.job where database = $1 or username = any($2)", [
    name,
    roles,
  ]);
  await cron.query(
    "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where usename = any($1) and pid <> pg_catalog.pg_backend_pid()",
    [roles],
  );
  await cron.query(`drop database ${escapeIdentifier(name)} with (force)`);
  const { rows } = await cron.query<{ rolname: string }>(
    "select rolname from pg_catalog.pg_roles where rolname = any($1)",
    [roles],
  );
  for (const { rolname } of rows) {
    await cron.query(`drop owned by ${escapeIdentifier(rolname)}`);
    await cron.query(`drop role ${escapeIdentifier(rolname)}`);
  }
}
