import type pg from "pg";

/** Keeps changes of one role apart, with the lock that the real provider takes. */
export async function lockRole(client: pg.Client, name: string): Promise<void> {
  await client.query("set statement_timeout = 0");
  await client.query(
    "select pg_catalog.pg_advisory_xact_lock(oid::pg_catalog.int8) from pg_catalog.pg_roles where rolname = $1",
    [name],
  );
  await client.query(
    `select pg_catalog.pg_advisory_xact_lock(m.member::pg_catalog.int8)
     from pg_catalog.pg_auth_members m join pg_catalog.pg_roles r on r.oid = m.roleid where r.rolname = $1`,
    [name],
  );
}
