import type { SelectStmt } from "libpg-query";
import { hashTree } from "../definition/definitionTree.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";

/** A query as the server prints it, with the names of its columns. */
export interface PrintedQuery {
  readonly definition: string;
  readonly columns: readonly string[];
}

/**
 * Columns that have the same value in rows of two queries which come from the same source rows, for they are the same expression and the
 * queries are the same but for such: what a key that is one of them makes sure of. None where that is not certain. To be asked of queries
 * that call nothing volatile.
 */
export async function sameColumns(before: PrintedQuery, after: PrintedQuery): Promise<string[]> {
  const [old, now] = [await readQuery(before), await readQuery(after)];
  if (old === undefined || now === undefined) return [];
  return old.rest === now.rest && old.whereHash === now.whereHash ? alikeIn(before, old, after, now) : [];
}

/** A query's tree and the hashes of its parts: two that are equal mean the same. */
export interface QueryParts {
  readonly tree: SelectStmt;
  /** Its text, without what stands before and behind it. */
  readonly sql: string;
  /** Of the expressions of its list, in order. */
  readonly hashes: readonly string[];
  readonly whereHash: string;
  /** Of all but list, condition and order. */
  readonly rest: string;
}

/** Undefined where the value of one column decides about rows, or about the others, and where the text cannot be read. */
export async function readQuery({ definition, columns }: PrintedQuery): Promise<QueryParts | undefined> {
  const parsed = await parseDefinition(definition);
  if (!parsed.ok) return undefined;
  const { tree, sql } = parsed.definition;
  const isChosen = [tree.distinctClause, tree.limitCount, tree.limitOffset, tree.valuesLists, tree.larg].some(
    (part) => part !== undefined,
  );
  const parts = partsOf(tree);
  return isChosen || parts.hashes.length !== columns.length ? undefined : { tree, sql, ...parts };
}

/** The hashes alone, of any query. */
export function partsOf({
  targetList = [],
  sortClause,
  whereClause,
  ...rest
}: SelectStmt): Pick<QueryParts, "hashes" | "whereHash" | "rest"> {
  void sortClause;
  return {
    hashes: targetList.flatMap((target) => ("ResTarget" in target ? [hashTree({ ...target.ResTarget.val })] : [])),
    whereHash: hashTree({ where: whereClause }),
    rest: hashTree(rest),
  };
}

/** Columns that are the same expression in both. */
export function alikeIn(before: PrintedQuery, old: QueryParts, after: PrintedQuery, now: QueryParts): string[] {
  const hashes = new Map(after.columns.map((name, at) => [name, now.hashes[at]]));
  return before.columns.filter((name, at) => hashes.get(name) === old.hashes[at]);
}
