import { sqlIdentifier, sqlLiteral } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { commentSql, grantSql, named, ownerSql } from "../../postgres/objectStatements.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { joinComment } from "../claim.ts";
import type { Claim } from "../claim.ts";
import { createSettings } from "./definition/definitionSettings.ts";
import type { DesiredView } from "./desired.ts";

/** Creates the view empty with everything that is declared of it, to be run in one transaction. */
export function createSql(view: DesiredView, claim?: Claim): string[] {
  const names = { schema: view.schema, view: view.name };
  const raw = { storage: storageClause(view), definition: queryText(view.definition) };
  const comment = joinComment(view.comment, claim);
  return [
    createSettings(),
    sqlStatement("statements/create_materialized_view", { names, raw }),
    ...(view.grants ?? []).map(({ role, privileges }) => grantSql(privileges.join(", "), named("table", view), role)),
    ...(comment === null ? [] : [commentSql(named("materialized view", view), comment)]),
    // Last: afterwards the connected role may have no right to the view any more.
    ...(view.owner === undefined ? [] : [ownerSql(named("materialized view", view), view.owner)]),
  ];
}

/** Recomputes a view, beside its readers if told so. */
export function refreshSql({ schema, name }: QualifiedName, concurrently = false): string {
  const raw = { how: concurrently ? "concurrently " : "" };
  return sqlStatement("statements/refresh_materialized_view", { names: { schema, view: name }, raw });
}

/** `name = 'value', ...`; a parameter of the toast table keeps its dot. */
export function parameterList(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${sqlLiteral(value)}`)
    .join(", ");
}

/** `name=value` as the catalog has it; a value may hold anything. */
export function splitParameter(text: string): [string, string] {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** Builds an index on a view, beside its writers too if told so: then not in a transaction. */
export function createIndexSql(
  { schema, name }: QualifiedName,
  { index, isUnique, elements }: { readonly index: string; readonly isUnique: boolean; readonly elements: string },
  concurrently = false,
): string {
  const raw = { kind: isUnique ? "unique index" : "index", how: concurrently ? " concurrently" : "", elements };
  return sqlStatement("statements/create_index", { names: { schema, view: name, index }, raw });
}

/** The text without the semicolon that may end it: it stands inside another statement. */
export function queryText(definition: string): string {
  return definition.replace(/;(?=(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*$)/, "").trim();
}

function storageClause({ accessMethod, storageParameters = {}, tablespace }: DesiredView): string {
  return [
    accessMethod === undefined ? "" : ` using ${sqlIdentifier(accessMethod)}`,
    Object.keys(storageParameters).length === 0 ? "" : ` with (${parameterList(storageParameters)})`,
    tablespace === undefined ? "" : ` tablespace ${sqlIdentifier(tablespace)}`,
  ].join("");
}
