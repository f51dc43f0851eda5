import type { Node, SelectStmt } from "libpg-query";
import { functionName } from "../definition/definitionTree.ts";
import { binaryOperator, columnParts, conjuncts, outputName, sameExpression, selectIn } from "./treeRead.ts";

/** A value in the select list that a refresh changes although no source did. */
export interface ChangingValue {
  /** As written, e.g. `now()`. */
  readonly text: string;
  /** Whether all rows have it, or those for which a CASE condition holds. */
  readonly isConditional: boolean;
  readonly changes: "every refresh" | "every day";
}

// Stable functions whose result moves on although no row changed. Most stable functions do not: to_char, format, to_tsvector.
const CHANGING_FUNCTIONS = new Set([
  ...["now", "transaction_timestamp", "statement_timestamp", "clock_timestamp", "timeofday"],
  ...["txid_current", "pg_current_xact_id", "pg_current_snapshot", "txid_current_snapshot"],
]);

/**
 * Values of the clock that reach the rows of the view. One that a condition only compares with reaches none, and a CASE that
 * holds for a single row (`key = (select min(key) ...)`) is how a view stores the time of its refresh.
 */
export function changingValues(tree: SelectStmt, key: readonly string[]): ChangingValue[] {
  const found: ChangingValue[] = [];
  const keyColumn = key.length === 1 ? keyExpression(tree, key[0] ?? "") : undefined;
  visitSelect(tree, { found, isConditional: false, keyColumn });
  const byText = new Map(found.map((value) => [`${value.text}${String(value.isConditional)}`, value]));
  return [...byText.values()];
}

interface Visit {
  readonly found: ChangingValue[];
  readonly isConditional: boolean;
  readonly keyColumn: Node | undefined;
}

function visitSelect(select: SelectStmt, visit: Visit): void {
  for (const side of [select.larg, select.rarg]) if (side !== undefined) visitSelect(side, visit);
  for (const node of select.withClause?.ctes ?? []) {
    if ("CommonTableExpr" in node) visitQuery(node.CommonTableExpr.ctequery, visit);
  }
  for (const node of [...(select.targetList ?? []), ...(select.valuesLists ?? [])]) visitValue(node, visit);
  for (const node of select.fromClause ?? []) visitFrom(node, visit);
}

function visitQuery(node: Node | undefined, visit: Visit): void {
  const select = selectIn(node);
  if (select !== undefined) visitSelect(select, visit);
}

function visitFrom(node: Node, visit: Visit): void {
  if ("RangeSubselect" in node) visitQuery(node.RangeSubselect.subquery, visit);
  if (!("JoinExpr" in node)) return;
  for (const side of [node.JoinExpr.larg, node.JoinExpr.rarg]) if (side !== undefined) visitFrom(side, visit);
}

// Whatever an expression is made of reaches its value, but for what it only compares with.
function visitValue(node: unknown, visit: Visit): void {
  if (Array.isArray(node)) {
    for (const item of node) visitValue(item, visit);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  for (const [kind, child] of Object.entries(node as Record<string, unknown>)) {
    visitKind(kind, child as Record<string, unknown>, visit);
  }
}

function visitKind(kind: string, fields: Record<string, unknown>, visit: Visit): void {
  switch (kind) {
    case "agg_filter":
    case "over":
    case "agg_order":
    case "NullTest":
      return;
    case "A_Expr":
      if (!isComparison({ A_Expr: fields } as Node)) visitValue(fields, visit);
      return;
    case "CaseExpr":
      visitValue(fields["defresult"], { ...visit, isConditional: true });
      visitValue(fields["args"], visit);
      return;
    case "CaseWhen":
      if (!isOneRow(fields["expr"] as Node, visit.keyColumn))
        visitValue(fields["result"], { ...visit, isConditional: true });
      return;
    case "SubLink":
      if (fields["subLinkType"] === "EXPR_SUBLINK" || fields["subLinkType"] === "ARRAY_SUBLINK") {
        visitQuery(fields["subselect"] as Node, visit);
      }
      return;
    default:
      note(kind, fields, visit);
      visitValue(fields, visit);
  }
}

function note(kind: string, fields: Record<string, unknown>, { found, isConditional }: Visit): void {
  if (kind === "SQLValueFunction") {
    const text = String(fields["op"]).replace("SVFOP_", "").replace(/_N$/, "").toLowerCase();
    if (/date|time/.test(text))
      found.push({ text, isConditional, changes: text === "current_date" ? "every day" : "every refresh" });
  }
  if (kind !== "FuncCall") return;
  const { schema, name } = functionName(fields);
  if (schema !== undefined && schema !== "pg_catalog") return;
  const isAge = name === "age" && (fields["args"] as unknown[] | undefined)?.length === 1;
  if (isAge) found.push({ text: "age() of one argument", isConditional, changes: "every day" });
  if (CHANGING_FUNCTIONS.has(name)) found.push({ text: `${name}()`, isConditional, changes: "every refresh" });
}

const COMPARISONS = new Set(["=", "<>", "<", ">", "<=", ">=", "~~", "!~~"]);

function isComparison(node: Node): boolean {
  const operator = binaryOperator(node);
  if (operator !== undefined) return COMPARISONS.has(operator.name);
  return "A_Expr" in node && node.A_Expr.kind !== "AEXPR_NULLIF";
}

function isOneRow(condition: Node, keyColumn: Node | undefined): boolean {
  return conjuncts(condition).some((part) => {
    const operator = binaryOperator(part);
    if (operator?.name !== "=") return false;
    const sides = [operator.expression.lexpr, operator.expression.rexpr];
    const isScalar = (side: Node | undefined): boolean =>
      side !== undefined && "SubLink" in side && side.SubLink.subLinkType === "EXPR_SUBLINK";
    return sides.some(isScalar) && sides.some((side) => sameExpression(side, keyColumn));
  });
}

function keyExpression({ targetList = [] }: SelectStmt, key: string): Node | undefined {
  const targets = targetList.flatMap((node) => ("ResTarget" in node ? [node.ResTarget] : []));
  const value = targets.find((target) => outputName(target) === key)?.val;
  return columnParts(value) === undefined ? undefined : value;
}
