import type { SelectStmt } from "libpg-query";
import { hashTree } from "../definition/definitionTree.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";

interface Query {
  /** As the server prints it. */
  readonly definition: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/**
 * Columns that only have another name now, the old one first: the same expression in the same place, over the same sources. Rights go with
 * such a column, so what is not certain is none.
 */
export async function renamedColumns(old: Query, now: Query): Promise<[before: string, after: string][]> {
  const [before, after] = [names(old), names(now)];
  const moved = before.flatMap((name, at) => {
    const next = after[at];
    const isOther = next !== undefined && !after.includes(name) && !before.includes(next);
    return isOther && old.columns[at]?.type === now.columns[at]?.type ? [{ name, next, at }] : [];
  });
  if (moved.length === 0) return [];
  const [was, is] = await Promise.all([parseDefinition(old.definition), parseDefinition(now.definition)]);
  if (!was.ok || !is.ok || sourcesOf(was.definition.tree) !== sourcesOf(is.definition.tree)) return [];
  const [first, second] = [expressions(was.definition.tree), expressions(is.definition.tree)];
  return moved
    .filter(({ at }) => first[at] !== undefined && first[at] === second[at])
    .map(({ name, next }) => [name, next]);
}

function names({ columns }: Query): string[] {
  return columns.map(({ name }) => name);
}

// What the names in an expression stand for.
function sourcesOf({ fromClause, withClause }: SelectStmt): string {
  return hashTree({ fromClause, withClause });
}

// A union has its expressions in more than one place: of those nothing is said.
function expressions({ targetList = [] }: SelectStmt): (string | undefined)[] {
  return targetList.map((target) =>
    "ResTarget" in target && target.ResTarget.val !== undefined ? hashTree(target.ResTarget.val) : undefined,
  );
}
