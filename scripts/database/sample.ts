import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { withClient } from "./withClient.ts";

/** The statements that make the sample, and those that change it in a story. */
export const SAMPLE_FOLDER = join(import.meta.dirname, "..", "..", "sql", "sample");

/** The numbered files in their order: tables with their rows. */
export function sampleFiles(): readonly string[] {
  return readdirSync(SAMPLE_FOLDER)
    .filter((name) => /^\d+_.*\.sql$/.test(name))
    .sort();
}

/** Runs one file of the sample, as `psql -1 -f` would. */
export async function runSampleFile(client: Client, name: string): Promise<void> {
  await client.query(readFileSync(join(SAMPLE_FOLDER, name), "utf8"));
}

/** Makes the sample's tables in schema public of an empty database, or does nothing where they are. Returns whether it did. */
export async function loadSample(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      "select pg_catalog.to_regclass('public.mensajes_whatsapp') is not null as there",
    );
    if (rows[0]?.there === true) return false;
    await client.query("begin");
    for (const name of sampleFiles()) await runSampleFile(client, name);
    await client.query("commit");
    await client.query("analyze");
    return true;
  });
}
