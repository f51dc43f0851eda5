import { createHash } from "node:crypto";
import type { Client } from "pg";
import { sqlText } from "../../postgres/sqlFiles.ts";

/** How the server prints a view, what the view depends on, and a hash over what the names in it could mean. */
export interface LiveDefinition {
  readonly definition: string;
  readonly dependencies: readonly string[];
  readonly surroundings: string;
}

/** What a declaration says of a definition; all of it decides what the view becomes. */
export interface DeclaredDefinition {
  readonly definition: string;
  readonly columns?: readonly string[] | undefined;
  readonly searchPath?: readonly string[] | undefined;
}

/** Both sides of a comparison that came out equal, as hashes: what spares the next comparison its temporary view. */
export interface Recorded {
  readonly declaredHash: string;
  readonly liveHash: string;
  /** Major versions print the same view differently, so a record holds for one of them. */
  readonly serverMajor: number;
}

/**
 * How the server prints the views with these oids; a view that is gone is missing. The connection must run under
 * `sessionPrintSettings()`, or inside a transaction under `printSettings()`: printing follows the settings in force.
 */
export async function liveDefinitions(client: Client, oids: readonly string[]): Promise<Map<string, LiveDefinition>> {
  const { rows } = await client.query<LiveDefinition & { oid: string }>(sqlText("describe/view_definitions"), [oids]);
  return new Map(rows.map(({ oid, ...live }) => [oid, live]));
}

/** The record to keep after a comparison that came out equal, or after the view was created from `declared`. */
export function recordDefinition(declared: DeclaredDefinition, live: LiveDefinition, serverMajor: number): Recorded {
  return { declaredHash: declaredHash(declared), liveHash: liveHash(live), serverMajor };
}

/** True when both sides are as they were when they were recorded as equal: nothing needs to be compared. */
export function isAsRecorded(
  recorded: Recorded,
  declared: DeclaredDefinition,
  live: LiveDefinition,
  serverMajor: number,
): boolean {
  const now = recordDefinition(declared, live, serverMajor);
  return (
    recorded.serverMajor === now.serverMajor &&
    recorded.declaredHash === now.declaredHash &&
    recorded.liveHash === now.liveHash
  );
}

function declaredHash({ definition, columns, searchPath }: DeclaredDefinition): string {
  return hash([definition, columns ?? null, searchPath ?? null]);
}

function liveHash({ definition, dependencies, surroundings }: LiveDefinition): string {
  return hash([definition, surroundings, dependencies]);
}

function hash(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
