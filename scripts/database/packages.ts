import { execFileSync } from "node:child_process";
import { withProgress } from "../../postgres/progress.ts";
import { checkoutVariables } from "../checkoutVariables.ts";
import { ensureDebianRoot } from "./debianRoot.ts";
import { findInstallation, requireInstallation } from "./installation.ts";
import { type Installation } from "./installed.ts";
import { aptGet } from "./loggedCommand.ts";

/**
 * PostgreSQL with pg_cron: what is there, else, when the caller is root, the distribution's packages or, for a version that it lacks,
 * another Debian release's in a root folder. An installation leaves no server behind: the cluster that the packages make and start is dropped again, and no other is touched.
 * @throws when it is missing and cannot be installed, with how to get it.
 */
export async function ensureInstallation(version = checkoutVariables.MATVIEW_POSTGRES_VERSION): Promise<Installation> {
  if (findInstallation(version) === undefined && canInstall()) {
    await installPackages(version);
    if (version !== undefined && findInstallation(version) === undefined) await ensureDebianRoot(version);
  }
  return requireInstallation(version);
}

/** Whether packages can be installed here: as root, with apt. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && output("apt-get", ["--version"]) !== undefined;
}

async function installPackages(version: string | undefined): Promise<void> {
  let name = cronPackage(packageNames(), version);
  if (name === undefined) {
    await withProgress("Reading the lists of the system's packages", () => aptGet(["update"]));
    name = cronPackage(packageNames(), version);
  }
  if (name === undefined) return;
  const chosen = name;
  const before = clusters();
  try {
    await withProgress(`Installing the system's package ${chosen}`, () => install(chosen));
  } finally {
    for (const [major, cluster] of addedClusters(before, clusters()))
      execFileSync("pg_dropcluster", ["--stop", major, cluster]);
  }
}

/** Installs a package. Lists that are older than the mirror name files that are no longer there, and there may be none yet. */
export async function install(name: string): Promise<void> {
  const command = ["install", "--yes", "--no-install-recommends", name];
  try {
    await aptGet(command);
  } catch {
    await aptGet(["update"]);
    await aptGet(command);
  }
}

/** The package that brings pg_cron and its PostgreSQL: of one major version, or the newest of those named. */
export function cronPackage(names: readonly string[], version?: string): string | undefined {
  return names
    .map((name) => /^postgresql-(\d+)-cron$/.exec(name))
    .filter((match) => match !== null && (version === undefined || match[1] === version))
    .sort((a, b) => Number(b?.[1]) - Number(a?.[1]))[0]?.[0];
}

function packageNames(): readonly string[] {
  return (output("apt-cache", ["pkgnames", "postgresql-"]) ?? "").split("\n");
}

/** A cluster of Debian's tools, by major version and name. */
export type ClusterName = readonly [major: string, cluster: string];

/** The clusters in the second listing of `pg_lsclusters --no-header` that are not in the first. */
export function addedClusters(before: string, after: string): readonly ClusterName[] {
  const known = new Set(namesOf(before).map(String));
  return namesOf(after).filter((name) => !known.has(String(name)));
}

function namesOf(listing: string): readonly ClusterName[] {
  return listing
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([major, cluster]) => (major && cluster ? [[major, cluster] as const] : []));
}

function clusters(): string {
  return output("pg_lsclusters", ["--no-header"]) ?? "";
}

function output(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return undefined;
  }
}
