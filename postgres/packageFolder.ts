import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** This package's own folder, the nearest with a package.json: its files are run as sources in it, or built in its `dist`. */
export const PACKAGE_FOLDER = packageFolder(import.meta.dirname);

function packageFolder(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageFolder(dirname(folder));
}

let version: string | undefined;

/** The version of this package. */
export function packageVersion(): string {
  version ??= (JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8")) as { version: string }).version;
  return version;
}
