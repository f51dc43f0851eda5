import { isServerError, SQLSTATE } from "../../postgres/errors.ts";
import { sqlIdentifier, sqlName } from "../../postgres/names.ts";

/** The statement by which a function finds the names in its body whoever calls it. */
export function searchPathFix(found: { schema: string; name: string; arguments: string }): string {
  return `alter function ${sqlName(found)}(${found.arguments}) set search_path = ${sqlIdentifier(found.schema)}, pg_temp`;
}

/** What to do where something that a refresh runs did not find a name, to stand behind the server's words; empty for other errors. */
export function searchPathAdvice(error: unknown): string {
  const names: readonly string[] = [SQLSTATE.undefinedTable, SQLSTATE.undefinedFunction, SQLSTATE.undefinedObject];
  if (!isServerError(error) || !names.includes(error.code)) return "";
  const where = (error.where ?? "").split("\n").at(-1) ?? "";
  return (
    `${where === "" ? "" : ` (${where})`}. A name without a schema is looked up in the search_path of the job's role, and from PostgreSQL 17 on in ` +
    "pg_catalog and pg_temp alone: write the schema before it, or alter function ... set search_path = ..."
  );
}
