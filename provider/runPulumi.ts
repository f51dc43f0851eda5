import { spawn } from "node:child_process";
import { userError } from "../postgres/errors.ts";
import { whenStopping } from "../postgres/stopping.ts";
import { compileCacheFolder } from "./compileCache.ts";

/** How a run of the engine ended and what it said. */
export interface PulumiRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The engine's exit status for "there are changes, and none were expected". */
export const CHANGES_FOUND = 7;

/** Runs `pulumi`, the one on PATH, in the folder of the program. @throws where there is none. */
export function runPulumi(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<PulumiRun> {
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCacheFolder(), PULUMI_SKIP_UPDATE_CHECK: "true", ...env },
  });
  // It is in no terminal's group where only this process is told to stop.
  const forget = whenStopping(() => child.kill("SIGTERM"));
  child.once("close", forget);
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (text.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (text.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once("error", () =>
      reject(
        userError('pulumi is not on PATH, and --stack needs it; in this checkout: eval "$(npm run --silent env)"'),
      ),
    );
    child.once("close", (code) => resolve({ code: code ?? 1, ...text }));
  });
}
