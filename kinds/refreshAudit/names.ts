import { derivedName } from "../../postgres/names.ts";

/** Longest reason that is recorded, in characters. */
export const REASON_LIMIT = 500;

/** The table of refreshes by hand, in schema `matview` of the views' database; each owner of views has its own. */
export function recordTable(owner: string): string {
  return derivedName(owner, "refreshes");
}

/** What the function that writes it takes, as the catalog writes types. */
export const RECORDER_TYPES = "text, text, text, boolean, bigint, bigint";

/** The function that writes it. */
export function recordFunction(owner: string): string {
  return derivedName(owner, "record_refresh");
}
