import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What a program said, how it ended, and why it could not even start. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The folders of PATH, without those where npm puts its shims: its `pulumi` is a downloader, not the engine. */
export function pathWithoutShims(path = process.env["PATH"] ?? ""): string[] {
  return path
    .split(delimiter)
    .filter((directory) => directory !== "" && !directory.endsWith(join("node_modules", ".bin")));
}

/** The first executable of that name in `directories`. */
export function findExecutable(name: string, directories: readonly string[] = pathWithoutShims()): string | undefined {
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() && statSync(file).size > 0;
  } catch {
    return false;
  }
}

/** How a program is run; `giveUpAt` ends it when it says so on stderr, for programs that try again for too long. */
export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly giveUpAt?: RegExp;
}

/** Runs a program to its end, output kept; one that cannot start, overruns or is given up ends with a code that is not 0. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { env = process.env, cwd, timeoutMs = 0, giveUpAt } = options;
  return new Promise((resolve) => {
    const settings = { env, cwd, timeout: timeoutMs, maxBuffer: 256 * 1024 * 1024 };
    let givenUp = false;
    const child = execFile(file, [...args], settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      const overran = error.killed === true && !givenUp ? `no answer within ${timeoutMs / 1_000} s` : "";
      const code = typeof error.code === "number" && error.code !== 0 ? error.code : 1;
      resolve({ code, stdout, stderr: overran || stderr || (stdout === "" ? error.message : "") });
    });
    child.stderr?.on("data", (text: string) => {
      if (givenUp || giveUpAt?.test(text) !== true) return;
      givenUp = true;
      child.kill();
    });
  });
}

/** The last line that says something, which is where programs put the reason. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
