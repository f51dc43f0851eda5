import type { Client, QueryResult } from "pg";
import { isServerError } from "../../../postgres/errors.ts";
import type { ServerError } from "../../../postgres/errors.ts";
import { answersOf, flight } from "../../../postgres/pipeline.ts";
import type { Statement } from "../../../postgres/pipeline.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { createSettings } from "./definitionSettings.ts";

/** The name of what `declareSql` makes, for questions about it. */
export const DECLARED_VIEW = "pg_temp.matview_declared_definition";

/** Answers to the questions, or the server's refusal of the text. */
export type DeclaredReading =
  { readonly answers: readonly QueryResult[] } | { readonly refusal: ServerError; readonly statement: string };

/**
 * Begins a transaction in which a declared text is a temporary view. `definition` is `ParsedDefinition.sql`: a query without semicolon or
 * closing comment.
 */
export function declareSql(definition: string): string[] {
  return ["begin", "set local lock_timeout = 3000", createSettings(), silenceSql(), comparisonSql(definition)];
}

/** Goes before the temporary view: event triggers are about what stays. */
export function silenceSql(): string {
  return sqlStatement("statements/silence_event_triggers");
}

/** The statement that makes the temporary view. */
export function comparisonSql(definition: string): string {
  return sqlStatement("statements/create_comparison_view", { raw: { definition } });
}

/**
 * Has the server read a declared text as a temporary view and asks about that, in one flight and a transaction that is rolled back. Takes
 * access share on the sources till then. The client must not be inside a transaction. What is to be said or tried whether the text can be
 * read or not goes `before`, and must leave the transaction intact.
 */
export async function readDeclared(
  client: Client,
  definition: string,
  questions: readonly Statement[],
  before: readonly (Statement | string)[] = [],
): Promise<DeclaredReading & { readonly before: readonly PromiseSettledResult<QueryResult>[] }> {
  const declaring = declareSql(definition);
  const statement = declaring.at(-1) ?? "";
  // A deploy meets event triggers; what is tried before does too.
  const opening = [...declaring.slice(0, -2), ...before, ...declaring.slice(-2)];
  const settled = await Promise.allSettled(flight(client, [...opening, ...questions, "rollback"]));
  const at = declaring.length - 2;
  const early = settled.splice(at, before.length);
  const failed = settled.find((answer) => answer.status === "rejected");
  if (failed !== undefined && failed === settled[at + 1] && isServerError(failed.reason)) {
    return { refusal: failed.reason, statement, before: early };
  }
  return { answers: answersOf(settled).slice(declaring.length, -1), before: early };
}
