import { createHash } from "node:crypto";
import type { Client, QueryResult } from "pg";
import { sqlText } from "../../../postgres/sqlFiles.ts";

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

/**
 * How the server prints the views with these oids; a view that is gone is missing. The connection must run under
 * `sessionPrintSettings()`, or inside a transaction under `printSettings()`: printing follows the settings in force.
 */
export async function liveDefinitions(client: Client, oids: readonly string[]): Promise<Map<string, LiveDefinition>> {
  return liveDefinitionsIn(await client.query(definitionsOf(oids)));
}

/** The question alone, of relations by oid or by name. */
export function definitionsOf(relations: readonly string[]): { text: string; values: unknown[] } {
  return { text: sqlText("describe/view_definitions"), values: [relations] };
}

/** Its answer, by oid. */
export function liveDefinitionsIn({
  rows,
}: QueryResult<LiveDefinition & { oid: string }>): Map<string, LiveDefinition> {
  return new Map(rows.map(({ oid, ...live }) => [oid, live]));
}

/**
 * What to keep after a comparison that came out equal, or after the view was created from `declared`: a hash over both sides, which
 * spares the next comparison its temporary view. Major versions print the same view differently, so it holds for one of them.
 */
export function recordDefinition(
  { definition, columns, searchPath }: DeclaredDefinition,
  live: LiveDefinition,
  serverMajor: number,
): string {
  const declared = [definition, columns ?? null, searchPath ?? null];
  const printed = [live.definition, live.surroundings, live.dependencies];
  return createHash("sha256")
    .update(JSON.stringify([declared, printed, serverMajor]))
    .digest("base64url");
}
