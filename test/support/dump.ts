import { execFileSync } from "node:child_process";
import { join, relative } from "node:path";
import { requireInstallation } from "../../scripts/database/installation.ts";

/** All that the database holds but its rows, by the server's own pg_dump. */
export function dump(url: string): string {
  const { binaries, root } = requireInstallation();
  const program = join(binaries, "pg_dump");
  const [command, ...words] = root === undefined ? [program] : ["chroot", root, join("/", relative(root, program))];
  return execFileSync(command ?? "", [...words, "--schema-only", "--dbname", url], { encoding: "utf8" });
}
