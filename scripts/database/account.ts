import { execFileSync, spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { insideRoot, type CommandLine } from "./rootFolder.ts";

/** The operating system's account that servers run as; undefined = the caller's own. PostgreSQL refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const USER = "postgres";
const SET_USER = [`--reuid=${USER}`, `--regid=${USER}`, "--init-groups"];
// Lets the server pass through folders that only root may enter, as a checkout under /root is; it writes in its own folder only.
const PASS_THROUGH = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];

let known: Account | undefined;

/**
 * The account for servers: the caller's, or the system's `postgres` user when the caller is root.
 * @throws when the caller is root and there is no such user.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  known ??= { uid: idOf("-u"), gid: idOf("-g") };
  return known;
}

function idOf(flag: string): number {
  try {
    return Number(execFileSync("id", [flag, USER], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    throw new Error(
      `there is no user "${USER}" on this system and PostgreSQL does not run as root: install PostgreSQL's packages`,
    );
  }
}

/** Name of the account as the server sees it on its socket (peer authentication). */
export function accountName(): string {
  return serverAccount() === undefined ? execFileSync("id", ["-un"], { encoding: "utf8" }).trim() : USER;
}

/** Gives a file or folder to the account that servers run as. */
export function giveToServer(path: string): void {
  const account = serverAccount();
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

/** How a server's command is run. */
interface Run {
  /** The kernel ends it when the calling process ends, however that happens (Linux only; elsewhere the next start tidies up). */
  readonly diesWithCaller?: boolean;
  /** Folder of another system's root that the command is found in. */
  readonly root?: string | undefined;
}

/**
 * The command as servers run it: as their account, able to reach `directory`.
 * @throws when the account cannot reach the directory.
 */
export function asServer(
  directory: string,
  [command, args]: CommandLine,
  { diesWithCaller = false, root }: Run = {},
): CommandLine {
  const death = diesWithCaller && process.platform === "linux" ? ["--pdeathsig=INT"] : [];
  if (root !== undefined) {
    const folders = [dirname(directory), tmpdir(), "/dev"];
    return insideRoot(root, ["setpriv", [...numericUser(), ...death, command, ...args]], folders);
  }
  const flags = [...accountFlags(directory), ...death];
  return flags.length === 0 ? [command, args] : ["setpriv", [...flags, command, ...args]];
}

function numericUser(): readonly string[] {
  const account = serverAccount();
  if (account === undefined) throw new Error("only root can run a server in another system's root folder");
  return [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups"];
}

function accountFlags(directory: string): readonly string[] {
  if (serverAccount() === undefined) return [];
  // Not "test -r": it asks access(2), which leaves capabilities out.
  for (const flags of [SET_USER, [...SET_USER, ...PASS_THROUGH]]) {
    if (spawnSync("setpriv", [...flags, "stat", `${directory}/.`], { stdio: "ignore" }).status === 0) return flags;
  }
  throw new Error(
    `the user "${USER}", which PostgreSQL runs as, cannot reach ${directory}: move the checkout, or let others pass through its parent folders (chmod o+x)`,
  );
}
