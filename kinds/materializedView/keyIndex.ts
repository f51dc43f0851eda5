import { sqlIdentifier } from "../../postgres/names.ts";

/**
 * The words of a unique index that takes nulls for equal; none before PostgreSQL 15, which has no such index.
 * With them a row that holds a null and is there twice is refused by a refresh, and not lost.
 */
export function nullsNotDistinct(serverMajor: number): string {
  return serverMajor >= 15 ? " nulls not distinct" : "";
}

/** What the server prints of an index from USING on. */
export function elementsOf(definition: string): string {
  return definition.slice(definition.indexOf(" USING ") + 1);
}

/** An index on the plain columns of a key, as the server prints it from USING on. */
export function keyElements(key: readonly string[]): string {
  return `USING btree (${key.map(sqlIdentifier).join(", ")})`;
}

/** Whether it is on these columns and covers all rows, with whatever it has besides. */
export function isOnKey(elements: string, key: readonly string[]): boolean {
  const rest = behindKey(elements, key);
  return rest !== undefined && !rest.includes(" WHERE ");
}

/** Whether it also stores no more columns: a declared one would be no other index. */
export function isKeyIndex(elements: string, key: readonly string[]): boolean {
  return isOnKey(elements, key) && /^(?: NULLS NOT DISTINCT)?(?: WITH |$)/.test(behindKey(elements, key) ?? "none");
}

// The server quotes more words than we do.
function behindKey(elements: string, key: readonly string[]): string | undefined {
  const [printed, head] = [elements, keyElements(key)].map((text) => text.replaceAll('"', "")) as [string, string];
  return printed.startsWith(head) ? printed.slice(head.length) : undefined;
}
