import { spawnSync } from "node:child_process";
import { join, relative } from "node:path";
import { requireInstallation } from "../../scripts/database/installation.ts";

/** What the server's own psql, and so libpq, answers to a query, or what it complains of. */
export function psql(url: string, query: string, variables: Readonly<Record<string, string>>): string {
  const { binaries, root } = requireInstallation();
  const program = join(binaries, "psql");
  const [command, ...words] = root === undefined ? [program] : ["chroot", root, join("/", relative(root, program))];
  const { stdout, stderr, status } = spawnSync(command ?? "", [...words, "-XAtq", "-d", url, "-c", query], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...variables },
  });
  return status === 0 ? stdout.trim() : `refused: ${stderr.trim()}`;
}
