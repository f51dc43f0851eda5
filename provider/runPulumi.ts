import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
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

/** With npm's shims last, which npx puts first: their `pulumi` is a downloader, not the engine. */
function shimsLast(path = ""): string {
  const isOfShims = (folder: string): boolean => folder.endsWith(join("node_modules", ".bin"));
  const folders = path.split(delimiter);
  return [...folders.filter((folder) => !isOfShims(folder)), ...folders.filter(isOfShims)].join(delimiter);
}

/** Runs `pulumi`, the one on PATH, in the folder of the program. @throws where there is none. */
export function runPulumi(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<PulumiRun> {
  const inherited: NodeJS.ProcessEnv = { ...process.env };
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...inherited,
      PATH: shimsLast(inherited["PATH"]),
      NODE_COMPILE_CACHE: compileCacheFolder(),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...env,
    },
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
