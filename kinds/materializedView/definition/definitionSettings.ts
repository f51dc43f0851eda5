import { sqlIdentifier } from "../../../postgres/names.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";

/** Where a definition's unqualified names are looked up: PostgreSQL's own default. */
export const SEARCH_PATH: readonly string[] = ["public"];

/**
 * The statement to run in the transaction that creates a view, before `create materialized view`: the same settings as the
 * comparison's, so that a text means at creation what it means there. Its settings end with the transaction.
 */
export function createSettings(): string {
  // pg_temp comes last: where it is not named it comes first, and a temporary table would hide a source.
  return pinSettings([...SEARCH_PATH, "pg_temp"].map(sqlIdentifier).join(", "), "true");
}

/** The statement that makes this transaction print definitions alike, whatever the role's settings are. */
export function printSettings(): string {
  return pinSettings("", "true");
}

/** The statement to run once on a connection before `sql/describe/view_definitions.sql`: the same for the whole session. */
export function sessionPrintSettings(): string {
  return pinSettings("", "false");
}

function pinSettings(searchPath: string, local: "true" | "false"): string {
  return sqlStatement("statements/pin_settings", {
    literals: { search_path: searchPath },
    raw: { local, condition: "true" },
  });
}
