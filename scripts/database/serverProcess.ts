import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DATA } from "./clusterTemplate.ts";
import { until } from "./until.ts";

/** Process id of the server that runs in a folder. A file left by a killed server or an earlier boot is not believed. */
export function runningPid(directory: string): number | undefined {
  const data = join(directory, DATA);
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
  return Number.isInteger(pid) && isServer(pid, data) ? pid : undefined;
}

/** Whether a process is a server on this data folder; its id may have gone to another process since. */
export function isServer(pid: number, data: string): boolean {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(data);
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Sends a signal to a server's main process and waits until it is gone; one that is gone already is left alone. */
export async function signalAndWait(
  server: { readonly pid: number; readonly directory: string },
  signal: NodeJS.Signals,
): Promise<void> {
  const data = join(server.directory, DATA);
  if (!isServer(server.pid, data)) return;
  process.kill(server.pid, signal);
  await until(() => !isServer(server.pid, data), { what: `PostgreSQL to stop in ${server.directory}` });
}
