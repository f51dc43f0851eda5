import type { Client } from "pg";
import { REFRESH } from "./triggersWays.ts";
import { walPosition } from "./walPosition.ts";

/** Refreshes that follow one another at a distance, each after the messages of the time between. */
export interface Period {
  readonly minutes: number;
  readonly refreshMs: number[];
  readonly walBytes: number[];
  /** Rows of the view that the refresh left dead. */
  readonly deadRows: number[];
  /** The same in the catalog: each concurrent refresh makes a temporary table and drops it. */
  readonly catalogRows: number[];
}

const MINUTES = [1, 2, 5, 10, 15];

const MESSAGES = `insert into public.mensajes_whatsapp (conversacion_id, direccion, contenido, enviado_at, leido)
select 1 + pg_catalog.floor(pg_catalog.random() * 3230)::bigint, 'entrante', 'Mensaje ' || n, pg_catalog.clock_timestamp(), false
from pg_catalog.generate_series(1, $1::integer) as serie (n)`;

const DEAD = `select
  pg_catalog.sum(n_dead_tup) filter (where relname = 'mv_conversaciones_dashboard')::integer as view,
  coalesce(pg_catalog.sum(n_dead_tup) filter (where schemaname = 'pg_catalog'), 0)::integer as catalog
from pg_catalog.pg_stat_all_tables`;

/** Measures one refresh for each distance in each round, with as many messages before it as come in that time. */
export async function measurePeriods(
  client: Client,
  { rounds, perMinute }: { readonly rounds: number; readonly perMinute: number },
): Promise<Period[]> {
  const periods = MINUTES.map((minutes) => ({ minutes, refreshMs: [], walBytes: [], deadRows: [], catalogRows: [] }));
  // The first round warms the caches up.
  for (let round = 0; round <= rounds * 3; round += 1) {
    for (const period of periods) await measureOnce(client, period, perMinute, round > 0);
  }
  return periods;
}

async function measureOnce(client: Client, period: Period, perMinute: number, counts: boolean): Promise<void> {
  await client.query(MESSAGES, [perMinute * period.minutes]);
  await client.query("vacuum");
  await client.query("checkpoint");
  const dead = await deadRows(client);
  const wal = await walPosition(client);
  const startedAt = performance.now();
  await client.query(REFRESH);
  const refreshMs = performance.now() - startedAt;
  const written = (await walPosition(client)) - wal;
  const left = await deadRows(client);
  if (!counts) return;
  period.refreshMs.push(refreshMs);
  period.walBytes.push(written);
  period.deadRows.push(left.view - dead.view);
  period.catalogRows.push(left.catalog - dead.catalog);
}

async function deadRows(client: Client): Promise<{ view: number; catalog: number }> {
  await client.query("select pg_catalog.pg_stat_force_next_flush()");
  const { rows } = await client.query<{ view: number; catalog: number }>(DEAD);
  return rows[0] ?? { view: Number.NaN, catalog: Number.NaN };
}
