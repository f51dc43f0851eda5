import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { compileCacheFolder } from "../provider/compileCache.ts";
import { checkout, localDirectory, SOURCES_OPTION } from "./checkout.ts";
import type { Engine } from "./toolchain/engineFiles.ts";
import { findExecutable, pathWithoutShims } from "./toolchain/executables.ts";

/** The Pulumi home of this checkout: its plugins are here, and the user's own home is never touched. */
export const checkoutPulumiHome = join(localDirectory, "pulumi-home");

/** What may differ from the embedded default. */
export interface EngineEnvironmentOptions {
  readonly engine: Engine;
  readonly pulumiHome?: string;
  /** A folder for the states of stacks; made if it is not there. */
  readonly backendDirectory?: string;
  readonly passphrase?: string;
  /** The stack's configuration, read in the place of Pulumi.<stack>.yaml, where the engine would write its salt. */
  readonly configFile?: string;
  /** More variables; they win over all others. */
  readonly extra?: NodeJS.ProcessEnv;
}

/**
 * The environment in which `pulumi` works for this checkout: its own home, its own state folder, its own passphrase. The
 * user's PULUMI_* variables are left out, PULUMI_BACKEND_URL and PULUMI_ACCESS_TOKEN too: what the scripts deploy is this
 * checkout's own. A team's stacks are deployed with the team's own `pulumi`, not through the scripts.
 */
export function engineEnvironment(options: EngineEnvironmentOptions): NodeJS.ProcessEnv {
  const { engine, pulumiHome = checkoutPulumiHome, backendDirectory = join(localDirectory, "state") } = options;
  for (const directory of [pulumiHome, backendDirectory]) mkdirSync(directory, { recursive: true });
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_"));
  return {
    ...Object.fromEntries(inherited),
    PATH: enginePath(engine).join(delimiter),
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${backendDirectory}`,
    PULUMI_CONFIG_PASSPHRASE: options.passphrase ?? checkoutPassphrase(),
    NODE_COMPILE_CACHE: compileCacheFolder(),
    NODE_OPTIONS: [process.env["NODE_OPTIONS"], SOURCES_OPTION].filter(Boolean).join(" "),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // ensurePlugins has put the plugins there; a download in the middle of a deploy would only hide that one is missing.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(options.configFile === undefined ? {} : { PULUMI_OPTION_CONFIG_FILE: options.configFile }),
    ...options.extra,
  };
}

/** This process's Node.js, then the engine, then the user's PATH, and npm's shims last: one of them is called pulumi. */
function enginePath(engine: Engine): string[] {
  const path = engine.source === "installed" ? pathWithoutShims() : [engine.binDirectory, ...pathWithoutShims()];
  const node = findExecutable("node", path);
  const own = node !== undefined && realpathSync(node) === realpathSync(process.execPath);
  return [...(own ? [] : [dirname(process.execPath)]), ...path, join(checkout, "node_modules", ".bin")];
}

/** A random passphrase, made at the first use and kept where only this user reads it. */
function checkoutPassphrase(): string {
  const file = join(localDirectory, "passphrase");
  mkdirSync(localDirectory, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  try {
    // A link fails where the file is there already, and never shows half a file.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, "utf8");
}
