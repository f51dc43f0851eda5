import type { ActualRecord } from "./describe.ts";

/** Columns of the table, with their types as the catalog writes them; `sql/runtime/refreshes.sql` makes the same. */
const COLUMNS: Readonly<Record<string, string>> = {
  refreshed_at: "timestamp with time zone",
  refreshed_by: "text",
  view_schema: "text",
  view_name: "text",
  reason: "text",
  is_concurrent: "boolean",
  milliseconds: "bigint",
  row_count: "bigint",
};

/** A column that is not as it is to be. */
export interface ColumnDifference {
  readonly name: string;
  readonly type: string;
  /** Undefined where it is missing. */
  readonly found: string | undefined;
}

/** Columns that are missing or of another type. Further ones are somebody's addition and left alone. */
export function columnDifferences({ columns }: ActualRecord): ColumnDifference[] {
  return Object.entries(COLUMNS)
    .map(([name, type]) => ({ name, type, found: columns[name] }))
    .filter(({ type, found }) => found !== type);
}
