import { join } from "node:path";
import { checkout } from "../../../scripts/checkout.ts";
import { findRealPlugin } from "../../../scripts/toolchain/plugins.ts";
import { withPlugin, type PluginProcess } from "../../support/plugin.ts";

/** A plugin to put the questions to. */
export interface Candidate {
  readonly which: "stand-in" | "real plugin";
  readonly run: <T>(action: (plugin: PluginProcess) => Promise<T>, env?: NodeJS.ProcessEnv) => Promise<T>;
}

/** The stand-in, and the real plugin wherever it is installed: MATVIEW_REAL_PLUGINS names a folder that has it. */
export function candidates(name: "command" | "postgresql"): Candidate[] {
  const main = join(checkout, "test", "doubles", name, "main.ts");
  const standIn: Candidate = {
    which: "stand-in",
    run: (action, env) => withPlugin([process.execPath, "--disable-warning=ExperimentalWarning", main], action, env),
  };
  const real = findRealPlugin(name);
  return real === undefined
    ? [standIn]
    : [standIn, { which: "real plugin", run: (action, env) => withPlugin([real], action, env) }];
}
