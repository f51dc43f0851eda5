import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { uniqueName } from "../../test/support/database.ts";
import { SAMPLE_DATABASE } from "../database/sampleCluster.ts";
import type { Server } from "../database/server.ts";
import { withClient } from "../database/withClient.ts";

/** What starts a refresh; with "none" nothing does. */
export type Way = "none" | "cron" | "debounced" | "trigger";

export const WAYS: readonly Way[] = ["none", "cron", "debounced", "trigger"];

export const REFRESH = "refresh materialized view concurrently public.mv_conversaciones_dashboard";

/** A refresh, on the clock of `performance.now()`. */
export interface Refresh {
  readonly startedAt: number;
  readonly endedAt: number;
}

// A row more, rather than one that is updated: writers that mark one row wait for one another as they do for the view.
const BODIES: Partial<Readonly<Record<Way, string>>> = {
  trigger: REFRESH,
  debounced: "insert into public.tablero_pendiente default values",
};

/** Gives the action the sample with the view and what the way needs, in a database of its own. */
export async function withWay<T>(server: Server, way: Way, action: (url: string) => Promise<T>): Promise<T> {
  const name = uniqueName("bench");
  await withClient(server.url(), (client) => client.query(`create database ${name} template ${SAMPLE_DATABASE}`));
  try {
    await withClient(server.url(name), (client) => prepare(client, way));
    return await action(server.url(name));
  } finally {
    await withClient(server.url(), (client) => client.query(`drop database ${name} with (force)`));
  }
}

async function prepare(client: Client, way: Way): Promise<void> {
  const definition = sqlStatement("views/mv_conversaciones_dashboard");
  await client.query(`create materialized view public.mv_conversaciones_dashboard as ${definition}`);
  await client.query("create unique index tablero_clave on public.mv_conversaciones_dashboard (conversacion_id)");
  await client.query("create table public.tablero_pendiente (pedido_at timestamptz not null default now())");
  const body = BODIES[way];
  if (body !== undefined) {
    await client.query(
      `create function public.tablero_cambia() returns trigger language plpgsql as 'begin ${body}; return null; end'`,
    );
    await client.query(
      `create trigger tablero_cambia after insert or update or delete on public.mensajes_whatsapp
       for each statement execute function public.tablero_cambia()`,
    );
  }
  await client.query("vacuum analyze");
}

/**
 * Refreshes every so many seconds where the way does so beside writers, until it is stopped; then once more, for what was written since, which
 * is not told.
 */
export async function startRefresher(
  url: string,
  way: Way,
  everySeconds: number,
): Promise<{ stop(): Promise<Refresh[]> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const stopped = new AbortController();
  const refreshes: Refresh[] = [];
  const once = way === "cron" ? refresh : refreshWhereMarked;
  const isLate = way === "cron" || way === "debounced";
  const work = async (): Promise<void> => {
    if (!isLate) return;
    while (!stopped.signal.aborted) {
      const isStopped = await delay(everySeconds * 1_000, false, { signal: stopped.signal }).catch(() => true);
      const done = isStopped ? undefined : await once(client);
      if (done !== undefined) refreshes.push(done);
    }
    await once(client);
  };
  const working = work();
  working.catch(() => undefined);
  return {
    stop: async () => {
      stopped.abort();
      await working.finally(() => client.end());
      return refreshes;
    },
  };
}

async function refresh(client: Client): Promise<Refresh> {
  const startedAt = performance.now();
  await client.query(REFRESH);
  return { startedAt, endedAt: performance.now() };
}

/** In one transaction, so that the marks are still there when the refresh fails. */
async function refreshWhereMarked(client: Client): Promise<Refresh | undefined> {
  await client.query("begin");
  const { rowCount } = await client.query("delete from public.tablero_pendiente");
  const done = rowCount === 0 ? undefined : await refresh(client);
  await client.query("commit");
  return done && { ...done, endedAt: performance.now() };
}
