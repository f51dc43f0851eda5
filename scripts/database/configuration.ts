import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accountName, giveToServer } from "./account.ts";

/** What a server's configuration is made from. */
export interface Configuration {
  readonly port: number;
  readonly socketDirectory: string;
  readonly token: string;
  readonly cronDatabase: string;
  readonly cronMode: "libpq" | "workers";
  /** Keep what was committed across a crash of the computer. */
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** Name of the identity map by which pg_cron's own connections are let in over the socket. */
const MAP = "matview";

/** Writes postgresql.conf, pg_hba.conf and, for roles whose jobs pg_cron may run, pg_ident.conf. */
export function writeConfiguration(data: string, configuration: Configuration): void {
  const settings = { ...settingsOf(configuration), ...configuration.settings };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replace(/[\\']/g, "$&$&")}'`);
  writePrivateFile(join(data, "postgresql.conf"), lines);
  writePrivateFile(join(data, "pg_hba.conf"), [
    `local all all peer map=${MAP}`,
    `local replication all peer map=${MAP}`,
    "host all all 127.0.0.1/32 scram-sha-256",
    "host replication all 127.0.0.1/32 scram-sha-256",
  ]);
}

function settingsOf(configuration: Configuration): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    port: String(configuration.port),
    unix_socket_directories: configuration.socketDirectory,
    unix_socket_permissions: "0700",
    cluster_name: clusterName(configuration.token),
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] %q%u@%d ",
    max_connections: "100",
    max_worker_processes: "16",
    shared_buffers: "64MB",
    max_wal_size: "1GB",
    shared_preload_libraries: "pg_cron",
    "cron.database_name": configuration.cronDatabase,
    // A job keeps the host it was declared with, so pg_cron comes in by the socket, as peer, and needs no password.
    "cron.host": configuration.socketDirectory,
    "cron.use_background_workers": configuration.cronMode === "workers" ? "on" : "off",
    ...(configuration.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
}

/** By this name a program tells a server of this checkout from any other: the token is in the server's marker file. */
export function clusterName(token: string): string {
  return `matview-local-${token}`;
}

/** Whether pg_ident.conf can let the servers' account in as any role; before PostgreSQL 16 each role needs a line of its own. */
export function mapsAnyRole(version: string): boolean {
  return Number(version) >= 16;
}

/** The line of pg_ident.conf that lets the servers' account in as a role, or, without one, as any role. */
export function identityLine(role?: string): string {
  return `${MAP} ${accountName()} ${role === undefined ? "all" : `"${role.replace(/"/g, '""')}"`}\n`;
}

function writePrivateFile(file: string, lines: readonly string[]): void {
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  giveToServer(file);
}
