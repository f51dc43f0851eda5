import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { checkout } from "../checkout.ts";
import { lastLine, run } from "./executables.ts";

/** Makes a stack unless it is there. Not in the checkout: the engine would write a file beside Pulumi.yaml. */
export async function ensureStack(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "matview-stack-"));
  try {
    copyFileSync(join(checkout, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    const args = ["stack", "init", stack, "--no-select"];
    const { code, stderr } = await run("pulumi", args, { env: environment, cwd: directory });
    if (code !== 0 && !stderr.includes("already exists")) {
      throw new Error(`The stack ${stack} could not be made: ${lastLine(stderr)}`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A stack's configuration as its file has it. */
interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly encryptionsalt?: string;
}

/**
 * Writes a stack's configuration to a file that is not the committed one. The salt that the engine put there stays, and so does what a person
 * has set or removed there since it was written.
 */
export function writeStackConfig(file: string, configuration: string): void {
  const record = `${file}.written`;
  const [there, committed] = [stackFile(file), parse(configuration) as StackFile];
  const written = existsSync(record) ? stackFile(record) : committed;
  const isTheirs = (key: string): boolean => !isDeepStrictEqual(there?.config?.[key], written?.config?.[key]);
  const keys = [...new Set([there, written, committed].flatMap((one) => Object.keys(one?.config ?? {})))];
  const config = keys.map((key) => {
    const from = there !== undefined && isTheirs(key) ? there : committed;
    return [key, from.config?.[key]];
  });
  const salt = there?.encryptionsalt === undefined ? {} : { encryptionsalt: there.encryptionsalt };
  const text = stringify({ ...committed, config: Object.fromEntries(config) as object, ...salt });
  writeFileSync(file, text, { mode: 0o600 });
  writeFileSync(record, configuration, { mode: 0o600 });
}

function stackFile(file: string): StackFile | undefined {
  return existsSync(file) ? ((parse(readFileSync(file, "utf8")) as StackFile | null) ?? {}) : undefined;
}
