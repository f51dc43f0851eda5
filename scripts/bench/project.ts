import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../checkout.ts";
import { checkoutPulumiHome, engineEnvironment } from "../environment.ts";
import { ensureEngine } from "../toolchain/engine.ts";
import { run } from "../toolchain/executables.ts";
import type { Ended } from "../toolchain/executables.ts";
import { ensurePlugins, standInLine } from "../toolchain/plugins.ts";

/** A program of a consumer of the package, in a folder of its own, with a stack called bench. */
export interface BenchProject {
  readonly directory: string;
  /** Puts a file into the program's folder. */
  write(name: string, text: string): void;
  pulumi(args: readonly string[]): Promise<Ended>;
  /** The `matview` command, run in the program's folder. */
  matview(args: readonly string[]): Promise<Ended>;
}

/** How a program is started: with types stripped by Node.js, or through Pulumi's own ts-node. */
export type Loader = "strip" | "ts-node";

/** Gives the action a project whose program is `index.ts`, and removes it afterwards. */
export async function withProject<T>(
  program: string,
  env: NodeJS.ProcessEnv,
  action: (project: BenchProject) => Promise<T>,
  loader: Loader = "strip",
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "matview-bench-"));
  try {
    const project = await makeProject(directory, env);
    project.write("index.ts", program);
    project.write("package.json", JSON.stringify({ name: "bench", ...(loader === "strip" ? { type: "module" } : {}) }));
    project.write("Pulumi.yaml", projectFile(loader));
    const made = await project.pulumi(["stack", "init", "bench"]);
    if (made.code !== 0) throw new Error(`The stack of the benchmark could not be made: ${made.stderr}`);
    return await action(project);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function projectFile(loader: Loader): string {
  const options = loader === "strip" ? "  options:\n    typescript: false\n" : "";
  return `name: bench\nmain: index.ts\nruntime:\n  name: nodejs\n${options}options:\n  refresh: always\n`;
}

async function makeProject(directory: string, extra: NodeJS.ProcessEnv): Promise<BenchProject> {
  const engine = await ensureEngine();
  const line = standInLine(await ensurePlugins(checkoutPulumiHome, engine));
  if (line !== undefined) console.error(line);
  linkPackages(directory);
  const env = engineEnvironment({ engine, backendDirectory: join(directory, "state"), passphrase: "bench", extra });
  const within = { env, cwd: directory };
  return {
    directory,
    write: (name, text) => writeFileSync(join(directory, name), text),
    pulumi: (args) =>
      run(
        "pulumi",
        [...args, "--stack", "bench", "--non-interactive", "--color", "never"].filter(keepOf(args)),
        within,
      ),
    matview: (args) => run(process.execPath, [join(checkout, "operations", "matview.ts"), ...args], within),
  };
}

// `stack init` takes the stack's name as its word.
function keepOf([first]: readonly string[]): (word: string, index: number, all: readonly string[]) => boolean {
  return (word, index, all) => first !== "stack" || (word !== "--stack" && all[index - 1] !== "--stack");
}

/** The checkout as the package pulumi-matview, and its packages beside it. */
function linkPackages(directory: string): void {
  const packages = join(directory, "node_modules");
  mkdirSync(packages);
  symlinkSync(checkout, join(packages, "pulumi-matview"));
  for (const name of ["@pulumi", "@types", "typescript", "pg"]) {
    symlinkSync(join(checkout, "node_modules", name), join(packages, name));
  }
}
