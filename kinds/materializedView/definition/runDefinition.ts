import type { Client } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import { enterJobSession } from "../../../postgres/jobSession.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { createSettings } from "./definitionSettings.ts";

/** A query that is to give the rows that a refresh would give now. */
export interface RunnableDefinition {
  readonly definition: string;
  /** Who owns the view, as whom a refresh reads; the connected role where that one may not act as the owner. */
  readonly owner?: string | undefined;
  /** Whose sessions refresh it. Default: the owner. */
  readonly user?: string | undefined;
  readonly searchPath?: readonly string[] | undefined;
}

/** Where a definition can be read from; `isRelation` when it is a temporary relation and not the text. */
export interface DefinitionSource {
  readonly sql: string;
  readonly isRelation: boolean;
}

/**
 * Runs work on a definition that is read as at creation and executed as in a job's session: one snapshot, nothing stays. It becomes a
 * temporary view, for one statement is read and executed under the same settings; where none can be made its text is the source.
 * The client must not be inside a transaction.
 */
export async function withDefinition<T>(
  client: Client,
  { definition, owner, user = owner, searchPath }: RunnableDefinition,
  work: (source: DefinitionSource) => Promise<T>,
): Promise<T> {
  const view = sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } });
  await client.query("begin isolation level repeatable read");
  try {
    const setRole = owner === undefined ? [] : [sqlStatement("statements/set_role", { names: { role: owner } })];
    const isOwner = await attempt(client, setRole);
    const isRelation = await attempt(client, [...createSettings(searchPath), view]);
    const sql = isRelation ? "pg_temp.matview_declared_definition" : `(\n${definition}\n)`;
    // The connected role may make settings that the owner may not.
    await client.query(sqlStatement("statements/reset_role"));
    await enterJobSession(client, user);
    if (isOwner) for (const statement of setRole) await client.query(statement);
    await client.query(sqlText("statements/refresh_search_path"), [isOwner]);
    return await work({ sql, isRelation });
  } finally {
    await client.query("rollback");
  }
}

// Not allowed, not possible on a standby, or no such role yet.
const REFUSALS: readonly string[] = [
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.readOnlyTransaction,
  SQLSTATE.invalidParameterValue,
];

/** Runs statements as one message; false, and undone, where this role or server may not. */
async function attempt(client: Client, statements: readonly string[]): Promise<boolean> {
  try {
    await client.query(["savepoint matview_attempt", ...statements].join(";\n"));
    return true;
  } catch (error) {
    if (!isServerError(error) || !REFUSALS.includes(error.code)) throw error;
    await client.query("rollback to savepoint matview_attempt");
    return false;
  }
}
