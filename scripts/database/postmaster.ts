import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { asServer } from "./account.ts";
import { DATA } from "./clusterTemplate.ts";
import type { Installation } from "./installed.ts";
import { until } from "./until.ts";

/** How a server's main process is started. */
export interface Launch {
  readonly installation: Installation;
  readonly directory: string;
  /** Writes the configuration for a port. */
  readonly configure: (port: number) => void;
  readonly diesWithCaller: boolean;
  readonly preferredPort?: number;
}

const LOG = "server.log";
const PORT_TRIES = 5;

/**
 * Starts the main process on a free port and waits until it takes connections.
 * @throws with the end of the server's log when it does not come up.
 */
export async function launch(options: Launch): Promise<{ readonly pid: number; readonly port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? options.preferredPort : undefined);
    options.configure(port);
    const log = join(options.directory, LOG);
    const start = existsSync(log) ? readFileSync(log).length : 0;
    const child = spawnServer(options, log);
    if (await isReady(child, options.directory)) return { pid: child.pid ?? 0, port };
    const said = readFileSync(log, "utf8").slice(start).trim();
    // Another process may have taken the port between our look and the server's.
    if (attempt < PORT_TRIES && /could not (bind|create any TCP)/.test(said)) continue;
    throw new Error(
      `PostgreSQL did not start in ${options.directory}; its log ends with\n${said.split("\n").slice(-8).join("\n")}`,
    );
  }
}

function spawnServer({ installation, directory, diesWithCaller }: Launch, log: string): ChildProcess {
  const [command, args] = asServer(
    directory,
    [join(installation.binaries, "postgres"), ["-D", join(directory, DATA)]],
    {
      diesWithCaller,
      root: installation.root,
    },
  );
  const output = openSync(log, "a", 0o600);
  // The caller's environment stays outside: pg_cron's connections would take PGHOST and its like from it.
  const env = { PATH: process.env["PATH"], LC_ALL: "C" };
  const child = spawn(command, [...args], { cwd: directory, env, detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.unref();
  return child;
}

async function isReady(child: ChildProcess, directory: string): Promise<boolean> {
  let ended = false;
  child.once("error", () => (ended = true)).once("exit", () => (ended = true));
  const file = join(directory, DATA, "postmaster.pid");
  // The first line is the process, the eighth its state, the same that pg_ctl waits for.
  await until(
    () => {
      if (ended) return true;
      const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
      return Number(lines[0]) === child.pid && ["ready", "standby"].includes(lines[7]?.trim() ?? "");
    },
    { what: `PostgreSQL to start in ${directory}` },
  );
  return !ended;
}

/** A loopback port that is free now: the preferred one if it is. */
export async function freePort(preferred = 0): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => (preferred === 0 ? reject(error) : resolve(freePort())));
    probe.listen(preferred, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}
