import type { Node, SelectStmt } from "libpg-query";
import { treeNodes } from "../definition/definitionTree.ts";
import { aliasOf, columnsIn, idIn, resolve, type FromShape } from "./fromShape.ts";
import { columnParts, sameExpression } from "./treeRead.ts";

/** A column of a query's result: its name, its expression, and the column of FROM that it is, if it is one. */
export interface Output {
  readonly name: string;
  readonly expression: Node | undefined;
  readonly id: string | undefined;
}

/** Sets of output columns that are unique after GROUP BY, and whether each row still stands for rows of FROM as they are. */
export function groupedRows(
  select: SelectStmt,
  outputs: readonly Output[],
  from: FromShape,
  isAggregate: boolean,
): { readonly sets: string[][]; readonly isPlain: boolean } {
  const group = select.groupClause ?? [];
  if (group.some((node) => "GroupingSet" in node)) return { sets: [], isPlain: false };
  if (group.length > 0) return { sets: groupSets(group, outputs, from), isPlain: true };
  const isOneRow = isAggregate || select.havingClause !== undefined;
  return isOneRow ? { sets: [[]], isPlain: false } : { sets: exposed(from.unique, outputs), isPlain: true };
}

/** What an item of GROUP BY or DISTINCT ON means: a position, an output's name, or an expression that an output repeats. */
export function outputFor(
  node: Node,
  outputs: readonly Output[],
  from: FromShape,
  mayBeName: boolean,
): Output | undefined {
  if ("A_Const" in node && node.A_Const.ival !== undefined) return outputs[(node.A_Const.ival.ival ?? 0) - 1];
  const parts = columnParts(node);
  const named = mayBeName && parts?.length === 1 ? outputs.find(({ name }) => name === parts[0]) : undefined;
  const [id] = idIn(from, parts);
  return (
    named ?? outputs.find((output) => (id === undefined ? sameExpression(output.expression, node) : output.id === id))
  );
}

interface GroupItem {
  readonly columns: readonly string[] | undefined;
  readonly output: Output | undefined;
}

// All items together are unique; so are those that are left when what others determine is taken away, from either end.
function groupSets(group: readonly Node[], outputs: readonly Output[], from: FromShape): string[][] {
  const items = group.map((node) => {
    // A bare name in GROUP BY is a column of FROM where there is one, and an output's name only otherwise.
    const parts = columnParts(node);
    const output = outputFor(node, outputs, from, parts !== undefined && resolve(parts, from) === "outside");
    return { columns: columnsOf(node, output, from), output };
  });
  const names = [items, reduced(items, from), reduced(items.toReversed(), from)].map((set) =>
    set.map(({ output }) => output?.name),
  );
  return names.filter((set): set is string[] => set.every((name) => name !== undefined));
}

// Undefined where the value is not made of columns alone: a function may be volatile.
function columnsOf(node: Node, output: Output | undefined, from: FromShape): readonly string[] | undefined {
  const [id] = idIn(from, columnParts(node));
  if (id !== undefined || output?.id !== undefined) return [id ?? output?.id ?? ""];
  const expression = output === undefined ? node : output.expression;
  const calls = [...treeNodes(expression)].some(({ kind }) => kind === "FuncCall");
  return calls || expression === undefined || "A_Const" in expression ? undefined : columnsIn(expression, from);
}

function reduced(items: readonly GroupItem[], from: FromShape): readonly GroupItem[] {
  return items.reduceRight<readonly GroupItem[]>((kept, item) => {
    const others = kept.filter((other) => other !== item);
    return isDetermined(item, others, from) ? others : kept;
  }, items);
}

function isDetermined({ columns }: GroupItem, by: readonly GroupItem[], { dependencies }: FromShape): boolean {
  // Only a column itself counts as known, not one that an expression was made of.
  const known = new Set(by.flatMap(({ output, columns: made }) => (output?.id === undefined ? [] : (made ?? []))));
  const aliases = new Set<string>();
  const isKnown = (id: string): boolean => known.has(id) || aliases.has(aliasOf(id));
  for (let size = -1; size !== aliases.size;) {
    size = aliases.size;
    for (const dependency of dependencies) {
      if (dependency.by.every(isKnown)) for (const alias of dependency.aliases) aliases.add(alias);
    }
  }
  return columns?.every(isKnown) ?? false;
}

function exposed(sets: readonly (readonly string[])[], outputs: readonly Output[]): string[][] {
  const named = sets.map((set) => set.map((id) => outputs.find((output) => output.id === id)?.name));
  return named.filter((set): set is string[] => set.every((name) => name !== undefined));
}
