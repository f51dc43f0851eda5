import type { Client } from "pg";
import type { QualifiedName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";

/** Counts a view row by row. */
export async function countRows(client: Client, { schema, name }: QualifiedName): Promise<number> {
  const statement = sqlStatement("statements/count_rows", { names: { schema, view: name } });
  return Number((await client.query<{ rows: string }>(statement)).rows[0]?.rows);
}
