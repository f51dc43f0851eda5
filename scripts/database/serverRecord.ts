import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATA } from "./clusterTemplate.ts";
import { TEMPLATES_FOLDER, TEST_SERVERS_FOLDER } from "./folders.ts";
import { removeMarker, writeMarker } from "./marker.ts";

/** What is written down of a running server: enough to use it, or tidy up after it, from another process. */
export interface ServerRecord {
  readonly directory: string;
  readonly version: string;
  readonly port: number;
  readonly pid: number;
  readonly socketDirectory: string;
  readonly cronDatabase: string;
  readonly token: string;
}

const RECORD = "server.json";

/** Writes the record into the server's folder, and the marker by which programs know a server of this checkout. */
export function writeRecord(record: ServerRecord): void {
  writeFileSync(join(record.directory, RECORD), JSON.stringify(record), { mode: 0o600 });
  writeMarker(record);
}

/** The record of the server that last ran in a folder, running or not. */
export function readRecord(directory: string): ServerRecord | undefined {
  const file = join(directory, RECORD);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ServerRecord) : undefined;
}

/** Forgets a server that was stopped: its marker, and its socket folder where that lies elsewhere. */
export function removeTraces(record: ServerRecord): void {
  removeMarker(record);
  if (!record.socketDirectory.startsWith(record.directory))
    rmSync(record.socketDirectory, { recursive: true, force: true });
}

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

/** Removes what killed processes left: folders of test servers that no longer run, half-made templates, markers. */
export function removeStale(): void {
  for (const name of namesIn(TEST_SERVERS_FOLDER)) {
    const directory = join(TEST_SERVERS_FOLDER, name);
    if (makerIsAlive(name) || runningPid(directory) !== undefined) continue;
    const record = readRecord(directory);
    if (record !== undefined) removeTraces(record);
    rmSync(directory, { recursive: true, force: true });
  }
  for (const name of namesIn(TEMPLATES_FOLDER)) {
    if (name.endsWith(".draft") && !makerIsAlive(name))
      rmSync(join(TEMPLATES_FOLDER, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function makerIsAlive(name: string): boolean {
  try {
    process.kill(Number.parseInt(name, 10), 0);
    return true;
  } catch {
    return false;
  }
}
