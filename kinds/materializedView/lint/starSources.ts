import type { Node, SelectStmt } from "libpg-query";
import { treeNodes } from "../definition/definitionTree.ts";
import { columnParts } from "./treeRead.ts";

/**
 * Relations whose columns a star takes as they are on the day of creation, as written, each once and sorted. A star over a
 * subquery or a common table expression takes what is listed there and is none.
 */
export function starSources(tree: SelectStmt): string[] {
  const sources = new Set<string>();
  for (const { fields, visibleCtes } of treeNodes(tree)) {
    const select = fields as SelectStmt;
    if (select.targetList === undefined) continue;
    const ctes = new Set([...visibleCtes, ...cteNames(select)]);
    for (const target of select.targetList) {
      const parts = "ResTarget" in target ? columnParts(target.ResTarget.val) : undefined;
      if (parts?.at(-1) !== "*") continue;
      for (const { alias, name } of (select.fromClause ?? []).flatMap((item) => relationsIn(item, ctes))) {
        if (parts.length === 1 || parts.at(-2) === alias) sources.add(name);
      }
    }
  }
  return [...sources].sort();
}

function cteNames({ withClause }: SelectStmt): string[] {
  return (withClause?.ctes ?? []).flatMap((node) =>
    "CommonTableExpr" in node ? [node.CommonTableExpr.ctename ?? ""] : [],
  );
}

function relationsIn(item: Node, ctes: ReadonlySet<string>): { alias: string; name: string }[] {
  if ("JoinExpr" in item) {
    return [item.JoinExpr.larg, item.JoinExpr.rarg].flatMap((side) =>
      side === undefined ? [] : relationsIn(side, ctes),
    );
  }
  if ("RangeTableSample" in item && item.RangeTableSample.relation !== undefined)
    return relationsIn(item.RangeTableSample.relation, ctes);
  if (!("RangeVar" in item)) return [];
  const { schemaname, relname = "", alias } = item.RangeVar;
  if (schemaname === undefined && ctes.has(relname)) return [];
  return [
    { alias: alias?.aliasname ?? relname, name: schemaname === undefined ? relname : `${schemaname}.${relname}` },
  ];
}
