import type { Client, QueryResult } from "pg";
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
  /** How many offending key values to return. Default none: they may be personal data. */
  readonly examples?: number | undefined;
}

/** What the data say of a key. It is proven when there are no duplicates and no nulls. */
export interface KeyProof {
  readonly rows: number;
  /** Key values that occur more than once, and the rows that have them. Rows with a null in the key are counted apart. */
  readonly duplicateGroups: number;
  readonly duplicateRows: number;
  readonly nullRows: number;
  readonly examples?: readonly { readonly values: readonly (string | null)[]; readonly rows: number }[];
}

/**
 * Counts duplicates and nulls of a key, reading no other column. For a definition the client must not be in a transaction; a relation
 * may be asked about anywhere.
 * @throws when a key column does not exist, or its type cannot be compared.
 */
export async function proveKey(client: Client, question: KeyQuestion): Promise<KeyProof> {
  const { source } = question;
  if ("relation" in source) return await prove(client, question, sqlName(source.relation));
  if (question.examples !== undefined) return withDefinition(client, source, ({ sql }) => prove(client, question, sql));
  const { key } = question;
  const counted = await askDefinition(client, source, (from) => [countSql(key, from)]);
  return proofOf(key, counted);
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
      ? await Promise.allSettled(
          flight(
            client,
            ["begin", limit, ...count(sqlName(source.relation)), "rollback"].map((text) => ({ text })),
          ),
        ).then((all) => all.slice(2, -1))
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
  return [
    `key (${key.join(", ")}) of ${displayName(view)} does not hold: ${found.join("; ")}. ${advice}`,
    ...exampleLines(key, proof),
  ].join("\n");
}

async function prove(client: Client, { key, examples = 0 }: KeyQuestion, source: string): Promise<KeyProof> {
  const raw = counting(key, source);
  try {
    const counted = await client.query<ProofRow>(sqlStatement("describe/key_proof", { raw }));
    const proof = numbers(counted.rows[0]);
    if (examples === 0 || proof.duplicateGroups + proof.nullRows === 0) return proof;
    const values = `array[${columnsOf(key)
      .map((column) => `${column}::pg_catalog.text`)
      .join(", ")}]`;
    const statement = sqlStatement("describe/key_examples", { raw: { ...raw, values } });
    const found = await client.query<{ values: (string | null)[]; rows: string }>(statement, [examples]);
    return { ...proof, examples: found.rows.map((row) => ({ values: row.values, rows: Number(row.rows) })) };
  } catch (error) {
    throw explained(key, error);
  }
}

type ProofRow = Record<keyof KeyProof, string>;

function columnsOf(key: readonly string[]): string[] {
  return key.map((column) => `q.${sqlIdentifier(column)}`);
}

function counting(key: readonly string[], source: string): { source: string; key: string; has_null: string } {
  const columns = columnsOf(key);
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

function exampleLines(key: readonly string[], { examples = [] }: KeyProof): string[] {
  return examples.map(({ values, rows }) => {
    const pairs = key.map((column, index) => `${column} = ${values[index] ?? "null"}`);
    return `  ${pairs.join(", ")}: ${counted(rows, "row")}`;
  });
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
