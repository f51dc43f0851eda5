import { z } from "zod";
import { kindOfType } from "../../kinds/all.ts";
import { userError } from "../../postgres/errors.ts";
import { runPulumi } from "../../provider/runPulumi.ts";
import type { PulumiRun } from "../../provider/runPulumi.ts";
import type { Database } from "../stack/connection.ts";

const stateSchema = z.object({
  type: z.string(),
  custom: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

const digestSchema = z.object({
  config: z.record(z.string(), z.unknown()).optional(),
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        oldState: stateSchema.optional(),
        newState: stateSchema.optional(),
      }),
    )
    .optional(),
  diagnostics: z.array(z.object({ message: z.string().optional(), severity: z.string().optional() })).optional(),
});

/** What the engine says that it will do, resource by resource, as `preview --json` and `refresh --json` print it. */
export type Digest = z.infer<typeof digestSchema>;
export type DigestStep = NonNullable<Digest["steps"]>[number];

/** What a deploy of the stack would do; a database that cannot be reached keeps nothing of it back. @throws as `readDigest`. */
export async function previewDigest(stack: string): Promise<Digest> {
  const variables = { MATVIEW_PREVIEW: "off", MATVIEW_UNREACHABLE: "skip" };
  const run = await runPulumi(["preview", "--json", "--stack", stack], variables);
  return readDigest(`the preview of stack ${stack}`, run, [0]);
}

/** The digest that a run printed. @throws with the engine's own words where the run failed. */
export function readDigest(what: string, { code, stdout, stderr }: PulumiRun, allowed: readonly number[]): Digest {
  const parsed = digestSchema.safeParse(jsonIn(stdout));
  if (allowed.includes(code) && parsed.success) return parsed.data;
  const errors = (parsed.data?.diagnostics ?? [])
    .filter(({ severity }) => severity === "error")
    .map(({ message = "" }) => message.replace(/^error: /, "").trim());
  const reason = [...new Set(errors)].join("\n") || stderr.trim() || stdout.trim().slice(-2_000);
  throw userError(`${what} failed (pulumi ended with ${code}): ${reason}`);
}

/** The databases that a run is about: at least one, the first that of the program's one database. */
export function databasesOf({ steps = [] }: Digest): Database[] {
  const ours = steps.filter(({ urn }) => kindOfType(typeOf(urn)) !== undefined);
  const all = ours.map(databaseOf);
  return all.length === 0 ? [{}] : all;
}

/** The database in which a resource is, or was before it goes. */
export function databaseOf({ newState, oldState }: DigestStep): Database {
  const { connection, databaseUrl, cronDatabase } = (newState ?? oldState)?.inputs ?? {};
  return {
    ...(typeof connection === "string" ? { connection } : {}),
    ...(databaseUrl === undefined ? {} : { hasOwnUrl: true }),
    ...(typeof cronDatabase === "string" ? { cronDatabase } : {}),
  };
}

/** The type of a resource, without those of its parents. */
export function typeOf(urn: string): string {
  return urn.split("::").at(-2)?.split("$").at(-1) ?? "";
}

/** The type of its parent; undefined where that is the stack. */
export function parentTypeOf(urn: string): string | undefined {
  return urn.split("::").at(-2)?.split("$").at(-2);
}

// Messages of the engine may come before the digest.
function jsonIn(text: string): unknown {
  const start = text.indexOf("{");
  try {
    return JSON.parse(text.slice(Math.max(0, start)));
  } catch {
    return undefined;
  }
}
