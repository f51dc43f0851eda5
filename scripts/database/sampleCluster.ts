import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cachedTemplate, slug } from "./clusterTemplate.ts";
import { requireInstallation } from "./installation.ts";
import { loadSample, SAMPLE_FOLDER, sampleFiles } from "./sample.ts";
import { startServer } from "./server.ts";
import { withClient } from "./withClient.ts";

/** Name of the database in a sample cluster that new databases can be created from. */
export const SAMPLE_DATABASE = "sample";

/**
 * Folder of a stopped server for `startServer({ template })`, made once for each PostgreSQL and each version of the sample: the sample's
 * tables lie in its database `postgres`, and again in `sample`, which nothing is connected to and which can be copied.
 */
export async function sampleCluster(version?: string): Promise<string> {
  const installation = requireInstallation(version);
  const hash = createHash("sha256");
  for (const name of sampleFiles()) hash.update(readFileSync(join(SAMPLE_FOLDER, name)));
  return await cachedTemplate(`sample-${slug(installation)}-${hash.digest("hex").slice(0, 12)}`, async (directory) => {
    const server = await startServer({ directory, version: installation.version });
    try {
      await withClient(server.url(), (client) => client.query(`create database ${SAMPLE_DATABASE}`));
      await loadSample(server.url());
      await loadSample(server.url(SAMPLE_DATABASE));
    } finally {
      await server.stop({ clean: true });
    }
  });
}
