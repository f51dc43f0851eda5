import type { A_Expr, Node, ResTarget, SelectStmt } from "libpg-query";
import { hashTree } from "../definition/definitionTree.ts";

/** The words of a dotted name; `*` where it ends in a star. */
export function nameParts(nodes: readonly Node[] = []): string[] {
  return nodes.map((node) => ("String" in node ? (node.String.sval ?? "") : "*"));
}

/** The words of a column reference, or undefined for any other expression. */
export function columnParts(node: Node | undefined): string[] | undefined {
  return node !== undefined && "ColumnRef" in node ? nameParts(node.ColumnRef.fields) : undefined;
}

/** The conditions that all have to hold for a condition to hold. */
export function conjuncts(condition: Node | undefined): Node[] {
  if (condition === undefined) return [];
  const isAnd = "BoolExpr" in condition && condition.BoolExpr.boolop === "AND_EXPR";
  return isAnd ? (condition.BoolExpr.args ?? []).flatMap(conjuncts) : [condition];
}

/** A comparison or other binary operator with its name, as in `a = b`. */
export function binaryOperator(node: Node): { readonly name: string; readonly expression: A_Expr } | undefined {
  if (!("A_Expr" in node) || node.A_Expr.kind !== "AEXPR_OP") return undefined;
  return { name: nameParts(node.A_Expr.name).at(-1) ?? "", expression: node.A_Expr };
}

/** The query inside a node, or undefined when it is none. */
export function selectIn(node: Node | undefined): SelectStmt | undefined {
  return node !== undefined && "SelectStmt" in node ? node.SelectStmt : undefined;
}

/** The name that PostgreSQL gives an output column, as far as anybody would use it as a key. */
export function outputName({ name, val }: ResTarget): string | undefined {
  return name ?? (val === undefined ? undefined : impliedName(val));
}

function impliedName(node: Node): string | undefined {
  if ("ColumnRef" in node) return columnParts(node)?.at(-1);
  if ("FuncCall" in node) return nameParts(node.FuncCall.funcname).at(-1);
  if ("CoalesceExpr" in node) return "coalesce";
  if ("TypeCast" in node) return node.TypeCast.arg === undefined ? undefined : impliedName(node.TypeCast.arg);
  return undefined;
}

/** True when two expressions are written alike, layout aside. */
export function sameExpression(a: Node | undefined, b: Node | undefined): boolean {
  return a !== undefined && b !== undefined && hashTree(a) === hashTree(b);
}
