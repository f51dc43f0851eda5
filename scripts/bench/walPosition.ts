import type { Client } from "pg";

/** How much WAL the server has written, in bytes. */
export async function walPosition(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    "select pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_catalog.pg_lsn as bytes",
  );
  return Number(rows[0]?.bytes);
}
