import { escapeLiteral } from "pg";

import { sqlStatement } from "../postgres/sqlFiles.ts";
import { createSettings } from "./definitionSettings.ts";
import type { DesiredView } from "./desired.ts";
import type { ActualView } from "./describe.ts";

/** Creates the view empty with everything that is declared of it, to be run in one transaction. */
export function createSql(view: DesiredView): string[] {
  const names = { schema: view.schema, view: view.name };
  const raw = { storage: storageClause(view.storageParameters), definition: queryText(view.definition) };
  return [
    ...createSettings(),
    sqlStatement("statements/create_materialized_view", { names, raw }),
    ...(view.grants ?? []).map(({ role, privileges }) => grantSql(view, role, privileges)),
    ...(view.comment === undefined ? [] : [commentSql(view, view.comment)]),
    // Last: afterwards the connected role may have no right to the view any more.
    ...(view.owner === undefined ? [] : [ownerSql(view, view.owner)]),
  ];
}

/** Builds the view again from the declared text with all that the old one has, to be run in one transaction. */
export function rebuildSql(desired: DesiredView, actual: ActualView): string[] {
  const names = { schema: desired.schema, view: desired.name };
  const raw = {
    storage: storageClause(actual.storageParameters),
    definition: queryText(desired.definition),
  };
  const grants = new Map<string, string[]>();
  for (const { role, privilege } of actual.grants) grants.set(role, [...(grants.get(role) ?? []), privilege]);
  return [
    ...createSettings(),
    sqlStatement("statements/drop_materialized_view", { names }),
    sqlStatement("statements/create_materialized_view_with_data", { names, raw }),
    ...actual.indexes.map(({ definition }) => definition),
    ...[...grants].map(([role, privileges]) => grantSql(desired, role, privileges)),
    ...(actual.comment === null ? [] : [commentSql(desired, actual.comment)]),
    ownerSql(desired, actual.owner),
  ];
}

export function ownerSql(view: DesiredView, owner: string): string {
  return sqlStatement("statements/alter_view_owner", { names: { schema: view.schema, view: view.name, owner } });
}

export function commentSql(view: DesiredView, comment: string): string {
  const names = { schema: view.schema, view: view.name };
  return sqlStatement("statements/comment_on_view", { names, literals: { comment } });
}

export function grantSql(view: DesiredView, role: string, privileges: readonly string[]): string {
  const names = { schema: view.schema, view: view.name, role };
  return sqlStatement("statements/grant_on_view", { names, raw: { privileges: privileges.join(", ") } });
}

export function revokeSql(view: DesiredView, role: string, privileges: readonly string[]): string {
  const names = { schema: view.schema, view: view.name, role };
  return sqlStatement("statements/revoke_on_view", { names, raw: { privileges: privileges.join(", ") } });
}

/** `name = 'value', ...`; a parameter of the toast table keeps its dot. */
export function parameterList(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${escapeLiteral(value).trimStart()}`)
    .join(", ");
}

/** The text without the semicolon that may end it: it stands inside another statement. */
export function queryText(definition: string): string {
  return definition.replace(/;(?=(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*$)/, "").trim();
}

function storageClause(parameters: Readonly<Record<string, string>> = {}): string {
  return Object.keys(parameters).length === 0 ? "" : ` with (${parameterList(parameters)})`;
}

