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
  const [old, now] = [await read(before), await read(after)];
  if (old === undefined || now === undefined || old.rest !== now.rest) return [];
  return before.columns.filter((name) => old.columns.has(name) && old.columns.get(name) === now.columns.get(name));
}

async function read({
  definition,
  columns,
}: PrintedQuery): Promise<{ readonly rest: string; readonly columns: ReadonlyMap<string, string> } | undefined> {
  const parsed = await parseDefinition(definition);
  if (!parsed.ok) return undefined;
  const { targetList = [], sortClause, ...rest } = parsed.definition.tree;
  void sortClause;
  // With these the values of one column decide about rows, or about the others.
  const isChosen = [rest.distinctClause, rest.limitCount, rest.limitOffset, rest.valuesLists, rest.larg].some(
    (part) => part !== undefined,
  );
  if (isChosen || targetList.length !== columns.length) return undefined;
  const hashes = targetList.flatMap((target) => ("ResTarget" in target ? [hashTree({ ...target.ResTarget.val })] : []));
  return { rest: hashTree(rest), columns: new Map(columns.map((name, at) => [name, hashes[at] ?? ""])) };
}
