import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../scripts/checkout.ts";
import { commandsIn, type Commands } from "../../scripts/consumerProject.ts";
import { checkoutPulumiHome, engineEnvironment } from "../../scripts/environment.ts";
import { ensureEngine } from "../../scripts/toolchain/engine.ts";
import { run, type Ended } from "../../scripts/toolchain/executables.ts";
import { ensurePlugins } from "../../scripts/toolchain/plugins.ts";
import { ensureStack, writeStackConfig } from "../../scripts/toolchain/stack.ts";

/** What a stack of a test is made of. */
export interface StackOptions {
  readonly name?: string;
  /** Stack configuration; a key without a namespace is the project's own. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** More variables for the engine, the program and the plugins. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A stack of this checkout's program on the real engine, with a state folder of its own. */
export interface TestStack extends Commands {
  readonly name: string;
  /** Holds this stack's state and configuration, and nothing of another test. */
  readonly directory: string;
  /** Runs any other command in the stack's environment. */
  shell(words: readonly [string, ...string[]], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** The state as `pulumi stack export` tells it, secrets encrypted. */
  state(): Promise<StackState>;
  /** Puts another configuration in the place of the stack's. */
  configure(config: Readonly<Record<string, unknown>>): void;
}

/** The part of an exported state that tests look at. */
export interface StackState {
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
  };
}

/** One resource in a state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Gives the action a stack and removes its state afterwards; what the stack made elsewhere is the test's to destroy. */
export async function withStack<T>(options: StackOptions, action: (stack: TestStack) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "matview-test-stack-"));
  try {
    return await action(await makeStack(directory, options));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function makeStack(
  directory: string,
  { name = "test", config = {}, env = {} }: StackOptions,
): Promise<TestStack> {
  const engine = await ensureEngine();
  await ensurePlugins(checkoutPulumiHome, engine);
  const configFile = join(directory, `Pulumi.${name}.yaml`);
  const environment = engineEnvironment({
    engine,
    backendDirectory: join(directory, "state"),
    passphrase: "test",
    configFile,
    extra: env,
  });
  const configure = (changed: Readonly<Record<string, unknown>>) =>
    writeStackConfig(configFile, JSON.stringify({ config: withNamespace(changed) }));
  configure(config);
  await ensureStack(name, environment);
  const commands = commandsIn(checkout, name, environment);
  return {
    name,
    directory,
    ...commands,
    configure,
    shell: ([command, ...args], more = {}) =>
      run(command, args, {
        env: { ...environment, ...more, PATH: [more["PATH"], environment["PATH"]].filter(Boolean).join(":") },
        cwd: checkout,
      }),
    state: async () => {
      const { code, stdout, stderr } = await commands.pulumi(["stack", "export"]);
      if (code !== 0) throw new Error(`The state of ${name} could not be exported: ${stderr}`);
      return JSON.parse(stdout) as StackState;
    },
  };
}

function withNamespace(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `matview:${key}`, value]),
  );
}
