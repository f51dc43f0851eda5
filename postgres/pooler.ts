import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { clientConfig, poolerProblem } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { userError } from "./errors.ts";

/** Longer than a server takes to answer what it is; where every session is in use a pooler answers much later. */
const PATIENCE_MS = 2_000;

/** Whoever is between, by `host:port/database`: asked once in a process. */
const places = new Map<string, Promise<boolean>>();

/**
 * Makes sure that a connection has a session of its own although somebody stands between it and the server, by what that one does and not
 * by its name. Sets nothing, and leaves nothing behind.
 * @throws where each transaction may be run by another session.
 */
export async function mustBeOwn(
  client: pg.Client,
  { connection, database }: { readonly connection: Connection; readonly database: string },
): Promise<void> {
  const { host, port } = connection;
  const place = `${host}:${port}/${database}`;
  const isOwn = places.get(place) ?? keepsSession(client, connection, database);
  places.set(place, isOwn);
  if (!(await isOwn)) throw userError(poolerProblem(`${host}:${port} is`));
}

/**
 * True where the backend stays the same from one transaction to the next, while another client has a transaction open: a pooler that hands
 * sessions out by transaction gives that one the session that is free just then, which was ours.
 */
async function keepsSession(client: pg.Client, connection: Connection, database: string): Promise<boolean> {
  const first = await backend(client);
  const second = await backend(client);
  if (first !== second) return false;
  const other = new pg.Client(clientConfig(connection, "pulumi-matview", database));
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
