import { sqlIdentifier, sqlName, sqlLiteral } from "./names.ts";
import type { QualifiedName } from "./names.ts";
import { sqlStatement } from "./sqlFiles.ts";

/** An object as statements name it. */
export interface SqlObject {
  /** What the statement calls it: `materialized view`, `index`, `function`, ... */
  readonly kind: string;
  /** Its name as SQL, a function's with its argument types. */
  readonly object: string;
}

/** An object of a schema. `types` are those of a function's arguments, in their parentheses. */
export function named(kind: string, name: QualifiedName, types = ""): SqlObject {
  return { kind, object: `${sqlName(name)}${types}` };
}

/** A view, by what pg_class calls its kind. */
export function viewObject(view: QualifiedName & { readonly kind: "m" | "v" }): SqlObject {
  return named(view.kind === "m" ? "materialized view" : "view", view);
}

/** A column of a relation. */
export function columnObject(relation: QualifiedName, column: string): SqlObject {
  return { kind: "column", object: `${sqlName(relation)}.${sqlIdentifier(column)}` };
}

/** Acts as a role until the end of the transaction. */
export function setRoleSql(role: string): string {
  return sqlStatement("statements/set_role", { names: { role } });
}

export function ownerSql(object: SqlObject, owner: string): string {
  return sqlStatement("statements/alter_owner", { raw: { ...object }, names: { owner } });
}

/** The whole comment; null removes it. */
export function commentSql(object: SqlObject, comment: string | null): string {
  const text = comment === null ? "null" : sqlLiteral(comment);
  return sqlStatement("statements/comment_on", { raw: { ...object, comment: text } });
}

export function renameSql(object: SqlObject, name: string): string {
  return sqlStatement("statements/rename", { raw: { ...object }, names: { new_name: name } });
}

export function dropSql(object: SqlObject): string {
  return sqlStatement("statements/drop", { raw: { ...object } });
}

/** Role `public` is everybody. */
export function grantSql(privileges: string, object: SqlObject, role: string, option = ""): string {
  return sqlStatement("statements/grant", { raw: { privileges, ...object, option }, names: { role } });
}

export function revokeSql(privileges: string, object: SqlObject, role: string): string {
  return sqlStatement("statements/revoke", { raw: { privileges, ...object }, names: { role } });
}
