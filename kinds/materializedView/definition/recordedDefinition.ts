import { createHash } from "node:crypto";
import type { Client } from "pg";
import { sqlText } from "../../../postgres/sqlFiles.ts";

/** How the server prints a view, what the view depends on, and a hash over what the names in it could mean. */
export interface LiveDefinition {
  readonly definition: string;
  readonly dependencies: readonly string[];
  readonly surroundings: string;
}

/**
 * How the server prints the views with these oids; a view that is gone is missing. The connection must run under
 * `sessionPrintSettings()`, or inside a transaction under `printSettings()`: printing follows the settings in force.
 */
export async function liveDefinitions(client: Client, oids: readonly string[]): Promise<Map<string, LiveDefinition>> {
  if (oids.length === 0) return new Map();
  const values = [oids, null, null];
  const { rows } = await client.query<PrintedRow>(sqlText("describe/view_definitions"), values);
  return new Map(rows.map((row) => [row.oid, liveOf(row)]));
}

/** A row of describe/view_definitions.sql. */
export interface PrintedRow extends LiveDefinition {
  readonly oid: string;
  readonly isDeclared: boolean;
}

export function liveOf({ definition, dependencies, surroundings }: PrintedRow): LiveDefinition {
  return { definition, dependencies, surroundings };
}

/**
 * What to keep after a comparison that came out equal, or after the view was created from `definition`: a hash over both sides, which
 * spares the next comparison its temporary view. Major versions print the same view differently, so it holds for one of them.
 */
export function recordDefinition(definition: string, live: LiveDefinition, serverMajor: number): string {
  // As states have it: nothing else can be declared of a text.
  const declared = [definition, null, null];
  const printed = [live.definition, live.surroundings, live.dependencies];
  return createHash("sha256")
    .update(JSON.stringify([declared, printed, serverMajor]))
    .digest("base64url");
}
