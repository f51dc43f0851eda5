import type { Client } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import type { OneQuery } from "./oneQuery.ts";
import { anyNull, differs, marking, pairingOf, placed, shareSql, valueSql } from "./pairing.ts";
import type { Comparing, KeyedRow, Pairing } from "./pairing.ts";

/**
 * Compares two queries that are made of the same source rows, without a join; undefined where it must be told by one after all: for keys that are not
 * unique, that two source rows share, or that are not the same expression in both, or where that takes longer. In the caller's transaction.
 */
export async function compareInOnePass(
  client: Client,
  comparing: Comparing,
  both: OneQuery,
): Promise<{ row: KeyedRow; pairing: Pairing } | undefined> {
  const pairing = pairingOf({ ...comparing, alike: both.alike });
  const { key } = pairing;
  const isFit = key.every(({ name, isText, isArray }) => both.alike.includes(name) && !isText && !isArray);
  if (key.length === 0 || !isFit) return undefined;
  await client.query("savepoint matview_pass");
  try {
    if (both.isEither && !(await isCheaper(client, comparing, both))) return undefined;
    const statement = sqlStatement("statements/compare_in_one_pass", { raw: slots(pairing, both) });
    const [row] = (await client.query<PassRow>(statement)).rows;
    if (row === undefined) throw new Error("a comparison has no row");
    if (row.notUnique > 0 || row.apart > 0) return undefined;
    return { row: { ...row, metBefore: row.before, metAfter: row.after }, pairing };
  } catch (error) {
    // An expression of the one may fail on a row that is of the other alone.
    if (!isServerError(error) || error.code === SQLSTATE.queryCanceled) throw error;
    await client.query("rollback to savepoint matview_pass");
    return undefined;
  }
}

// What is behind an OR is no join: an EXISTS is looked up again for each row, and tables that each side joins otherwise meet row by row.
async function isCheaper(client: Client, { before, after }: Comparing, { sql }: OneQuery): Promise<boolean> {
  const [one = 0, other = 0, all = 0] = [
    await plannedCost(client, before.sql),
    await plannedCost(client, after.sql),
    await plannedCost(client, sql),
  ];
  return all <= one + other;
}

async function plannedCost(client: Client, source: string): Promise<number | undefined> {
  const statement = sqlStatement("statements/explain_source", { raw: { source } });
  const [row] = (await client.query<{ "QUERY PLAN": readonly { Plan: { "Total Cost": number } }[] }>(statement)).rows;
  return row?.["QUERY PLAN"][0]?.Plan["Total Cost"];
}

interface PassRow extends Omit<KeyedRow, "metBefore" | "metAfter"> {
  readonly notUnique: number;
  readonly apart: number;
}

function slots(pairing: Pairing, { sql, before, after }: OneQuery): Record<string, string> {
  const { shared, key } = pairing;
  const names = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
  return {
    both: sql,
    both_names: `(${[...names("x", before), ...names("y", after), "in_before", "in_after"].join(", ")})`,
    before_values: shared.map((column) => valueSql(column, `x.x${column.before}`)).join(", "),
    after_values: shared.map((column) => valueSql(column, `x.y${column.after}`)).join(", "),
    names: shared.map((_, at) => `c${at + 1}`).join(", "),
    share: shareSql(pairing, "before"),
    key: key.map((column) => placed("o", pairing, column)).join(", "),
    is_null: anyNull("o", pairing),
    differs: differs(pairing),
    ...marking(pairing),
  };
}
