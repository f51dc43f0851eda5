import type { Client } from "pg";
import { isServerError, serverText, SQLSTATE, userError, type ServerError } from "../../../postgres/errors.ts";
import { displayName, sqlIdentifier, type QualifiedName } from "../../../postgres/names.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { createSettings, DEFAULT_SEARCH_PATH, printSettings } from "./definitionSettings.ts";
import { liveDefinitions, type LiveDefinition } from "./recordedDefinition.ts";
import { problemAt } from "./textPosition.ts";

/** What a definition is compared with and under which names. */
export interface Comparison extends QualifiedName {
  /** `ParsedDefinition.sql` of the declared text: a query without semicolon or closing comment. */
  readonly definition: string;
  /** Column names, when the view was created with a list of them. */
  readonly columns?: readonly string[] | undefined;
  /** Schemas in which unqualified names are looked up, in order. */
  readonly searchPath?: readonly string[] | undefined;
  /** How long a lock on a source may be waited for. */
  readonly lockTimeoutMs?: number | undefined;
}

/** How the declared definition stands to the live view; `live` and `declared` are as the server prints them. */
export type Verdict =
  | { readonly outcome: "equal"; readonly live: LiveDefinition }
  | {
      readonly outcome: "different";
      readonly live: string;
      readonly declared: string;
      readonly dependencies: DependencyDifference;
    }
  | { readonly outcome: "invalid"; readonly problem: string; readonly code: string };

/** Columns, tables, functions and types that only one side depends on, in PostgreSQL's words. */
export interface DependencyDifference {
  readonly onlyLive: readonly string[];
  readonly onlyDeclared: readonly string[];
}

const LOCK_TIMEOUT_MS = 3_000;

/**
 * Compares a definition with a live view by having the server read both: the declared text becomes a temporary view in a
 * transaction that is rolled back, and both are printed under the same settings. Takes access share on the sources till then.
 * The client must not be inside a transaction. Needs TEMP on the database, not SELECT on the sources.
 * @throws when the view does not exist, on a read-only server, and without the privileges it needs.
 */
export async function compareDefinition(client: Client, comparison: Comparison): Promise<Verdict> {
  await client.query("begin");
  let verdict: Verdict;
  try {
    verdict = await compareInTransaction(client, comparison);
  } catch (error) {
    await client.query("rollback");
    throw await explained(client, comparison, error);
  }
  await client.query("rollback");
  // A schema of the search_path that may not be used is passed over in silence: its names are missing, or those of another one.
  const closed = verdict.outcome === "equal" ? [] : await closedSchemas(client, comparison);
  if (closed.length > 0) throw userError(`${whatOf(comparison)}: ${usageGrants(closed)}`);
  return verdict;
}

async function compareInTransaction(client: Client, comparison: Comparison): Promise<Verdict> {
  const { definition, columns, searchPath = DEFAULT_SEARCH_PATH, lockTimeoutMs = LOCK_TIMEOUT_MS } = comparison;
  const liveOid = await relationOid(client, comparison);
  await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
  for (const statement of createSettings(searchPath)) await client.query(statement);
  const statement = comparisonView(definition, columns);
  try {
    await client.query(statement);
  } catch (error) {
    if (!isServerError(error) || !blamesText(error)) throw error;
    return { outcome: "invalid", problem: invalidProblem(error, statement, definition), code: error.code };
  }
  await client.query(printSettings());
  const declaredOid = await relationOid(client, { schema: "pg_temp", name: "matview_declared_definition" });
  const printed = await liveDefinitions(client, [liveOid, declaredOid]);
  return compared(comparison, printed.get(liveOid), printed.get(declaredOid));
}

function compared(
  view: QualifiedName,
  live: LiveDefinition | undefined,
  declared: LiveDefinition | undefined,
): Verdict {
  if (live === undefined || declared === undefined) throw missing(view);
  const onlyLive = live.dependencies.filter((name) => !declared.dependencies.includes(name));
  const onlyDeclared = declared.dependencies.filter((name) => !live.dependencies.includes(name));
  if (live.definition === declared.definition && onlyLive.length + onlyDeclared.length === 0)
    return { outcome: "equal", live };
  const dependencies = { onlyLive, onlyDeclared };
  return { outcome: "different", live: live.definition, declared: declared.definition, dependencies };
}

function comparisonView(definition: string, columns: readonly string[] | undefined): string {
  const list = columns === undefined ? "" : `(${columns.map(sqlIdentifier).join(", ")})`;
  return sqlStatement("statements/create_comparison_view", { raw: { columns: list, definition } });
}

async function relationOid(client: Client, { schema, name }: QualifiedName): Promise<string> {
  const { rows } = await client.query<{ oid: string }>(sqlText("describe/relation_oid"), [schema, name]);
  if (rows[0] === undefined) throw missing({ schema, name });
  return rows[0].oid;
}

function missing(view: QualifiedName): Error {
  return userError(
    `materialized view ${displayName(view)} does not exist: there is nothing to compare the definition with`,
  );
}

// By class: syntax and names (42), values (22), features (0A), schemas (3F), program limits (54). A missing privilege is not the text's fault.
function blamesText({ code }: ServerError): boolean {
  return /^(42|22|0A|3F|54)/.test(code) && code !== SQLSTATE.insufficientPrivilege;
}

function invalidProblem(error: ServerError, statement: string, definition: string): string {
  const text = serverText(error);
  const before = Array.from(statement.slice(0, statement.lastIndexOf(definition))).length;
  const position = Number(error.position) - 1 - before;
  return position >= 0 ? problemAt(definition, position, text) : text;
}

async function explained(client: Client, view: Comparison, error: unknown): Promise<unknown> {
  const what = whatOf(view);
  if (isServerError(error, SQLSTATE.readOnlyTransaction)) {
    return userError(
      `${what}: this server is read-only, and the comparison needs a temporary view; connect to the primary [${error.code}]`,
      error,
    );
  }
  if (isServerError(error, SQLSTATE.lockNotAvailable)) {
    return userError(
      `${what}: a source is locked by another session, such as a migration; try again when it is done [${error.code}]`,
      error,
    );
  }
  if (!isServerError(error, SQLSTATE.insufficientPrivilege)) return error;
  const { rows } = await client.query<{ database: string; role: string; mayCreateTemporary: boolean }>(
    sqlText("describe/may_create_temporary"),
  );
  const { database = "", role = "", mayCreateTemporary = true } = rows[0] ?? {};
  if (mayCreateTemporary) {
    const closed = await closedSchemas(client, view);
    const grant = closed.length > 0 ? usageGrants(closed) : `grant it to ${sqlIdentifier(role)}`;
    return userError(`${what}: ${serverText(error)}; ${grant}`, error);
  }
  const grant = `grant temporary on database ${sqlIdentifier(database)} to ${sqlIdentifier(role)}`;
  return userError(
    `${what}: role ${sqlIdentifier(role)} may not create temporary views in this database; run: ${grant} [${error.code}]`,
    error,
  );
}

function whatOf(view: QualifiedName): string {
  return `cannot compare the definition of materialized view ${displayName(view)}`;
}

interface ClosedSchema {
  readonly schema: string;
  readonly role: string;
}

async function closedSchemas(client: Client, view: Comparison): Promise<ClosedSchema[]> {
  const live = await relationOid(client, view);
  const parameters = [live, view.searchPath ?? DEFAULT_SEARCH_PATH];
  return (await client.query<ClosedSchema>(sqlText("describe/closed_schemas"), parameters)).rows;
}

function usageGrants(closed: readonly ClosedSchema[]): string {
  const [{ role = "" } = {}] = closed;
  const names = closed.map(({ schema }) => sqlIdentifier(schema)).join(", ");
  return `role ${role} may not use schema ${names}; run: grant usage on schema ${names} to ${sqlIdentifier(role)}`;
}
