import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { userError } from "./errors.ts";
import { sessionLine } from "./lockHolders.ts";
import type { OtherSession } from "./lockHolders.ts";
import { sqlText } from "./sqlFiles.ts";
import { mustGoOn } from "./stopping.ts";

const POLL_MS = 200;

/**
 * Takes a lock of which there is one on the whole server, for the rest of the open transaction, which a pooler serves too. `key` begins with a
 * positive number.
 * @throws past the deadline, with the session that holds it; `what` goes on at a time.
 */
export async function holdServerLock(
  client: Client,
  key: readonly [number, number],
  { what, patienceMs }: { readonly what: string; readonly patienceMs: number },
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    await client.query("savepoint matview_server_lock");
    const { rows } = await client.query<{ taken: boolean }>(sqlText("statements/take_server_lock"), [...key]);
    if (rows[0]?.taken === true) return;
    // Also what was taken while another database's session has it, or two would wait for each other.
    await client.query("rollback to savepoint matview_server_lock");
    mustGoOn();
    if (Date.now() >= deadline) throw await heldElsewhere(client, key, what, patienceMs);
    await delay(POLL_MS + Math.random() * POLL_MS);
  }
}

async function heldElsewhere(
  client: Client,
  key: readonly [number, number],
  what: string,
  patienceMs: number,
): Promise<Error> {
  const { rows } = await client.query<OtherSession>(sqlText("describe/server_lock_holder"), [...key]);
  const who = rows[0] === undefined ? "another session" : sessionLine(rows[0]);
  return userError(
    `one ${what} at a time on a server, and another one did not end within ${patienceMs / 1_000} s: ${who}. Run this one again when that one is done`,
  );
}
