import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** Writes a stack's configuration to a file that is not the committed one; the salt that the engine put there stays. */
export function writeStackConfig(file: string, configuration: string): void {
  const salt = existsSync(file) ? /^encryptionsalt: .*$/m.exec(readFileSync(file, "utf8"))?.[0] : undefined;
  const text = salt === undefined ? configuration : `${configuration.trimEnd()}\n${salt}\n`;
  writeFileSync(file, text, { mode: 0o600 });
}
