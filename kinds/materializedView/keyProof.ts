import type { Client, QueryResult } from "pg";
import { isServerError, serverText, SQLSTATE, userError } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier, sqlName, type QualifiedName } from "../../postgres/names.ts";
import { answersOf, flight } from "../../postgres/pipeline.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { askDefinition } from "./definition/runDefinition.ts";
import type { RunnableDefinition } from "./definition/runDefinition.ts";

/** Where a key is to be proven: in a relation that exists, or in what a definition would give now. */
export type KeySource = { readonly relation: QualifiedName } | RunnableDefinition;

export interface KeyQuestion {
  readonly source: KeySource;
  readonly key: readonly string[];
}

/** What the data say of a key, in counts alone: values may be personal data. */
export interface KeyProof {
  readonly rows: number;
  /** Key values that occur more than once, and the rows that have them; nulls are taken for equal. */
  readonly duplicateGroups: number;
  readonly duplicateRows: number;
  readonly nullRows: number;
  /** Whether the server can build an index that takes nulls for equal, as PostgreSQL 15 and later can. */
  readonly mayHoldNulls: boolean;
}

/**
 * Counts duplicates and nulls of a key, reading no other column. For a definition the client must not be in a transaction; a relation
 * may be asked about anywhere.
 * @throws when a key column does not exist, or its type cannot be compared.
 */
export async function proveKey(client: Client, { source, key }: KeyQuestion): Promise<KeyProof> {
  const count = (from: string): string[] => [countSql(key, from)];
  const outcomes =
    "relation" in source
      ? await Promise.allSettled(flight(client, count(sqlName(source.relation))))
      : await askDefinition(client, source, count);
  return proofOf(key, outcomes);
}

/**
 * Counts the same for a preview: read-only, in one flight, each statement for so long at most. Undefined where the definition cannot be read as
 * it is, which is told of the definition. The client must not be in a transaction.
 * @throws what keeps it from being counted.
 */
export async function tryKey(
  client: Client,
  { source, key }: KeyQuestion,
  patienceMs: number,
): Promise<KeyProof | undefined> {
  const limit = `set local statement_timeout = ${patienceMs}`;
  const count = (from: string): string[] => ["set transaction read only", countSql(key, from)];
  const outcomes =
    "relation" in source
      ? await Promise.allSettled(flight(client, ["begin", limit, ...count(sqlName(source.relation)), "rollback"])).then(
          (all) => all.slice(2, -1),
        )
      : await askDefinition(client, source, count, [limit]).catch((error: unknown) => {
          if (!isServerError(error) || error.code === SQLSTATE.queryCanceled) throw error;
          return undefined;
        });
  return outcomes && proofOf(key, outcomes);
}

function countSql(key: readonly string[], from: string): string {
  return sqlStatement("describe/key_proof", { raw: counting(key, from) });
}

/** What the last of the answers says. */
function proofOf(key: readonly string[], outcomes: readonly PromiseSettledResult<QueryResult>[]): KeyProof {
  try {
    return numbers(answersOf(outcomes).at(-1)?.rows[0] as ProofRow);
  } catch (error) {
    throw explained(key, error);
  }
}

/**
 * Why a unique index on the key cannot be built or relied on; undefined when the key is proven. Where the index cannot take nulls for
 * equal, a refresh loses rows with a null that are there twice, so that they are refused.
 */
export function keyProblem(view: QualifiedName, key: readonly string[], proof: KeyProof): string | undefined {
  const { rows, duplicateGroups, duplicateRows, nullRows, mayHoldNulls } = proof;
  const refusedNulls = mayHoldNulls ? 0 : nullRows;
  if (duplicateGroups === 0 && refusedNulls === 0) return undefined;
  const found = [
    duplicateGroups > 0 &&
      `${counted(duplicateGroups, "value")} of it ${duplicateGroups === 1 ? "occurs" : "occur"} more than once, in ${counted(duplicateRows, "row")} of ${grouped(rows)}`,
    refusedNulls > 0 && nullRowsText(proof),
  ].filter((part) => part !== false);
  const need = mayHoldNulls
    ? "that is unique, where nulls are equal"
    : "that is unique and, before PostgreSQL 15, not null (a row with a null that is there twice would get lost without an error)";
  const advice = `A concurrent refresh needs a key ${need}: declare other columns, or make the definition give one row a key.`;
  return `key (${key.join(", ")}) of ${displayName(view)} does not hold: ${found.join("; ")}. ${advice}`;
}

/** What nulls in a key that holds cost: a refresh compares keys by `=`, and so takes such a row for another one each time. */
export function nullsCost(view: QualifiedName, key: readonly string[], proof: KeyProof): string | undefined {
  if (proof.nullRows === 0) return undefined;
  const written = "every refresh deletes and writes them again, changed or not";
  return `${nullsText(view, key, proof)}: ${written}`;
}

/** How many rows have a null in the key. */
export function nullsText(view: QualifiedName, key: readonly string[], proof: KeyProof): string {
  return `key (${key.join(", ")}) of ${displayName(view)}: ${nullRowsText(proof)}`;
}

function nullRowsText({ rows, nullRows }: KeyProof): string {
  return `${counted(nullRows, "row")} of ${grouped(rows)} ${nullRows === 1 ? "has" : "have"} a null in it`;
}

type ProofRow = Record<Exclude<keyof KeyProof, "mayHoldNulls">, string> & Pick<KeyProof, "mayHoldNulls">;

function counting(key: readonly string[], source: string): { source: string; key: string; has_null: string } {
  const columns = key.map((column) => `q.${sqlIdentifier(column)}`);
  const nulls = columns.map((column) => `${column} is null`).join(" or ");
  return { source, key: columns.join(", "), has_null: `(${nulls})` };
}

function numbers(row: Partial<ProofRow> = {}): KeyProof {
  const { rows, duplicateGroups, duplicateRows, nullRows, mayHoldNulls = false } = row;
  return {
    rows: Number(rows),
    duplicateGroups: Number(duplicateGroups),
    duplicateRows: Number(duplicateRows),
    nullRows: Number(nullRows),
    mayHoldNulls,
  };
}

function explained(key: readonly string[], error: unknown): unknown {
  const what = `cannot prove the key (${key.join(", ")})`;
  if (isServerError(error, SQLSTATE.undefinedColumn)) {
    return userError(`${what}: ${serverText(error)}. Declare columns that the definition returns.`, error);
  }
  if (isServerError(error, SQLSTATE.undefinedFunction)) {
    return userError(
      `${what}: ${serverText(error)}. A key needs types that a unique index can hold; json and xml are none.`,
      error,
    );
  }
  return error;
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
