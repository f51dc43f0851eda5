import { displayName } from "../../../postgres/names.ts";
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
  return sqlStatement("statements/drop_function", functionVariables(dependent));
}

/** Creates a function again with all that it had. */
export function recreateFunctionSql(dependent: DependentFunction, defaultGrantees: readonly string[]): string[] {
  const { names, raw } = functionVariables(dependent);
  const { owner, comment, grants } = dependent;
  const holders = [...new Set(["public", ...defaultGrantees, owner])];
  return [
    dependent.definition.trim(),
    sqlStatement("statements/alter_function_owner", { names: { ...names, owner }, raw }),
    ...holders.map((role) => sqlStatement("statements/revoke_all_on_function", { names: { ...names, role }, raw })),
    ...grantStatements(owner, grants, ({ grantee, option }) =>
      sqlStatement("statements/grant_on_function", { names: { ...names, role: grantee }, raw: { ...raw, option } }),
    ),
    ...(comment === null
      ? []
      : [sqlStatement("statements/comment_on_function", { names, raw, literals: { comment } })]),
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

function functionVariables({ schema, name, kind, arguments: types }: DependentFunction) {
  const names = { schema, function: name };
  return { names, raw: { kind: kind === "p" ? "procedure" : "function", arguments: types } };
}
