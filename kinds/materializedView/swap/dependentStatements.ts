import { displayName } from "../../../postgres/names.ts";
import { commentSql, dropSql, grantSql, named, ownerSql, revokeSql } from "../../../postgres/objectStatements.ts";
import type { SqlObject } from "../../../postgres/objectStatements.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { grantStatements } from "../grantStatements.ts";
import { optionClause } from "./carriedProperties.ts";
import type { Dependent } from "./dependentTrials.ts";
import type { DependentFunction, DependentPolicy } from "./dependents.ts";
import type { RelationProperties } from "./relationProperties.ts";

/** Puts the same query into a view again: its names then mean the new view. */
export function replaceViewSql(view: RelationProperties): string {
  const names = { schema: view.schema, view: view.name };
  const raw = { options: optionClause(view.options), definition: view.definition };
  return sqlStatement("statements/replace_view", { names, raw });
}

/** Drops a function whose signature names a row type that goes. */
export function dropFunctionSql(dependent: DependentFunction): string {
  return dropSql(functionObject(dependent));
}

/** Creates a function again with all that it had. */
export function recreateFunctionSql(dependent: DependentFunction, defaultGrantees: readonly string[]): string[] {
  const object = functionObject(dependent);
  const { owner, comment, grants } = dependent;
  const holders = [...new Set(["public", ...defaultGrantees, owner])];
  return [
    dependent.definition.trim(),
    ownerSql(object, owner),
    ...holders.map((role) => revokeSql("all privileges", object, role)),
    ...grantStatements(owner, grants, ({ grantee, option }) => grantSql("execute", object, grantee, option)),
    ...(comment === null ? [] : [commentSql(object, comment)]),
  ];
}

/** Gives a policy its own expressions again: their names then mean the new view. */
export function alterPolicySql({ schema, table, name, using, withCheck }: DependentPolicy): string {
  const expressions = [
    ...(using === null ? [] : [`using (${using})`]),
    ...(withCheck === null ? [] : [`with check (${withCheck})`]),
  ].join(" ");
  return sqlStatement("statements/alter_policy", { names: { schema, table, policy: name }, raw: { expressions } });
}

/** How a reason names what happens to a dependent. */
export function dependentLine(dependent: Dependent): string {
  if ("view" in dependent)
    return `${dependent.how === "replace view" ? "replace" : "rebuild"} ${displayName(dependent.view)}`;
  if ("function" in dependent) return `${dependent.how} ${displayName(dependent.function)}`;
  const { policy } = dependent;
  return `alter policy ${policy.name} on ${displayName({ schema: policy.schema, name: policy.table })}`;
}

function functionObject({ kind, arguments: types, ...name }: DependentFunction): SqlObject {
  return named(kind === "p" ? "procedure" : "function", name, `(${types})`);
}
