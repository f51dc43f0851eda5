import type { CommonTableExpr, Node, SelectStmt } from "libpg-query";
import type { Client } from "pg";
import { pipelined } from "../../../postgres/pipeline.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import { printSettings } from "../definition/definitionSettings.ts";
import { functionName } from "../definition/definitionTree.ts";
import type { Reference } from "../definition/definitionTree.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";
import { nameParts, outputName, selectIn } from "../lint/treeRead.ts";
import type { QueryShape } from "./oneQuery.ts";

/** A view as the server prints it, and what of it is not the same at each computation. */
export interface PrintedView {
  readonly definition: string;
  readonly volatility: Volatility;
  readonly shape: QueryShape;
}

/** What of a view would be different if it were computed again, whatever the sources. */
export interface Volatility {
  /** The columns by their names. */
  readonly columns: readonly string[];
  /** Whether there would be other rows. */
  readonly isOfRows: boolean;
  /** What is called, e.g. `random()`. */
  readonly functions: readonly string[];
}

const NONE: Volatility = { columns: [], isOfRows: false, functions: [] };

interface VolatileCall {
  readonly relationSchema: string | null;
  readonly relationName: string | null;
  readonly schema: string;
  readonly name: string;
  readonly isSampling: boolean;
}

/**
 * Prints a temporary view, and says which of its columns depend on a function that may give another value at each call; where that cannot be told apart, more
 * rather than less. In a transaction, which it leaves as it was.
 */
export async function printedView(client: Client, view: string, columns: readonly string[]): Promise<PrintedView> {
  const { calls, definition, shape } = await readCalls(client, view);
  return { definition, shape, volatility: calls.length === 0 ? NONE : await volatilityOf(definition, calls, columns) };
}

async function volatilityOf(
  definition: string,
  calls: readonly VolatileCall[],
  columns: readonly string[],
): Promise<Volatility> {
  const parsed = await parseDefinition(definition);
  const functions = [...new Set(calls.map(({ schema, name }) => callText(schema, name)))];
  const all = { columns, isOfRows: true, functions };
  if (!parsed.ok) return all;
  const world: World = {
    isVolatile: ({ schema = "pg_catalog", name }) =>
      calls.some((call) => call.relationName === null && call.schema === schema && call.name === name),
    isShaky: ({ schema, name }) => calls.some((call) => call.relationSchema === schema && call.relationName === name),
  };
  // An operator or a cast may call one, too.
  const own = calls.filter(({ relationName }) => relationName === null);
  const named = parsed.definition.functions;
  const isHidden = own.some(
    (call) =>
      !call.isSampling &&
      !named.some(({ schema = "pg_catalog", name }) => schema === call.schema && name === call.name),
  );
  if (isHidden) return all;
  const { shaky, isOfRows } = readSelect(parsed.definition.tree, { world, ctes: new Map(), outer: [] });
  return { columns: columns.filter((_, at) => shaky[at]?.isShaky === true), isOfRows, functions };
}

interface Printing extends Omit<PrintedView, "volatility"> {
  readonly calls: readonly VolatileCall[];
}

async function readCalls(client: Client, view: string): Promise<Printing> {
  const [, , calls, text, shape] = await pipelined(client, [
    "savepoint matview_print",
    printSettings(),
    { text: sqlText("describe/volatile_calls"), values: [view] },
    { text: sqlText("describe/view_text"), values: [view] },
    { text: sqlText("describe/query_shape"), values: [view] },
    "rollback to savepoint matview_print",
  ]);
  const [printed] = (text?.rows ?? []) as { definition: string }[];
  const [found] = (shape?.rows ?? []) as QueryShape[];
  return {
    calls: (calls?.rows ?? []) as VolatileCall[],
    definition: printed?.definition ?? "",
    shape: found ?? { hasAggregates: true, hasWindows: true, hasSets: true },
  };
}

function callText(schema: string, name: string): string {
  return `${schema === "pg_catalog" ? "" : `${schema}.`}${name}()`;
}

interface World {
  isVolatile(called: Reference): boolean;
  /** Whether a relation has what changes from call to call; then all its columns are taken for it. */
  isShaky(relation: Reference): boolean;
}

interface Output {
  readonly name: string | undefined;
  readonly isShaky: boolean;
}

/** What a name before a dot stands for. */
interface Range {
  readonly alias: string | undefined;
  /** Undefined where the columns are not known; then `isShaky` is said of all. */
  readonly columns: readonly Output[] | undefined;
  readonly isShaky: boolean;
}

interface Scope {
  readonly world: World;
  readonly ctes: ReadonlyMap<string, readonly Output[]>;
  readonly outer: readonly Range[];
}

interface Reading {
  readonly shaky: readonly Output[];
  readonly isOfRows: boolean;
}

function readSelect(select: SelectStmt, { world, ctes: above, outer }: Scope): Reading {
  const ctes = new Map(above);
  let isOfRows = false;
  for (const node of select.withClause?.ctes ?? []) {
    if (!("CommonTableExpr" in node)) continue;
    const read = readCte(node.CommonTableExpr, { world, ctes, outer });
    isOfRows ||= read.isOfRows;
    ctes.set(node.CommonTableExpr.ctename ?? "", read.shaky);
  }
  if (select.larg !== undefined && select.rarg !== undefined) {
    const [left, right] = [select.larg, select.rarg].map((side) => readSelect(side, { world, ctes, outer })) as [
      Reading,
      Reading,
    ];
    // What a set operation keeps of both sides depends on their values, but for union all.
    const chooses = select.op !== "SETOP_UNION" || select.all !== true;
    const shaky = left.shaky.map(({ name, isShaky }, at) => ({
      name,
      isShaky: isShaky || right.shaky[at]?.isShaky === true,
    }));
    const isChosen = (chooses || isCut(select)) && shaky.some((one) => one.isShaky);
    return { shaky, isOfRows: isOfRows || left.isOfRows || right.isOfRows || isChosen };
  }
  const ranges: Range[] = [...outer];
  const scope = { world, ctes, outer: ranges };
  for (const node of select.fromClause ?? []) isOfRows = readFrom(node, scope, ranges) || isOfRows;
  const isShaky = (part: unknown): boolean => isShakyIn(part, scope);
  const targets = (select.targetList ?? []).flatMap((node) => ("ResTarget" in node ? [node.ResTarget] : []));
  const shaky =
    select.valuesLists === undefined
      ? targets.map((target) => ({ name: outputName(target), isShaky: isShaky(target.val) }))
      : valuesColumns(select.valuesLists, isShaky);
  const chosenBy = [
    ...[select.whereClause, select.havingClause, select.groupClause, select.limitCount, select.limitOffset],
    ...(isCut(select) ? [select.sortClause, select.distinctClause] : []),
  ];
  const isDistinct = select.distinctClause !== undefined && shaky.some((one) => one.isShaky);
  return { shaky, isOfRows: isOfRows || isDistinct || isShaky(chosenBy) };
}

function readCte({ ctequery, ctename, aliascolnames }: CommonTableExpr, scope: Scope): Reading {
  const query = selectIn(ctequery);
  if (query === undefined) return { shaky: [], isOfRows: true };
  // One that reads itself does so with what its first part gives.
  const first = query.larg === undefined ? [] : readSelect(query.larg, scope).shaky;
  const ctes = new Map(scope.ctes);
  const names = nameParts(aliascolnames);
  ctes.set(ctename ?? "", renamed(first, names));
  const read = readSelect(query, { ...scope, ctes });
  return { ...read, shaky: renamed(read.shaky, names) };
}

function valuesColumns(lists: readonly Node[], isShaky: (part: unknown) => boolean): Output[] {
  const rows = lists.flatMap((list) => ("List" in list ? [list.List.items ?? []] : []));
  return (rows[0] ?? []).map((_, at) => ({ name: `column${at + 1}`, isShaky: rows.some((row) => isShaky(row[at])) }));
}

// Which rows a sort or distinct on leaves depends on it where not all are taken.
function isCut({ limitCount, limitOffset, distinctClause }: SelectStmt): boolean {
  return limitCount !== undefined || limitOffset !== undefined || distinctClause !== undefined;
}

/** Adds what a part of FROM names; true where it decides by what changes which rows there are. */
function readFrom(node: Node, scope: Scope, ranges: Range[]): boolean {
  if ("RangeVar" in node) {
    const { schemaname: schema, relname: name = "", alias } = node.RangeVar;
    const cte = schema === undefined ? scope.ctes.get(name) : undefined;
    const isShaky = cte === undefined && scope.world.isShaky({ ...(schema === undefined ? {} : { schema }), name });
    const columns = cte && renamed(cte, nameParts(alias?.colnames));
    ranges.push({ alias: alias?.aliasname ?? name, columns, isShaky: columns?.some((one) => one.isShaky) ?? isShaky });
    return isShaky;
  }
  if ("RangeSubselect" in node) {
    const { subquery, alias } = node.RangeSubselect;
    const query = selectIn(subquery);
    const read = query === undefined ? { shaky: [], isOfRows: true } : readSelect(query, scope);
    const columns = renamed(read.shaky, nameParts(alias?.colnames));
    ranges.push({ alias: alias?.aliasname, columns, isShaky: columns.some((one) => one.isShaky) });
    return read.isOfRows;
  }
  if ("JoinExpr" in node) {
    const { larg, rarg, quals, alias } = node.JoinExpr;
    const before = ranges.length;
    const ofSides = [larg, rarg].map((side) => side !== undefined && readFrom(side, scope, ranges));
    const isShaky = ranges.slice(before).some((one) => one.isShaky);
    if (alias !== undefined) ranges.push({ alias: alias.aliasname, columns: undefined, isShaky });
    return ofSides.includes(true) || isShakyIn(quals, scope);
  }
  if ("RangeTableSample" in node) {
    const { relation, args, repeatable } = node.RangeTableSample;
    const isOther = relation !== undefined && readFrom(relation, scope, ranges);
    return isOther || repeatable === undefined || isShakyIn([args, repeatable], scope);
  }
  const isShaky = isShakyIn(node, scope);
  const alias = "RangeFunction" in node ? node.RangeFunction.alias?.aliasname : undefined;
  ranges.push({ alias, columns: undefined, isShaky });
  return isShaky;
}

function renamed(columns: readonly Output[], names: readonly string[]): Output[] {
  return columns.map((column, at) => ({ ...column, name: names[at] ?? column.name }));
}

function isShakyIn(part: unknown, scope: Scope): boolean {
  if (Array.isArray(part)) return part.some((item) => isShakyIn(item, scope));
  if (typeof part !== "object" || part === null) return false;
  return Object.entries(part).some(([kind, fields]: [string, unknown]) => {
    if (kind === "ColumnRef") return isShakyColumn(nameParts((fields as { fields?: Node[] }).fields), scope.outer);
    if (kind === "FuncCall" && scope.world.isVolatile(functionName(fields as Record<string, unknown>))) return true;
    if (kind === "SelectStmt") {
      const { shaky, isOfRows } = readSelect(fields as SelectStmt, scope);
      return isOfRows || shaky.some((one) => one.isShaky);
    }
    return isShakyIn(fields, scope);
  });
}

function isShakyColumn(parts: readonly string[], ranges: readonly Range[]): boolean {
  const [column = "*", alias] = [...parts].reverse();
  return ranges.some((range) => {
    if (alias !== undefined && range.alias !== alias) return false;
    if (column === "*" || range.columns === undefined) return range.isShaky;
    // A whole row goes by the name of its range.
    if (alias === undefined && range.alias === column) return range.isShaky;
    return range.columns.some(({ name, isShaky }) => isShaky && (name === column || name === undefined));
  });
}
