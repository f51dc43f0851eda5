import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.ts";
import { run } from "../../scripts/toolchain/executables.ts";

/** A finding as `matview doctor --json` tells it. */
export interface PrintedFinding {
  readonly id: string;
  readonly symptom: string;
  readonly evidence: string;
  readonly cause: string;
  readonly fix: string;
  readonly run?: readonly string[];
}

/** Does what a fix says, as a person would: statements in one psql session, commands in a shell with `matview`. Answers what failed. */
export async function runPrinted({ run: lines = [] }: PrintedFinding, url: string): Promise<string> {
  if (lines.length === 0) return "";
  const folder = mkdtempSync(join(tmpdir(), "matview-fix-"));
  try {
    const program = join(checkout, "operations", "commandLine", "matview.ts");
    writeFileSync(join(folder, "matview"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    chmodSync(join(folder, "matview"), 0o755);
    const env = { ...process.env, NO_COLOR: "1", MATVIEW_DATABASE_URL: url, PATH: `${folder}:${process.env["PATH"]}` };
    const isCommand = (line: string): boolean => /^(?:matview|export) /.test(line);
    const told = lines.some(isCommand)
      ? await run("sh", ["-ec", lines.join("\n")], { env, cwd: checkout })
      : await run("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", url, ...lines.flatMap((line) => ["-c", line])], {
          env,
          cwd: folder,
        });
    return told.code === 0 ? "" : `${lines.join("\n")}\nended with ${told.code}: ${told.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
