/**
 * The words of a unique index that takes nulls for equal; none before PostgreSQL 15, which has no such index.
 * With them a row that holds a null and is there twice is refused by a refresh, and not lost.
 */
export function nullsNotDistinct(serverMajor: number): string {
  return serverMajor >= 15 ? " nulls not distinct" : "";
}
