import { execFileSync } from "node:child_process";
import { join, relative } from "node:path";
import { requireInstallation } from "../../scripts/database/installation.ts";

/** All that the database holds but its rows, by the server's own pg_dump. */
export function dump(url: string): string {
  const [command, ...words] = dumpCommand(url);
  return sameEachTime(execFileSync(command, words, { encoding: "utf8" }));
}

/** Without the key that pg_dump makes up at each call. */
export function sameEachTime(dump: string): string {
  return dump.replace(/^\\(un)?restrict .*$/gm, "");
}

/** The words of the command that prints it. */
export function dumpCommand(url: string): [string, ...string[]] {
  const { binaries, root } = requireInstallation();
  const program = join(binaries, "pg_dump");
  const words = ["--schema-only", "--dbname", url];
  return root === undefined ? [program, ...words] : ["chroot", root, join("/", relative(root, program)), ...words];
}
