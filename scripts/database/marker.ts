import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MARKERS_FOLDER } from "./folders.ts";

/** By what a program knows a server that this checkout's scripts started: its cluster_name holds the token. */
export interface Marker {
  readonly port: number;
  readonly pid: number;
  readonly token: string;
}

/** Writes a running server's marker. */
export function writeMarker({ port, pid, token }: Marker): void {
  mkdirSync(MARKERS_FOLDER, { recursive: true, mode: 0o700 });
  writeFileSync(markerFile(port), JSON.stringify({ port, pid, token }), { mode: 0o600 });
}

/** Removes a server's marker, unless another server has come to its port since. */
export function removeMarker({ port, token }: Omit<Marker, "pid">): void {
  const file = markerFile(port);
  const isOurs = existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as Marker).token === token;
  if (isOurs) rmSync(file, { force: true });
}

function markerFile(port: number): string {
  return join(MARKERS_FOLDER, `${port}.json`);
}
