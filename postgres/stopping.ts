import { once } from "node:events";
import { connect } from "node:net";
import type { Client, ClientConfig } from "pg";
import { isBorrowed } from "./borrowed.ts";
import { isServerError, SQLSTATE, userError } from "./errors.ts";

const LOOK_EVERY_MS = 200;
/** After so many looks a statement that no request could cancel loses its connection, and the server ends it. */
const PATIENCE = 4;

const open = new Map<Client, ClientConfig>();
const listeners = new Set<() => void>();
let stopping = false;

/** Has what runs on the connection cancelled when this process is asked to stop. */
export function stopsWithProcess(client: Client, config: ClientConfig): void {
  open.set(client, config);
  client.once("end", () => open.delete(client));
}

/** True from when this process was asked to stop. Whoever looks again and again for something has to ask. */
export function isStopping(): boolean {
  return stopping;
}

/** Calls back when this process is asked to stop, until the answer is called. */
export function whenStopping(callback: () => void): () => void {
  listeners.add(callback);
  return () => void listeners.delete(callback);
}

/** True where something runs on a connection of this process. */
export function isBusy(): boolean {
  return [...open.keys()].some((client) => runningOn(client) !== undefined);
}

/** Has what the server answers from now on reach nobody, for a process that has nothing to undo and only ends. */
export function deafen(): void {
  for (const client of open.keys()) (client as unknown as Inner).connection.stream.pause();
}

/**
 * Cancels on the server what runs for this process and, from now on, what takes longer than a moment, as what is undone does not. Resolves
 * when the server has been asked.
 */
export async function stopStatements(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const listener of listeners) listener();
  const requests = [...open].map(([client, config]) => cancelOnce(client, config));
  cancelLater();
  await Promise.all(requests);
}

const asked = new WeakSet<object>();

// Two requests for one statement end PgBouncer 1.18.
async function cancelOnce(client: Client, config: ClientConfig): Promise<void> {
  const query = runningOn(client);
  if (query === undefined || asked.has(query)) return;
  asked.add(query);
  await requestCancel(client, config);
}

function cancelLater(): void {
  const seen = new Map<Client, { readonly query: object | undefined; readonly looks: number }>();
  setInterval(() => {
    for (const [client, config] of open) {
      const query = runningOn(client);
      const before = seen.get(client);
      const looks = before?.query === query ? (before?.looks ?? 0) : 0;
      seen.set(client, { query, looks: looks + 1 });
      if (query === undefined || looks === 0) continue;
      if (looks < PATIENCE) void cancelOnce(client, config);
      else (client as unknown as Inner).connection.stream.destroy();
    }
  }, LOOK_EVERY_MS).unref();
}

const STOPPED = "MATVIEW_STOPPED";

/** An error that says what was stopped and what holds. */
export function stopError(message: string, cause?: unknown): Error {
  return Object.assign(userError(message, cause), { mark: STOPPED });
}

export function isStopError(error: unknown): error is Error {
  return error instanceof Error && "mark" in error && error.mark === STOPPED;
}

/** @throws where this process was asked to stop, with the words that say what holds. */
export function mustGoOn(): void {
  if (stopping) throw Object.assign(new Error("asked to stop"), { code: SQLSTATE.queryCanceled });
}

/** True for what an error is that our own request to stop caused. */
export function wasStopped(error: unknown): boolean {
  return (
    stopping &&
    (isServerError(error, SQLSTATE.queryCanceled) || isServerError(Object(error).cause, SQLSTATE.queryCanceled))
  );
}

/** What node-postgres knows of a connection and does not tell. */
interface Inner {
  readonly processID?: number;
  readonly secretKey?: number;
  readonly connection: { readonly stream: { destroy(): void; pause(): void } };
  _getActiveQuery?(): object | null | undefined;
}

function runningOn(client: Client): object | undefined {
  return (client as unknown as Inner)._getActiveQuery?.() ?? undefined;
}

// A connection of its own, without TLS or login, as PostgreSQL takes it ("Canceling Requests in Progress"). A transaction pooler takes the end
// of the connection for it.
function requestCancel(client: Client, { host = "", port = 0 }: ClientConfig): Promise<unknown> {
  if (isBorrowed(client)) return Promise.resolve((client as unknown as Inner).connection.stream.destroy());
  const { processID = 0, secretKey = 0 } = client as unknown as Inner;
  const request = Buffer.alloc(16);
  for (const [place, word] of [request.length, CANCEL_REQUEST, processID, secretKey].entries())
    request.writeInt32BE(word, place * 4);
  const socket = connect(host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  socket.on("error", () => undefined).end(request);
  return once(socket, "close").catch(() => undefined);
}

const CANCEL_REQUEST = 80_877_102;
