import type { Client } from "pg";
import { sqlText } from "../../../postgres/sqlFiles.ts";

/** A column of what is compared, and how its values are. */
export interface ComparableColumn {
  readonly name: string;
  readonly type: string;
  readonly typeId: string;
  readonly collation: string | null;
  /** The operator of equal values, with its schema; null where the type has none, such as json and point. */
  readonly equals: string | null;
  readonly isHashable: boolean;
  /** Whether it can be added up, or has a least and a greatest value only. */
  readonly measure: "number" | "time" | null;
}

/** Rows to be compared: a relation, or a query in parentheses, with its columns in their order. */
export interface RowSource {
  readonly sql: string;
  readonly columns: readonly ComparableColumn[];
}

/** A relation as a source of rows; its name as SQL. Waits for no lock. */
export async function sourceOf(client: Client, relation: string): Promise<RowSource> {
  const { rows } = await client.query<ComparableColumn>(sqlText("describe/comparable_columns"), [relation]);
  return { sql: relation, columns: rows };
}

/** A column that both sides have. */
export interface SharedColumn {
  readonly name: string;
  /** Places in the two sources, from 1. */
  readonly before: number;
  readonly after: number;
  /** As SQL, where the values are to be compared as texts. */
  readonly isText: boolean;
  readonly equals: string;
  readonly isHashable: boolean;
  readonly isArray: boolean;
  readonly measure: ComparableColumn["measure"];
}

/** What was done to the columns, by name. */
export interface ColumnChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly retyped: readonly { readonly column: string; readonly before: string; readonly after: string }[];
}

/** The columns of two sources that are compared, and what is to be said of the others. */
export function sharedColumns(
  before: RowSource,
  after: RowSource,
): { readonly shared: readonly SharedColumn[] } & ColumnChanges {
  const places = new Map(after.columns.map((column, at) => [column.name, { column, at }]));
  const shared: SharedColumn[] = [];
  const retyped: { column: string; before: string; after: string }[] = [];
  for (const [at, one] of before.columns.entries()) {
    const other = places.get(one.name);
    if (other === undefined) continue;
    const typeNow = other.column.type;
    if (one.type !== typeNow) retyped.push({ column: one.name, before: one.type, after: typeNow });
    const isText =
      one.typeId !== other.column.typeId || one.equals === null || one.collation !== other.column.collation;
    shared.push({
      name: one.name,
      before: at + 1,
      after: other.at + 1,
      isText,
      equals: isText ? "operator(pg_catalog.=)" : (one.equals ?? ""),
      isHashable: isText || one.isHashable,
      isArray: !isText && one.type.endsWith("[]"),
      measure: one.typeId === other.column.typeId ? one.measure : null,
    });
  }
  const old = new Set(before.columns.map(({ name }) => name));
  return {
    shared,
    added: after.columns.map(({ name }) => name).filter((name) => !old.has(name)),
    removed: [...old].filter((name) => !places.has(name)),
    retyped,
  };
}
