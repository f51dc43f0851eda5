import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkoutVariables } from "../checkoutVariables.ts";
import { findDebianRoot } from "./debianRoot.ts";
import type { Installation } from "./installed.ts";

const DEBIAN_ROOT = "/usr/lib/postgresql";

/** Installations that have pg_cron, newest first: the system's packages, then the one that `pg_config` on PATH belongs to. */
export function findInstallations(): readonly Installation[] {
  const folders = existsSync(DEBIAN_ROOT)
    ? readdirSync(DEBIAN_ROOT).map((version) => join(DEBIAN_ROOT, version, "bin"))
    : [];
  const onPath = ask("pg_config", ["--bindir"]);
  if (onPath !== undefined) folders.push(onPath);
  return [...new Set(folders)]
    .map(inspect)
    .filter((found) => found !== undefined)
    .sort((a, b) => Number(b.version) - Number(a.version));
}

function inspect(binaries: string): Installation | undefined {
  const programs = ["postgres", "initdb", "pg_config"].map((name) => join(binaries, name));
  if (!programs.every((program) => existsSync(program))) return undefined;
  const build = ask(join(binaries, "postgres"), ["--version"]);
  const shared = ask(join(binaries, "pg_config"), ["--sharedir"]);
  const version = build === undefined ? undefined : /\b(\d+)[.\w]*/.exec(build)?.[1];
  if (build === undefined || version === undefined || shared === undefined) return undefined;
  return existsSync(join(shared, "extension", "pg_cron.control")) ? { version, binaries, build } : undefined;
}

function ask(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** The installation of a major version, of this system before another Debian release's; without a version, this system's newest. */
export function findInstallation(version: string | undefined): Installation | undefined {
  const own = findInstallations();
  if (version === undefined) return own[0];
  return own.find((one) => one.version === version) ?? findDebianRoot(version);
}

/**
 * The installation of a major version; without one, MATVIEW_POSTGRES_VERSION or else the newest of this system.
 * @throws when it is not there.
 */
export function requireInstallation(version = checkoutVariables.MATVIEW_POSTGRES_VERSION): Installation {
  const found = findInstallation(version);
  if (found !== undefined) return found;
  const wanted = version === undefined ? "no PostgreSQL with pg_cron" : `no PostgreSQL ${version} with pg_cron`;
  throw new Error(
    `there is ${wanted} on this computer: install the package postgresql-${version ?? "NN"}-cron, or set MATVIEW_DATABASE_URL to a server that has it`,
  );
}
