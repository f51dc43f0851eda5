import type { Node, SelectStmt } from "libpg-query";
import { displayName } from "../../../postgres/names.ts";
import { treeNodes } from "../definition/definitionTree.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";
import { columnParts, nameParts, selectIn } from "../lint/treeRead.ts";
import type { ReadSource } from "./sourceChanges.ts";

/** What a query's text and its sources' constraints tell of a column; undefined where that is not enough. */
export type Nullness = "never" | "may" | undefined;

type Columns = ReadonlyMap<string, Nullness>;

/** Where names in a query are looked up. */
interface Scope {
  readonly tables: ReadonlyMap<string, Columns>;
  readonly relations: ReadonlyMap<string, Columns>;
}

/** Whether each column of a query, as the server prints it, can be null; only what is certain is said. */
export async function nullnessOf(printed: string, sources: readonly ReadSource[]): Promise<readonly Nullness[]> {
  const parsed = await parseDefinition(printed);
  const tables = sources
    .filter(({ kind }) => kind === "table")
    .map((source) => [displayName(source), constraintsOf(source)] as const);
  return parsed.ok ? outputs(parsed.definition.tree, new Map(tables)).map(([, nullness]) => nullness) : [];
}

function constraintsOf({ columns }: ReadSource): Columns {
  return new Map(columns.map(({ name, isNotNull }) => [name, isNotNull ? "never" : "may"]));
}

/** The columns of a query with their names. */
function outputs(query: SelectStmt, outer: Scope["tables"]): (readonly [name: string, nullness: Nullness])[] {
  const tables = withQueries(query, outer);
  if (query.larg !== undefined && query.rarg !== undefined) {
    const right = outputs(query.rarg, tables);
    const isUnion = query.op === "SETOP_UNION";
    return outputs(query.larg, tables).map(([name, one], at) => [
      name,
      isUnion ? ofAll([one, right[at]?.[1]]) : undefined,
    ]);
  }
  const isGrouped = query.groupClause?.some((node) => "GroupingSet" in node) === true;
  const relations = isGrouped ? new Map<string, Columns>() : relationsOf(query, tables);
  return (query.targetList ?? []).map((target) => {
    const { name, val } = "ResTarget" in target ? target.ResTarget : {};
    return [name ?? columnParts(val)?.at(-1) ?? "", isGrouped ? undefined : ofExpression(val, { tables, relations })];
  });
}

function withQueries({ withClause }: SelectStmt, outer: Scope["tables"]): Scope["tables"] {
  const tables = new Map(outer);
  for (const node of withClause?.ctes ?? []) {
    if (!("CommonTableExpr" in node)) continue;
    const { ctename = "", ctequery, aliascolnames } = node.CommonTableExpr;
    const query = withClause?.recursive === true ? undefined : selectIn(ctequery);
    tables.set(ctename, query === undefined ? new Map() : called(outputs(query, tables), aliascolnames));
  }
  return tables;
}

function called(columns: readonly (readonly [string, Nullness])[], names: readonly Node[] | undefined): Columns {
  const given = nameParts(names);
  return new Map(columns.map(([name, nullness], at) => [given[at] ?? name, nullness]));
}

/** What stands in FROM, by the name that the query has for it. */
function relationsOf(
  { fromClause = [], whereClause, havingClause }: SelectStmt,
  tables: Scope["tables"],
): Map<string, Columns> {
  const found = new Map<string, Columns>();
  const conditions: unknown[] = [whereClause, havingClause];
  for (const item of fromClause)
    for (const [name, columns] of fromItem(item, tables, conditions)) found.set(name, columns);
  // A condition may leave out what is null.
  for (const { kind, fields } of treeNodes(conditions)) {
    const [alias, column] = kind === "ColumnRef" ? nameParts(fields["fields"] as Node[]) : [];
    const columns = found.get(alias ?? "");
    if (alias === undefined || columns === undefined) continue;
    const isOuter = [...columns.values()].every((one) => one !== "never");
    found.set(
      alias,
      mapped(columns, (one, name) => (one === "may" && (isOuter || name === column) ? undefined : one)),
    );
  }
  return found;
}

function fromItem(node: Node, tables: Scope["tables"], conditions: unknown[]): [string, Columns][] {
  if ("RangeVar" in node) {
    const { schemaname: schema, relname: name = "", alias } = node.RangeVar;
    const columns = tables.get(schema === undefined ? name : displayName({ schema, name }));
    return [[alias?.aliasname ?? name, alias?.colnames === undefined ? (columns ?? new Map()) : new Map()]];
  }
  if ("RangeSubselect" in node) {
    const { subquery, alias, lateral } = node.RangeSubselect;
    if (lateral === true) conditions.push(subquery);
    const query = selectIn(subquery);
    return [
      [alias?.aliasname ?? "", query === undefined ? new Map() : called(outputs(query, tables), alias?.colnames)],
    ];
  }
  // It may give no row of what is null.
  if ("RangeFunction" in node) conditions.push(node);
  if (!("JoinExpr" in node)) return [];
  const { jointype, larg, rarg, quals, usingClause } = node.JoinExpr;
  if (jointype === "JOIN_INNER") conditions.push(quals);
  const side = (one: Node | undefined, isOuter: boolean): [string, Columns][] => {
    const items = one === undefined ? [] : fromItem(one, tables, conditions);
    if (isOuter) return items.map(([name, columns]) => [name, mapped(columns, () => "may")]);
    const isKept = jointype !== "JOIN_INNER" || usingClause === undefined;
    return isKept
      ? items
      : items.map(([name, columns]) => [name, mapped(columns, (one) => (one === "may" ? undefined : one))]);
  };
  return [
    ...side(larg, jointype === "JOIN_RIGHT" || jointype === "JOIN_FULL"),
    ...side(rarg, jointype === "JOIN_LEFT" || jointype === "JOIN_FULL"),
  ];
}

function mapped(columns: Columns, map: (nullness: Nullness, name: string) => Nullness): Columns {
  return new Map([...columns].map(([name, nullness]) => [name, map(nullness, name)]));
}

function ofExpression(node: Node | undefined, scope: Scope): Nullness {
  if (node === undefined) return undefined;
  const of = (one: Node | undefined): Nullness => ofExpression(one, scope);
  const parts = columnParts(node);
  if (parts !== undefined) return ofColumn(parts, scope);
  if ("A_Const" in node) return node.A_Const.isnull === true ? "may" : "never";
  if ("TypeCast" in node) return of(node.TypeCast.arg);
  if ("CoalesceExpr" in node) {
    const args = (node.CoalesceExpr.args ?? []).map(of);
    return args.includes("never") ? "never" : args.every((one) => one === "may") ? "may" : undefined;
  }
  if ("CaseExpr" in node) {
    const { args = [], defresult } = node.CaseExpr;
    if (defresult === undefined) return "may";
    return ofAll([of(defresult), ...args.map((arg) => ("CaseWhen" in arg ? of(arg.CaseWhen.result) : undefined))]);
  }
  const isCount = "FuncCall" in node && /^(pg_catalog\.)?count$/.test(nameParts(node.FuncCall.funcname).join("."));
  return isCount ? "never" : undefined;
}

// The server names the relation wherever there are two; where there is one, older majors do too.
function ofColumn(parts: readonly string[], { relations }: Scope): Nullness {
  const [first = "", second] = parts;
  if (second !== undefined) return relations.get(first)?.get(second);
  return relations.size === 1 ? [...relations.values()][0]?.get(first) : undefined;
}

function ofAll(several: readonly Nullness[]): Nullness {
  if (several.includes("may")) return "may";
  return several.includes(undefined) ? undefined : "never";
}
