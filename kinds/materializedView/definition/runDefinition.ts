import type { Client, QueryResult } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import { enterJobSession, jobSettings } from "../../../postgres/jobSession.ts";
import { answersOf, flight, pipelined } from "../../../postgres/pipeline.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { DECLARED_VIEW } from "./declaredView.ts";
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
 * The client must not be inside a transaction. `first` is run as it begins.
 */
export async function withDefinition<T>(
  client: Client,
  { definition, owner, user = owner, searchPath }: RunnableDefinition,
  work: (source: DefinitionSource) => Promise<T>,
  first: readonly string[] = [],
): Promise<T> {
  const begin = ["begin isolation level repeatable read", ...first];
  try {
    const { isOwner, isRelation, settings } = await enter(client, begin, { definition, owner, searchPath }, user);
    const sql = isRelation ? DECLARED_VIEW : `(\n${definition}\n)`;
    await enterJobSession(client, user, settings);
    const role = isOwner ? roleSql(owner).map((text) => ({ text })) : [];
    const lookUp = { text: sqlText("statements/refresh_search_path"), values: [isOwner] };
    const [, result] = await Promise.all([pipelined(client, [...role, lookUp]), work({ sql, isRelation })]);
    return result;
  } finally {
    // Nobody waits for it: whatever is asked next comes behind it.
    client.query("rollback").catch(() => undefined);
  }
}

interface Entered {
  readonly isOwner: boolean;
  readonly isRelation: boolean;
  readonly settings: QueryResult | undefined;
}

/** Begins, has the text read as the owner, and asks what a job's session has set: in one flight, or step by step where one is refused. */
async function enter(
  client: Client,
  begin: readonly string[],
  { definition, owner, searchPath }: RunnableDefinition,
  user: string | undefined,
): Promise<Entered> {
  const view = sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } });
  const read = [...createSettings(searchPath), view];
  const reset = sqlStatement("statements/reset_role");
  const texts = [...begin, ...roleSql(owner), ...read, reset].map((text) => ({ text }));
  const settled = await Promise.allSettled(flight(client, [...texts, jobSettings(user)]));
  if (settled.every(({ status }) => status === "fulfilled")) {
    return { isOwner: true, isRelation: true, settings: answersOf(settled).at(-1) };
  }
  await client.query(["rollback", ...begin].join(";\n"));
  const isOwner = await attempt(client, roleSql(owner));
  const isRelation = await attempt(client, read);
  // The connected role may make settings that the owner may not.
  await client.query(reset);
  return { isOwner, isRelation, settings: undefined };
}

function roleSql(owner: string | undefined): string[] {
  return owner === undefined ? [] : [sqlStatement("statements/set_role", { names: { role: owner } })];
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
