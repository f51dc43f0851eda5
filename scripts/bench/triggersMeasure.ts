import type { Client } from "pg";
import { DatabaseError } from "pg";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { until } from "../database/until.ts";
import { withClient } from "../database/withClient.ts";
import { REFRESH, startRefresher, type Refresh, type Way } from "./triggersWays.ts";
import { walPosition } from "./walPosition.ts";

/** Writers at full speed for some seconds. */
export interface Sample {
  readonly way: Way;
  readonly writers: number;
  readonly writesPerSecond: number;
  readonly latenciesMs: readonly number[];
  /** How long each write that was committed before the last refresh began was not seen by readers. */
  readonly unseenSeconds: readonly number[];
  readonly refreshMs: readonly number[];
  readonly failed: number;
  readonly walKbPerWrite: number;
  /** Conversations that the view shows wrongly when all writers have ended and what is late has been done. */
  readonly wrongRows: number;
}

interface Write {
  readonly ms: number;
  readonly committedAt: number;
  readonly failed: boolean;
}

const INSERT = {
  name: "insert",
  text: `insert into public.mensajes_whatsapp (conversacion_id, direccion, contenido, enviado_at, leido)
values ($1, 'entrante', $2, pg_catalog.clock_timestamp(), false)`,
};

const UPDATE = {
  name: "update",
  text: "update public.conversaciones_whatsapp set updated_at = pg_catalog.clock_timestamp() where id = $1",
};

const CONVERSATIONS = 3_230;

/** Has writers write for the given time, each as soon as its last write is committed. */
export async function measure(
  url: string,
  way: Way,
  { writers, seconds, debounceSeconds }: { writers: number; seconds: number; debounceSeconds: number },
): Promise<Sample> {
  return withClient(url, async (client) => {
    await client.query("checkpoint");
    const wal = await walPosition(client);
    // The clock refreshes once, in the middle.
    const refresher = await startRefresher(url, way, way === "cron" ? seconds * 0.51 : debounceSeconds);
    const startedAt = performance.now();
    const end = startedAt + seconds * 1_000;
    const each = Array.from({ length: writers }, () => withClient(url, (writer) => writeUntil(writer, end)));
    const writes = (await Promise.all(each)).flat();
    const walWritten = (await walPosition(client)) - wal;
    const refreshes = (await refresher.stop()).filter(({ startedAt: at }) => at < end);
    const done = writes.filter(({ failed }) => !failed);
    return {
      way,
      writers,
      writesPerSecond: (done.length / (Math.max(...writes.map(({ committedAt }) => committedAt)) - startedAt)) * 1_000,
      latenciesMs: done.map(({ ms }) => ms),
      unseenSeconds: unseen(done, refreshes),
      refreshMs: refreshes.map(({ startedAt: from, endedAt }) => endedAt - from),
      failed: writes.length - done.length,
      walKbPerWrite: walWritten / 1e3 / done.length,
      wrongRows: await wrongRows(client),
    };
  });
}

async function writeUntil(client: Client, end: number): Promise<Write[]> {
  const writes: Write[] = [];
  while (performance.now() < end) writes.push(await write(client));
  return writes;
}

/** A message and what the application notes with it, in one transaction. */
async function write(client: Client): Promise<Write> {
  const conversation = 1 + Math.floor(Math.random() * CONVERSATIONS);
  const from = performance.now();
  let failed = false;
  try {
    await client.query("begin");
    await client.query(INSERT, [conversation, "¿Me confirma la fecha?"]);
    await client.query(UPDATE, [conversation]);
    await client.query("commit");
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    failed = true;
    await client.query("rollback");
  }
  const committedAt = performance.now();
  return { ms: committedAt - from, committedAt, failed };
}

function unseen(writes: readonly Write[], refreshes: readonly Refresh[]): number[] {
  return writes.flatMap(({ committedAt }) => {
    const first = refreshes.find(({ startedAt }) => startedAt > committedAt);
    return first === undefined ? [] : [(first.endedAt - committedAt) / 1_000];
  });
}

async function wrongRows(client: Client): Promise<number> {
  const { rows } = await client.query<{ wrong: number }>(
    `select pg_catalog.count(*)::integer as wrong
     from (${sqlStatement("views/mv_conversaciones_dashboard")}) as ahora
     join public.mv_conversaciones_dashboard as vista using (conversacion_id)
     where vista.mensajes_total <> ahora.mensajes_total`,
  );
  return rows[0]?.wrong ?? Number.NaN;
}

/** What is met when something goes wrong, or writers meet. */
export interface Faults {
  /** Conversations that the view shows wrongly after two writes that overlap, when what is late has been done. */
  readonly wrongRows: number;
  /** Of two transactions that write the same conversation in different orders. */
  readonly deadlocks: number;
  /** Of ten writes while the view cannot be refreshed. */
  readonly failedWrites: number;
  /** Of one write while somebody refreshes by hand in a transaction that stays open for a second. */
  readonly heldMs: number;
}

/** Makes each fault on purpose, once; leaves the view without its key. */
export async function meetFaults(url: string, way: Way): Promise<Faults> {
  return withClient(url, (one) =>
    withClient(url, async (other) => {
      await overlap(url, one, other);
      await (await startRefresher(url, way, 60)).stop();
      const wrong = await wrongRows(one);
      const deadlocks = await writeCrosswise(one, other);
      await one.query("begin");
      await one.query(REFRESH);
      const held = one.query("select pg_catalog.pg_sleep(1)").then(() => one.query("commit"));
      const { ms: heldMs } = await write(other);
      await held;
      await one.query("drop index public.tablero_clave");
      const writes: Write[] = [];
      while (writes.length < 10) writes.push(await write(other));
      return { wrongRows: wrong, deadlocks, failedWrites: writes.filter(({ failed }) => failed).length, heldMs };
    }),
  );
}

/** Two conversations get a message each; the second one before the first is committed. */
async function overlap(url: string, one: Client, other: Client): Promise<void> {
  await one.query("begin");
  await one.query(INSERT, [1, "Buenos días"]);
  let isOver = false;
  const second = other.query(INSERT, [2, "Buenas tardes"]).finally(() => (isOver = true));
  const waits = "select 1 from pg_catalog.pg_locks where not granted and locktype = 'relation'";
  await withClient(url, (third) =>
    until(async () => isOver || (await third.query(waits)).rowCount !== 0, { what: "the second write" }),
  );
  await one.query("commit");
  await second;
}

/** One notes the message first, the other the conversation; how many were ended by the server. */
async function writeCrosswise(one: Client, other: Client): Promise<number> {
  await one.query("begin");
  await one.query(INSERT, [1, "Buenos días"]);
  await other.query("begin");
  await other.query(UPDATE, [1]);
  const ended = await Promise.allSettled([
    one.query(UPDATE, [1]).finally(() => one.query("commit")),
    other.query(INSERT, [1, "Buenas tardes"]).finally(() => other.query("commit")),
  ]);
  const problems = ended.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  for (const problem of problems) if (!(problem instanceof DatabaseError && problem.code === "40P01")) throw problem;
  return problems.length;
}
