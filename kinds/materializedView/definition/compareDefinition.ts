import type { Client } from "pg";
import { isRaised, isServerError, serverText, SQLSTATE, userError } from "../../../postgres/errors.ts";
import type { ServerError } from "../../../postgres/errors.ts";
import { lockedError } from "../../../postgres/lockHolders.ts";
import { displayName, sqlIdentifier, sqlName, type QualifiedName } from "../../../postgres/names.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import type { ReadSource } from "../change/sourceChanges.ts";
import { readDeclared } from "./declaredView.ts";
import { printSettings, SEARCH_PATH } from "./definitionSettings.ts";
import { sameTree } from "./parseDefinition.ts";
import { liveOf, type LiveDefinition, type PrintedRow } from "./recordedDefinition.ts";
import { problemAt } from "./textPosition.ts";

/** What a definition is compared with and under which names. */
export interface Comparison extends QualifiedName {
  /** `ParsedDefinition.sql`. */
  readonly definition: string;
  /** `ParsedDefinition.head`: places are told in the whole text. */
  readonly head?: string;
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
  | { readonly outcome: "invalid"; readonly problem: string; readonly code: string }
  /** It reads what steps before in the same run make or change; only in a preview. */
  | { readonly outcome: "awaited" };

/** Columns, tables, functions and types that only one side depends on, in PostgreSQL's words. */
export interface DependencyDifference {
  readonly onlyLive: readonly string[];
  readonly onlyDeclared: readonly string[];
}

/**
 * Compares a definition with a live view by having the server read both: the declared text becomes a temporary view in a
 * transaction that is rolled back, and both are printed under the same settings. Takes access share on the sources till then.
 * The client must not be inside a transaction. Needs TEMP on the database, not SELECT on the sources.
 * @throws when the view does not exist, on a read-only server, and without the privileges it needs.
 */
export async function compareDefinition(client: Client, comparison: Comparison): Promise<Verdict> {
  const [compared, asked] = await Promise.allSettled([
    compareWithLive(client, comparison),
    closedSchemas(client, comparison),
  ]);
  if (compared.status === "rejected") throw await explained(client, comparison, compared.reason);
  const verdict = compared.value;
  if (verdict.outcome === "equal") return verdict;
  if (asked.status === "rejected") throw asked.reason;
  // A schema of the search_path that may not be used is passed over in silence: its names are missing, or those of another one.
  const closed = asked.value;
  if (closed.length > 0) throw userError(`${whatOf(comparison)}: ${usageGrants(closed)}`);
  return verdict;
}

async function compareWithLive(client: Client, comparison: Comparison): Promise<Verdict> {
  const { schema, name, definition, head = "" } = comparison;
  const printed = { text: sqlText("describe/view_definitions"), values: [[], schema, name] };
  const read = await readDeclared(client, definition, [{ text: printSettings() }, printed]);
  if ("refusal" in read) {
    const { refusal, statement } = read;
    if (!blamesText(refusal)) throw refusal;
    const problem = invalidProblem(refusal, statement, { head, sql: definition });
    const renamed = refusal.code === SQLSTATE.undefinedTable ? await renamedSources(client, comparison) : [];
    const hint = renamed.map((source) => `\nThe view reads ${source}, which was renamed after the view was built`);
    return { outcome: "invalid", problem: [problem, ...hint].join(""), code: refusal.code };
  }
  const rows = (read.answers[1]?.rows ?? []) as PrintedRow[];
  return compared(
    comparison,
    rows.find(({ isDeclared }) => !isDeclared),
    rows.find(({ isDeclared }) => isDeclared),
  );
}

/** What the view reads under another name than it was built with. */
async function renamedSources(client: Client, view: QualifiedName): Promise<string[]> {
  const values = [sqlName(view), null];
  const { rows } = await client.query<ReadSource>(sqlText("describe/view_sources"), values);
  return rows.filter(({ isRenamed }) => isRenamed).map(displayName);
}

async function compared(
  view: QualifiedName,
  live: PrintedRow | undefined,
  declared: PrintedRow | undefined,
): Promise<Verdict> {
  if (live === undefined || declared === undefined) throw missing(view);
  const onlyLive = live.dependencies.filter((name) => !declared.dependencies.includes(name));
  const onlyDeclared = declared.dependencies.filter((name) => !live.dependencies.includes(name));
  const isSame = live.definition === declared.definition || (await sameTree(live.definition, declared.definition));
  if (isSame && onlyLive.length + onlyDeclared.length === 0) return { outcome: "equal", live: liveOf(live) };
  const dependencies = { onlyLive, onlyDeclared };
  return { outcome: "different", live: live.definition, declared: declared.definition, dependencies };
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

/** The server's refusal with its place in the text that people wrote. */
export function invalidProblem(
  error: ServerError,
  statement: string,
  { head, sql }: { readonly head: string; readonly sql: string },
): string {
  const text = serverText(error);
  const before = Array.from(statement.slice(0, statement.lastIndexOf(sql))).length;
  const position = Number(error.position) - 1 - before;
  return position >= 0 ? problemAt(head + sql, Array.from(head).length + position, text) : text;
}

async function explained(client: Client, view: Comparison, error: unknown): Promise<unknown> {
  const what = whatOf(view);
  if (isServerError(error, SQLSTATE.readOnlyTransaction)) {
    const way = "connect to the primary; where this is it, default_transaction_read_only is on for database or role";
    return userError(
      `${what}: the session is read-only, and the comparison needs a temporary view; ${way} [${error.code}]`,
      error,
    );
  }
  if (isServerError(error, SQLSTATE.lockNotAvailable)) return lockedError(client, what, error);
  if (isRaised(error)) {
    return userError(
      `${what}: an event trigger refuses the temporary view that it needs: ${serverText(error)}; look as a superuser, whom it does not ` +
        "stop, or let it pass what is temporary",
      error,
    );
  }
  if (!isServerError(error, SQLSTATE.insufficientPrivilege)) return error;
  const { rows } = await client.query<{ database: string; role: string; mayCreateTemporary: boolean }>(
    sqlText("describe/may_create_temporary"),
    [null],
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
  const parameters = [view.schema, view.name, SEARCH_PATH];
  return (await client.query<ClosedSchema>(sqlText("describe/closed_schemas"), parameters)).rows;
}

function usageGrants(closed: readonly ClosedSchema[]): string {
  const [{ role = "" } = {}] = closed;
  const names = closed.map(({ schema }) => sqlIdentifier(schema)).join(", ");
  return `role ${role} may not use schema ${names}; run: grant usage on schema ${names} to ${sqlIdentifier(role)}`;
}
