import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asServer, giveToServer, serverAccount } from "./account.ts";
import { freshName, makePrivateFolder, TEMPLATES_FOLDER } from "./folders.ts";
import type { Installation } from "./installed.ts";

/** Where a server folder keeps its cluster. */
export const DATA = "data";

// A cluster gets its name when it is whole, so that one that was cut off is not taken for one.
const DRAFT = `${DATA}.draft`;

/** Where a server folder keeps the superuser's password. */
export const PASSWORD = "password";

/** Makes a cluster with a password and a system identifier of its own in `directory`, which must be empty. */
export function initialise(directory: string, installation: Installation, flags: readonly string[] = []): void {
  const password = join(directory, PASSWORD);
  rmSync(join(directory, DRAFT), { recursive: true, force: true });
  writeFileSync(password, randomBytes(24).toString("base64url"), { mode: 0o600 });
  giveToServer(password);
  const args = ["-D", join(directory, DRAFT), "-U", "postgres", "--pwfile", password, "-E", "UTF8", "--no-locale"];
  const [command, all] = asServer(
    directory,
    [join(installation.binaries, "initdb"), [...args, "--auth-local=peer", "--auth-host=scram-sha-256", ...flags]],
    { root: installation.root },
  );
  execFileSync(command, all, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  renameSync(join(directory, DRAFT), join(directory, DATA));
}

/**
 * Copies an empty cluster to `directory`; `initdb` runs once for each PostgreSQL, later servers cost a copy. The copies share
 * their password and their system identifier, as restored copies of one cluster would.
 */
export async function copyEmptyCluster(directory: string, installation: Installation): Promise<void> {
  const name = `empty-${slug(installation)}`;
  // Small WAL segments make the copy small, and no fsync: nothing of a template is worth keeping.
  const template = await cachedTemplate(name, (folder) => initialise(folder, installation, ["-N", "--wal-segsize=1"]));
  copyTemplate(template, directory);
}

/** A template by name, made by `make` in a folder that gets its name only when it is whole: several processes may race. */
export async function cachedTemplate(name: string, make: (folder: string) => void | Promise<void>): Promise<string> {
  const template = join(TEMPLATES_FOLDER, name);
  if (existsSync(template)) return template;
  const draft = join(TEMPLATES_FOLDER, `${freshName()}.draft`);
  makePrivateFolder(draft);
  giveToServer(draft);
  try {
    await make(draft);
    renameSync(draft, template);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
  return template;
}

/** Copies the cluster and the password of a server folder that is not running. */
export function copyTemplate(from: string, to: string): void {
  rmSync(join(to, DRAFT), { recursive: true, force: true });
  copy(join(from, PASSWORD), join(to, PASSWORD));
  copy(join(from, DATA), join(to, DRAFT));
  renameSync(join(to, DRAFT), join(to, DATA));
}

function copy(from: string, to: string): void {
  // Keeps the owner and, where the file system can, shares the blocks.
  if (process.platform === "linux") execFileSync("cp", ["-a", "--reflink=auto", from, to]);
  else cpSync(from, to, { recursive: true });
}

/** What tells templates of two installations and two accounts apart. */
export function slug({ build }: Installation): string {
  const account = serverAccount() === undefined ? "own" : "system";
  return `${build.toLowerCase()} ${account}`.replace(/[^a-z0-9.]+/g, "-").replace(/^postgres-/, "");
}
