import type { Client } from "pg";

/** What a database of many years looks like: nothing in it has rows, and no statement of ours is to notice that it is there. */
const SIZES = { tables: 5_000, indexes: 20_000, functions: 2_000, views: 300 };

const BATCH = 250;

/** Fills the schema `grande` of the client's database: about 100,000 rows in pg_depend. Not all at once: each object takes a lock. */
export async function makeBigCatalog(client: Client): Promise<void> {
  await client.query("create schema grande");
  const columns = Array.from({ length: 12 }, (_, at) => `c${at} integer default ${at}`).join(", ");
  const each = SIZES.indexes / SIZES.tables;
  const indexes = Array.from({ length: each }, (_, at) => `create index on grande.t%1$s (c${at})`);
  await times(client, SIZES.tables, [`create table grande.t%1$s (${columns})`, ...indexes]);
  await times(client, SIZES.functions, [
    "create function grande.f%1$s(n integer) returns integer language sql as 'select n + (select count(*)::int from grande.t%1$s)'",
  ]);
  await times(client, SIZES.views, [
    "create view grande.v%1$s as select c0, c1, c2, grande.f%1$s(c3) as c3 from grande.t%1$s",
    "create materialized view grande.mv%1$s as select a.c0, b.c1 from grande.v%1$s a join grande.t1 b using (c0)",
    "create unique index on grande.mv%1$s (c0)",
  ]);
  await client.query("analyze");
}

async function times(client: Client, count: number, statements: readonly string[]): Promise<void> {
  const body = statements.map((text) => `execute format($q$${text}$q$, i);`).join("\n");
  for (let from = 1; from <= count; from += BATCH) {
    const to = Math.min(count, from + BATCH - 1);
    await client.query(`do $do$ begin for i in ${from}..${to} loop\n${body}\nend loop; end $do$`);
  }
}
