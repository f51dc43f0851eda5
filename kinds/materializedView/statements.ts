import { escapeLiteral } from "pg";
import { sqlIdentifier } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
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
    ...createSettings(),
    sqlStatement("statements/create_materialized_view", { names, raw }),
    ...(view.grants ?? []).map(({ role, privileges }) => grantSql(view, role, privileges)),
    ...(comment === null ? [] : [commentSql(view, comment)]),
    // Last: afterwards the connected role may have no right to the view any more.
    ...(view.owner === undefined ? [] : [ownerSql(view, view.owner)]),
  ];
}

export function ownerSql(view: DesiredView, owner: string): string {
  return sqlStatement("statements/alter_view_owner", { names: { schema: view.schema, view: view.name, owner } });
}

/** The whole comment, with the claim in it; null removes it. */
export function commentSql({ schema, name }: QualifiedName, comment: string | null): string {
  const raw = { comment: comment === null ? "null" : escapeLiteral(comment).trimStart() };
  return sqlStatement("statements/comment_on_view", { names: { schema, view: name }, raw });
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
function queryText(definition: string): string {
  return definition.replace(/;(?=(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*$)/, "").trim();
}

function storageClause({ accessMethod, storageParameters = {}, tablespace }: DesiredView): string {
  return [
    accessMethod === undefined ? "" : ` using ${sqlIdentifier(accessMethod)}`,
    Object.keys(storageParameters).length === 0 ? "" : ` with (${parameterList(storageParameters)})`,
    tablespace === undefined ? "" : ` tablespace ${sqlIdentifier(tablespace)}`,
  ].join("");
}
