import { spawnSync } from "node:child_process";
import { join, relative } from "node:path";
import { findInstallation, requireInstallation } from "../../scripts/database/installation.ts";

/** What psql, and so libpq, answers to a query, or what it complains of: this system's, which sees the files that a URL names. */
export function psql(url: string, query: string, variables: Readonly<Record<string, string>>): string {
  const { binaries, root } = findInstallation(undefined) ?? requireInstallation();
  const program = join(binaries, "psql");
  const [command, ...words] = root === undefined ? [program] : ["chroot", root, join("/", relative(root, program))];
  const { stdout, stderr, status } = spawnSync(command ?? "", [...words, "-XAtq", "-d", url, "-c", query], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...variables },
  });
  return status === 0 ? stdout.trim() : `refused: ${stderr.trim()}`;
}
