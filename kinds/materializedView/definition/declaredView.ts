import type { Client, QueryResult } from "pg";
import { isServerError } from "../../../postgres/errors.ts";
import type { ServerError } from "../../../postgres/errors.ts";
import { sqlIdentifier } from "../../../postgres/names.ts";
import { answersOf, flight } from "../../../postgres/pipeline.ts";
import type { Statement } from "../../../postgres/pipeline.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { createSettings } from "./definitionSettings.ts";

/** A declared text as it is handed to the server. */
export interface DeclaredText {
  /** `ParsedDefinition.sql`: a query without semicolon or closing comment. */
  readonly definition: string;
  /** Column names, when the view was created with a list of them. */
  readonly columns?: readonly string[] | undefined;
  /** Schemas in which unqualified names are looked up, in order. */
  readonly searchPath?: readonly string[] | undefined;
  /** How long a lock on a source may be waited for. */
  readonly lockTimeoutMs?: number | undefined;
}

/** The name of what `readDeclared` makes, for its questions. */
export const DECLARED_VIEW = "pg_temp.matview_declared_definition";

/** Answers to the questions, or the server's refusal of the text. */
export type DeclaredReading =
  { readonly answers: readonly QueryResult[] } | { readonly refusal: ServerError; readonly statement: string };

const LOCK_TIMEOUT_MS = 3_000;

/**
 * Has the server read a declared text as a temporary view and asks about that, in one flight and a transaction that is rolled back. Takes
 * access share on the sources till then. The client must not be inside a transaction.
 */
export async function readDeclared(
  client: Client,
  { definition, columns, searchPath, lockTimeoutMs = LOCK_TIMEOUT_MS }: DeclaredText,
  questions: readonly Statement[],
): Promise<DeclaredReading> {
  const list = columns === undefined ? "" : `(${columns.map(sqlIdentifier).join(", ")})`;
  const statement = sqlStatement("statements/create_comparison_view", { raw: { columns: list, definition } });
  const before = ["begin", `set local lock_timeout = ${lockTimeoutMs}`, ...createSettings(searchPath)];
  const texts = [...before, statement].map((text) => ({ text }));
  const settled = await Promise.allSettled(flight(client, [...texts, ...questions, { text: "rollback" }]));
  const failed = settled.findIndex(({ status }) => status === "rejected");
  const made = settled[before.length];
  if (failed === before.length && made?.status === "rejected" && isServerError(made.reason)) {
    return { refusal: made.reason, statement };
  }
  return { answers: answersOf(settled).slice(texts.length, -1) };
}
