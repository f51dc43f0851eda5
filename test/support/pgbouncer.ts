import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { asServer, giveToServer } from "../../scripts/database/account.ts";
import { canInstall, install } from "../../scripts/database/packages.ts";
import { freePort } from "../../scripts/database/postmaster.ts";
import { until } from "../../scripts/database/until.ts";

const PROGRAM = "/usr/sbin/pgbouncer";

/** A PgBouncer between clients and a server. */
export interface Pooler {
  /** The server's database through it, on a port of its own. */
  readonly url: string;
}

/**
 * Gives the action a PgBouncer in front of a database and ends it afterwards; Debian's, installed where the caller may.
 * @throws where there is none.
 */
export async function withPgBouncer(
  server: string,
  { mode, size }: { readonly mode: "transaction" | "session"; readonly size: number },
  action: (pooler: Pooler) => Promise<void>,
): Promise<void> {
  await ensureProgram();
  const near = new URL(server);
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "matview-pgbouncer-"));
  giveToServer(directory);
  const file = (name: string, lines: readonly string[]): string => {
    const path = join(directory, name);
    writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o600 });
    giveToServer(path);
    return path;
  };
  const users = file("users.txt", [`"${near.username}" "${decodeURIComponent(near.password)}"`]);
  const configuration = file("pgbouncer.ini", [
    "[databases]",
    `* = host=${near.hostname} port=${near.port}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = scram-sha-256",
    `auth_file = ${users}`,
    `pool_mode = ${mode}`,
    `default_pool_size = ${size}`,
  ]);
  const [command, args] = asServer(directory, [PROGRAM, ["-q", configuration]], { diesWithCaller: true });
  const child = spawn(command, args, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const through = new URL(near);
  through.port = String(port);
  try {
    await until(() => answers(through.href), { what: "PgBouncer to answer" });
    await action({ url: through.href });
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(directory, { recursive: true });
  }
}

async function ensureProgram(): Promise<void> {
  if (existsSync(PROGRAM)) return;
  if (canInstall()) await install("pgbouncer");
  execFileSync(PROGRAM, ["--version"], { stdio: "ignore" });
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
