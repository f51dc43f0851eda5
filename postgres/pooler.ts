import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { BoundClient } from "./channelBinding.ts";
import { clientConfig } from "./connection.ts";
import type { Connection } from "./connectionParts.ts";

/** Longer than a server takes to answer what it is; where every session is in use a pooler answers much later. */
const PATIENCE_MS = 2_000;

/** To whom a connection is. */
export interface Place {
  readonly connection: Connection;
  readonly database: string;
}

/** Whoever is between, by `host:port/database`: asked once in a process. */
const places = new Map<string, Promise<boolean>>();

/** By the names that hosts give their transaction poolers; any other one is found by what it does. */
export function isNamedPooler({ host, port }: Connection): boolean {
  return port === 6543 || /-pooler\./.test(host) || /(^|\.)pgbouncer\./.test(host);
}

/**
 * Whether a connection has a session of its own although somebody stands between it and the server, by what that one does; but for hosts
 * that say what they are. Sets nothing, and leaves nothing behind.
 */
export function hasOwnSession(client: pg.Client, { connection, database }: Place): Promise<boolean> {
  const { host, port } = connection;
  if (isNamedPooler(connection)) return Promise.resolve(false);
  const place = `${host}:${port}/${database}`;
  const isOwn = places.get(place) ?? keepsSession(client, connection, database);
  places.set(place, isOwn);
  return isOwn;
}

/** A transaction pooler hands each transaction to another session: no SET, no advisory lock, no temporary view survives. */
export function poolerProblem(pooler: string): string {
  return (
    `${pooler} is a transaction pooler, through which settings and locks do not survive from one statement to ` +
    "the next; use the direct connection, or a pooler in session mode (on Supabase the pooler's port 5432)"
  );
}

/**
 * True where the backend stays the same from one transaction to the next, while another client has a transaction open: a pooler that hands
 * sessions out by transaction gives that one the session that is free just then, which was ours.
 */
async function keepsSession(client: pg.Client, connection: Connection, database: string): Promise<boolean> {
  const first = await backend(client);
  const second = await backend(client);
  if (first !== second) return false;
  const other = new BoundClient(clientConfig(connection, "pulumi-matview", database));
  other.on("error", () => undefined);
  try {
    await other.connect();
    const theirs = await within(other.query("begin").then(() => backend(other)));
    return theirs !== first && (await within(backend(client))) === first;
  } finally {
    // Where it waits for a session it is not waited for.
    await within(other.end());
  }
}

async function backend(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  return rows[0]?.pid;
}

async function within<T>(answer: Promise<T>): Promise<T | undefined> {
  answer.catch(() => undefined);
  return await Promise.race([answer, delay(PATIENCE_MS, undefined, { ref: false })]);
}
