import { buildEngine, builtEngine } from "./builtEngine.ts";
import { downloadedEngine, downloadEngine } from "./downloadedEngine.ts";
import type { Engine } from "./engineFiles.ts";
import { installedEngine, minimumVersion } from "./installedEngine.ts";

/**
 * The Pulumi engine: `pulumi` on PATH if it is new enough, else what the npm package `pulumi` downloads, else what Go builds
 * from the published modules. The last two are made once for a user and kept in a cache.
 */
export async function ensureEngine(): Promise<Engine> {
  const present = (await installedEngine()) ?? downloadedEngine() ?? builtEngine();
  if (present) return present;
  const download = await downloadEngine();
  if (!("failure" in download)) return download;
  const build = await buildEngine();
  if (!("failure" in build)) return build;
  throw new Error(
    `The Pulumi engine is missing: PATH has no pulumi ${minimumVersion} or newer, it could not be downloaded ` +
      `(${download.failure}), and it could not be built (${build.failure}). Install Pulumi ` +
      "(https://www.pulumi.com/docs/iac/download-install/) or Go 1.21 or newer (https://go.dev/dl/), then run this again.",
  );
}
