import { sqlIdentifier } from "../../../postgres/names.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";

/** Where a definition's unqualified names are looked up when nothing is declared: PostgreSQL's own default. */
export const DEFAULT_SEARCH_PATH: readonly string[] = ["public"];

/**
 * Statements to run in the transaction that creates a view, before `create materialized view`: the same settings as the
 * comparison's, so that a text means at creation what it means there. They end with the transaction.
 */
export function createSettings(searchPath: readonly string[] = DEFAULT_SEARCH_PATH): string[] {
  return [pinSettings(declaredPath(searchPath), "true")];
}

/** The statement that makes this transaction print definitions alike, whatever the role's settings are. */
export function printSettings(): string {
  return pinSettings("", "true");
}

/** The statement to run once on a connection before `sql/describe/view_definitions.sql`: the same for the whole session. */
export function sessionPrintSettings(): string {
  return pinSettings("", "false");
}

// pg_temp comes last: where it is not named it comes first, and a temporary table would hide a source.
function declaredPath(searchPath: readonly string[]): string {
  const schemas = searchPath.filter((schema) => schema !== "pg_temp");
  return [...schemas, "pg_temp"].map(sqlIdentifier).join(", ");
}

function pinSettings(searchPath: string, local: "true" | "false"): string {
  return sqlStatement("statements/pin_settings", { literals: { search_path: searchPath }, raw: { local } });
}
