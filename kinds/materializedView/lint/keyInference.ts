import type { Node, ResTarget, SelectStmt } from "libpg-query";
import { functionName, treeNodes } from "../definition/definitionTree.ts";
import { columnId, fromShape, idIn, UNKNOWN_ROWS, type FromShape, type Shape, type Surroundings } from "./fromShape.ts";
import { groupedRows, outputFor, type Output } from "./groupedRows.ts";
import { functionFacts, type DefinitionFacts } from "./lintFacts.ts";
import { columnParts, nameParts, outputName, selectIn } from "./treeRead.ts";

/** What text and catalog prove of a key, without looking at a row. */
export interface KeyInference {
  readonly isUnique: boolean;
  /** Key columns that nothing proves to be not null. */
  readonly nullable: readonly string[];
}

/** Proves a key from unique indexes, not-null constraints, joins, grouping and DISTINCT; what it cannot prove may still hold. */
export function inferKey(tree: SelectStmt, key: readonly string[], facts: DefinitionFacts): KeyInference {
  const shape = selectShape({ SelectStmt: tree }, { facts, ctes: new Map(), selectShape });
  return {
    isUnique: shape.unique.some((set) => set.every((column) => key.includes(column))),
    nullable: key.filter((column) => !shape.notNull.has(column)),
  };
}

function selectShape(query: Node | undefined, outer: Surroundings): Shape {
  const select = selectIn(query);
  if (select === undefined) return UNKNOWN_ROWS;
  const surroundings = withCtes(select, outer);
  const shape = bodyShape(select, surroundings);
  const isFirstRow = isOne(select.limitCount) && select.limitOption !== "LIMIT_OPTION_WITH_TIES";
  return isFirstRow ? { ...shape, unique: [[]] } : shape;
}

function bodyShape(select: SelectStmt, surroundings: Surroundings): Shape {
  if (select.op !== undefined && select.op !== "SETOP_NONE") return combinedShape(select, surroundings);
  if (select.valuesLists !== undefined) return valuesShape(select.valuesLists);
  const from = fromShape(select.fromClause ?? [], select.whereClause, surroundings);
  const outputs = (select.targetList ?? []).flatMap((node) =>
    "ResTarget" in node ? outputsOf(node.ResTarget, from) : [],
  );
  const { returnsSet, isAggregate } = ownCalls(select, surroundings.facts);
  const grouping = groupedRows(select, outputs, from, isAggregate);
  const sets = returnsSet ? [] : grouping.sets;
  const distinct = distinctSets(select, outputs, from);
  const notNull = outputs.filter(({ expression, id }) =>
    isNotNull(expression, id, grouping.isPlain ? from : undefined),
  );
  const isOpen = from.isOpen && outputs.some(({ name }) => name === "*");
  return {
    columns: outputs.map(({ name }) => name),
    isOpen,
    notNull: new Set(notNull.map(({ name }) => name)),
    unique: [...sets, ...distinct],
  };
}

function combinedShape({ op, all, larg, rarg }: SelectStmt, surroundings: Surroundings): Shape {
  const [left, right] = [larg, rarg].map((side) => selectShape(side && { SelectStmt: side }, surroundings));
  if (left === undefined || right === undefined || left.isOpen) return UNKNOWN_ROWS;
  const whole = all === true ? [] : [left.columns];
  const rightNotNull = left.columns.filter((_, index) => right.notNull.has(right.columns[index] ?? ""));
  if (op === "SETOP_UNION")
    return { ...left, unique: whole, notNull: new Set(rightNotNull.filter((column) => left.notNull.has(column))) };
  return { ...left, unique: [...left.unique, ...whole] };
}

function valuesShape(lists: readonly Node[]): Shape {
  const first = lists[0];
  const width = first !== undefined && "List" in first ? (first.List.items ?? []).length : 0;
  const columns = Array.from({ length: width }, (_, index) => `column${index + 1}`);
  return { columns, isOpen: false, notNull: new Set(), unique: lists.length === 1 ? [[]] : [] };
}

function withCtes({ withClause }: SelectStmt, outer: Surroundings): Surroundings {
  const ctes = new Map(outer.ctes);
  for (const node of withClause?.ctes ?? []) {
    if (!("CommonTableExpr" in node)) continue;
    const { ctename = "", ctequery, aliascolnames } = node.CommonTableExpr;
    const isPlain = withClause?.recursive !== true && aliascolnames === undefined;
    ctes.set(ctename, isPlain ? selectShape(ctequery, { ...outer, ctes: new Map(ctes) }) : UNKNOWN_ROWS);
  }
  return { ...outer, ctes };
}

function outputsOf(target: ResTarget, from: FromShape): Output[] {
  const parts = columnParts(target.val);
  if (parts?.at(-1) === "*") {
    const prefix = parts.length > 1 ? columnId(parts.at(-2) ?? "", "") : undefined;
    const ids = from.columns.filter((id) => prefix === undefined || id.startsWith(prefix));
    const known = ids.map((id) => ({ name: id.slice(id.indexOf("\0") + 1), expression: undefined, id }));
    return from.isOpen ? [...known, { name: "*", expression: undefined, id: undefined }] : known;
  }
  return [{ name: outputName(target) ?? "", expression: target.val, id: idIn(from, parts)[0] }];
}

function distinctSets({ distinctClause }: SelectStmt, outputs: readonly Output[], from: FromShape): string[][] {
  if (distinctClause === undefined) return [];
  const named = distinctClause.filter((node) => Object.keys(node).length > 0);
  if (named.length === 0) return outputs.some(({ name }) => name === "*") ? [] : [outputs.map(({ name }) => name)];
  const names = named.map((node) => outputFor(node, outputs, from, true)?.name);
  return names.every((name) => name !== undefined) ? [names] : [];
}

const ALWAYS_A_VALUE = new Set(["count", "row_number", "rank", "dense_rank", "now"]);

function isNotNull(node: Node | undefined, id: string | undefined, from: FromShape | undefined): boolean {
  if (id !== undefined) return from?.notNull.has(id) ?? false;
  if (node === undefined) return false;
  if ("A_Const" in node) return node.A_Const.isnull !== true;
  const inner = (part: Node | undefined): boolean => isNotNull(part, from && idIn(from, columnParts(part))[0], from);
  if ("TypeCast" in node) return inner(node.TypeCast.arg);
  if ("CoalesceExpr" in node) return (node.CoalesceExpr.args ?? []).some(inner);
  return "FuncCall" in node && ALWAYS_A_VALUE.has(nameParts(node.FuncCall.funcname).at(-1) ?? "");
}

// What the functions do that this query itself calls, not the queries inside it.
function ownCalls({ targetList }: SelectStmt, facts: DefinitionFacts): { returnsSet: boolean; isAggregate: boolean } {
  const calls = [...treeNodes(targetList, new Set(["SubLink"]))].filter(({ kind }) => kind === "FuncCall");
  const known = calls.flatMap(({ fields }) => {
    const count = (fields["args"] as unknown[] | undefined)?.length ?? 0;
    return functionFacts(facts, functionName(fields), count).map((found) => ({
      ...found,
      isOver: fields["over"] !== undefined,
    }));
  });
  return {
    returnsSet: known.some(({ returnsSet }) => returnsSet),
    isAggregate: known.some(({ kind, isOver }) => kind === "a" && !isOver),
  };
}

function isOne(node: Node | undefined): boolean {
  return node !== undefined && "A_Const" in node && node.A_Const.ival?.ival === 1;
}
