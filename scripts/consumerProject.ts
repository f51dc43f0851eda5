import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkout } from "./checkout.ts";
import { checkoutPulumiHome, engineEnvironment } from "./environment.ts";
import { ensureEngine } from "./toolchain/engine.ts";
import { run } from "./toolchain/executables.ts";
import type { Ended } from "./toolchain/executables.ts";
import { ensurePlugins } from "./toolchain/plugins.ts";

/** What a person runs in a program's folder. */
export interface Commands {
  /** Runs one pulumi command to its end, without colours; `--stack` is added. */
  pulumi(args: readonly string[], more?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Starts one in a process group of its own, for those who do not let it end. */
  start(args: readonly string[]): ChildProcess;
  matview(args: readonly string[], more?: NodeJS.ProcessEnv): Promise<Ended>;
  /** Runs a text of commands, up to the first that fails. */
  script(text: string, more?: NodeJS.ProcessEnv): Promise<Ended>;
}

/** A program of a consumer of the package, in a folder of its own, with one stack. */
export interface ConsumerProject extends Commands {
  readonly directory: string;
  /** Puts a file into the program's folder. */
  write(name: string, text: string): void;
}

/** How a program is started: with types stripped by Node.js, or through Pulumi's own ts-node. */
export type Loader = "strip" | "ts-node";

/** How a consumer's project is called and started. */
export interface ProjectOptions {
  readonly name?: string;
  readonly stack?: string;
  readonly loader?: Loader;
}

/** Gives the action a project whose program is `index.ts`, and removes it afterwards. */
export async function withProject<T>(
  program: string,
  env: NodeJS.ProcessEnv,
  action: (project: ConsumerProject) => Promise<T>,
  { name = "bench", stack = "bench", loader = "strip" }: ProjectOptions = {},
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "matview-consumer-"));
  try {
    const project = await makeProject(directory, stack, env);
    project.write("index.ts", program);
    project.write("package.json", JSON.stringify({ name, ...(loader === "strip" ? { type: "module" } : {}) }));
    project.write("Pulumi.yaml", projectFile(name, loader));
    const made = await project.pulumi(["stack", "init", stack]);
    if (made.code !== 0) throw new Error(`The stack ${stack} could not be made: ${made.stderr}`);
    return await action(project);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function projectFile(name: string, loader: Loader): string {
  const options = loader === "strip" ? "  options:\n    typescript: false\n" : "";
  return `name: ${name}\nmain: index.ts\nruntime:\n  name: nodejs\n${options}options:\n  refresh: always\n`;
}

async function makeProject(directory: string, stack: string, extra: NodeJS.ProcessEnv): Promise<ConsumerProject> {
  const engine = await ensureEngine();
  await ensurePlugins(checkoutPulumiHome, engine);
  linkPackages(directory);
  const env = engineEnvironment({ engine, backendDirectory: join(directory, "state"), passphrase: stack, extra });
  return {
    directory,
    write: (name, text) => {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    },
    ...commandsIn(directory, stack, env),
  };
}

/** The commands of a person who works on one stack in a folder. */
export function commandsIn(cwd: string, stack: string, env: NodeJS.ProcessEnv): Commands {
  const whole = (args: readonly string[]): string[] =>
    [...args, ...(args.includes("--stack") ? [] : ["--stack", stack]), "--non-interactive", "--color", "never"].filter(
      keepOf(args),
    );
  const within = (more: NodeJS.ProcessEnv) => ({ env: { ...env, ...more }, cwd });
  const matview = join(checkout, "operations", "commandLine", "matview.ts");
  return {
    pulumi: (args, more = {}) => run("pulumi", whole(args), within(more)),
    start: (args) => spawn("pulumi", whole(args), { ...within({}), detached: true, stdio: "pipe" }),
    script: (text, more = {}) => run("bash", ["-ec", text], within(more)),
    matview: (args, more = {}) => run(process.execPath, [matview, ...args], within(more)),
  };
}

// `stack init` takes the stack's name as its word.
function keepOf([first, verb]: readonly string[]): (word: string, index: number, all: readonly string[]) => boolean {
  const isInit = first === "stack" && verb === "init";
  return (word, index, all) => !isInit || (word !== "--stack" && all[index - 1] !== "--stack");
}

/** The checkout as the package pulumi-matview, and its packages beside it. */
function linkPackages(directory: string): void {
  const packages = join(directory, "node_modules");
  mkdirSync(join(packages, ".bin"), { recursive: true });
  symlinkSync(join(checkout, "operations", "commandLine", "matview.ts"), join(packages, ".bin", "matview"));
  symlinkSync(checkout, join(packages, "pulumi-matview"));
  for (const name of ["@pulumi", "@types", "typescript", "pg"]) {
    symlinkSync(join(checkout, "node_modules", name), join(packages, name));
  }
}
