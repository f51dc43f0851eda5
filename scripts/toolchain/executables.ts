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

/** Runs a program to its end, output kept; a program that cannot start or overruns its time ends with a code that is not 0. */
export function run(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number } = {},
): Promise<Ended> {
  const { env = process.env, cwd, timeoutMs = 0 } = options;
  return new Promise((resolve) => {
    const settings = { env, cwd, timeout: timeoutMs, maxBuffer: 256 * 1024 * 1024 };
    execFile(file, [...args], settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      const overran = error.killed === true ? `no answer within ${timeoutMs / 1_000} s` : "";
      const code = typeof error.code === "number" && error.code !== 0 ? error.code : 1;
      resolve({ code, stdout, stderr: overran || stderr || error.message });
    });
  });
}

/** The last line that says something, which is where programs put the reason. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
