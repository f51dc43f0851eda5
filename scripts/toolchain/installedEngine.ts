import { dirname } from "node:path";
import { localDirectory } from "../checkout.ts";
import type { Engine } from "./engineFiles.ts";
import { findExecutable, run } from "./executables.ts";

/** The first version whose exit status says "not as expected" (7) for drift, and whose refresh takes `inputs` from `read`. */
export const minimumVersion = "3.226.0";

const companions = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** The engine that PATH has, if it is new enough and whole. */
export async function installedEngine(): Promise<Engine | undefined> {
  const pulumi = findExecutable("pulumi");
  if (pulumi === undefined || !companions.every((name) => findExecutable(name))) return undefined;
  // Its own Pulumi home: even `version` may write there, and the user's is not ours.
  const env = { ...process.env, PULUMI_HOME: `${localDirectory}/pulumi-home`, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { code, stdout } = await run(pulumi, ["version"], { env, timeoutMs: 20_000 });
  const version = stdout.trim().replace(/^v/, "");
  if (code !== 0 || !isAtLeast(version, minimumVersion)) return undefined;
  return { binDirectory: dirname(pulumi), version, source: "installed" };
}

/** Whether `version` (major.minor.patch, with or without a suffix) is `minimum` or newer. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  for (const [index, wanted] of want!.entries()) {
    const found = have![index] ?? Number.NaN;
    if (found !== wanted) return found > wanted;
  }
  return true;
}
