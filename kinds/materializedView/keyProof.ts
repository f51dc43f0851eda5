import type { Client } from "pg";
import { isServerError, serverText, SQLSTATE, userError } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier, sqlName, type QualifiedName } from "../../postgres/names.ts";
import { answersOf, flight } from "../../postgres/pipeline.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { askDefinition, withDefinition } from "./definition/runDefinition.ts";
import type { RunnableDefinition } from "./definition/runDefinition.ts";

/** Where a key is to be proven: in a relation that exists, or in what a definition would give now. */
export type KeySource = { readonly relation: QualifiedName } | RunnableDefinition;

export interface KeyQuestion {
  readonly source: KeySource;
  readonly key: readonly string[];
}

/** What the data say of a key, in counts alone: values may be personal data. It is proven when there are no duplicates and no nulls. */
export interface KeyProof {
  readonly rows: number;
  /** Key values that occur more than once, and the rows that have them. Rows with a null in the key are counted apart. */
  readonly duplicateGroups: number;
  readonly duplicateRows: number;
  readonly nullRows: number;
}

/**
 * Counts duplicates and nulls of a key, reading no other column. For a definition the client must not be in a transaction; a relation
 * may be asked about anywhere.
 * @throws when a key column does not exist, or its type cannot be compared.
 */
export async function proveKey(client: Client, { source, key }: KeyQuestion): Promise<KeyProof> {
  if ("relation" in source) return await prove(client, key, sqlName(source.relation));
  return withDefinition(client, source, ({ sql }) => prove(client, key, sql));
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
  const count = (from: string): string[] => [
    "set transaction read only",
    sqlStatement("describe/key_proof", { raw: counting(key, from) }),
  ];
  const outcomes =
    "relation" in source
      ? await Promise.allSettled(flight(client, ["begin", limit, ...count(sqlName(source.relation)), "rollback"])).then(
          (all) => all.slice(2, -1),
        )
      : await askDefinition(client, source, count, [limit]).catch((error: unknown) => {
          if (!isServerError(error) || error.code === SQLSTATE.queryCanceled) throw error;
          return undefined;
        });
  if (outcomes === undefined) return undefined;
  try {
    return numbers(answersOf(outcomes)[1]?.rows[0] as ProofRow);
  } catch (error) {
    throw explained(key, error);
  }
}

/** Why a unique index on the key cannot be built or relied on; undefined when the key is proven. */
export function keyProblem(view: QualifiedName, key: readonly string[], proof: KeyProof): string | undefined {
  const { rows, duplicateGroups, duplicateRows, nullRows } = proof;
  if (duplicateGroups === 0 && nullRows === 0) return undefined;
  const found = [
    duplicateGroups > 0 &&
      `${counted(duplicateGroups, "value")} of it ${duplicateGroups === 1 ? "occurs" : "occur"} more than once, in ${counted(duplicateRows, "row")} of ${grouped(rows)}`,
    nullRows > 0 && `${counted(nullRows, "row")} of ${grouped(rows)} ${nullRows === 1 ? "has" : "have"} a null in it`,
  ].filter((part) => part !== false);
  const advice =
    "A concurrent refresh needs a key that is unique and not null: declare other columns, or make the definition give one row a key.";
  return `key (${key.join(", ")}) of ${displayName(view)} does not hold: ${found.join("; ")}. ${advice}`;
}

async function prove(client: Client, key: readonly string[], source: string): Promise<KeyProof> {
  try {
    const counted = await client.query<ProofRow>(sqlStatement("describe/key_proof", { raw: counting(key, source) }));
    return numbers(counted.rows[0]);
  } catch (error) {
    throw explained(key, error);
  }
}

type ProofRow = Record<keyof KeyProof, string>;

function counting(key: readonly string[], source: string): { source: string; key: string; has_null: string } {
  const columns = key.map((column) => `q.${sqlIdentifier(column)}`);
  const nulls = columns.map((column) => `${column} is null`).join(" or ");
  return { source, key: columns.join(", "), has_null: `(${nulls})` };
}

function numbers(row: Partial<ProofRow> = {}): KeyProof {
  const { rows, duplicateGroups, duplicateRows, nullRows } = row;
  return {
    rows: Number(rows),
    duplicateGroups: Number(duplicateGroups),
    duplicateRows: Number(duplicateRows),
    nullRows: Number(nullRows),
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
