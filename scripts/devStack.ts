import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout, localDirectory } from "./checkout.ts";
import { checkoutVariables } from "./checkoutVariables.ts";
import { ensureLocalDatabase, isLocalDatabase } from "./database/local.ts";
import { checkoutPulumiHome, engineEnvironment } from "./environment.ts";
import { ensureEngine } from "./toolchain/engine.ts";
import { ensurePlugins, standInLine } from "./toolchain/plugins.ts";
import { writeStackConfig } from "./toolchain/stack.ts";

/** The stack that the scripts deploy. */
export const devStack = "dev";

/** Whether the person named a database of their own. */
export const ownDatabaseUrl = ownUrl();

function ownUrl(): string | undefined {
  const { MATVIEW_DATABASE_URL: url } = checkoutVariables;
  return url === undefined || url === "" || isLocalDatabase(url) ? undefined : url;
}

/** Whether `npm run up` has been here. */
export function devStackExists(): boolean {
  return existsSync(join(localDirectory, "state", ".pulumi", "stacks", "matview", `${devStack}.json`));
}

/** Engine, plugins, database and configuration of the dev stack, and the environment that ties them together. */
export async function prepareDevStack(): Promise<NodeJS.ProcessEnv> {
  const engine = await ensureEngine();
  console.error(`Pulumi engine ${engine.version} (${engine.source}, ${engine.binDirectory})`);
  const standIns = standInLine(await ensurePlugins(checkoutPulumiHome, engine));
  if (standIns !== undefined) console.error(standIns);
  const url = ownDatabaseUrl ?? (await ensureLocalDatabase()).url;
  const configFile = join(localDirectory, `Pulumi.${devStack}.yaml`);
  writeStackConfig(configFile, readFileSync(join(checkout, `Pulumi.${devStack}.yaml`), "utf8"));
  return engineEnvironment({ engine, configFile, extra: { MATVIEW_DATABASE_URL: url } });
}

/** Runs a program in the checkout with the terminal as its own; resolves to its exit status. */
export function runHere(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // The terminal sends Ctrl-C to the program as well, which then ends in its own good order; we wait for it.
  const wait = () => {};
  process.on("SIGINT", wait);
  const child = spawn(file, [...args], { cwd: checkout, env, stdio: "inherit" });
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  }).finally(() => process.off("SIGINT", wait));
}
