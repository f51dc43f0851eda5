import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
