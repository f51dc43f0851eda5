import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { localDirectory } from "../checkout.ts";

/** Clusters that servers are copied from. */
export const TEMPLATES_FOLDER = join(localDirectory, "templates");

/** Servers of tests and benchmarks, one folder each. */
export const TEST_SERVERS_FOLDER = join(localDirectory, "test");

/** One marker file for each running server of this checkout, by port. */
export const MARKERS_FOLDER = join(localDirectory, "servers");

/** The dev stack's server. */
export const LOCAL_SERVER_FOLDER = join(localDirectory, "database");

/** A new name in a folder; it begins with this process's id, so that what a dead process left is known by its name. */
export function freshName(): string {
  return `${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** Makes a folder that only its owner may enter. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}
