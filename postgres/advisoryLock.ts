import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { userError } from "./errors.ts";
import { sessionLine } from "./lockHolders.ts";
import type { OtherSession } from "./lockHolders.ts";
import { sqlStatement, sqlText } from "./sqlFiles.ts";
import { mustGoOn } from "./stopping.ts";

const POLL_MS = 200;

/** A key made of what is locked, as the two integers that the lock functions take. */
export function lockKeyOf(what: string): readonly [number, number] {
  const hash = createHash("sha256").update(what).digest();
  return [hash.readInt32BE(0), hash.readInt32BE(4)];
}

/** Holds the lock until the end of the transaction. */
export function holdLockSql([key1, key2]: readonly [number, number]): string {
  return sqlStatement("statements/hold_lock", { raw: { key1: String(key1), key2: String(key2) } });
}

interface Lock {
  readonly client: Client;
  readonly key: readonly [number, number];
  readonly patienceMs: number;
}

/**
 * Runs `work` while this session holds the lock, which ends with the session at the latest; what it begins with is asked behind the lock, in the
 * same flight. Polls, for a session that waits for a lock can be part of a deadlock.
 * @throws past the deadline, with the session that holds it.
 */
export async function withAdvisoryLock<Seen, T>(
  { client, key, patienceMs }: Lock,
  look: () => Promise<Seen>,
  work: (seen: Seen) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const [taken, seen] = await Promise.allSettled([tryLock(client, key), look()]);
    if (taken.status === "rejected") throw taken.reason;
    if (taken.value) {
      try {
        if (seen.status === "rejected") throw seen.reason;
        return await work(seen.value);
      } finally {
        // Nobody waits for it; a connection that is lost has given the lock back already.
        client.query(sqlText("statements/advisory_unlock"), [...key]).catch(() => undefined);
      }
    }
    mustGoOn();
    if (Date.now() >= deadline) throw await heldElsewhere(client, key, patienceMs);
    await delay(POLL_MS);
  }
}

/** The session that holds the lock, this one included. */
export async function advisoryLockHolder(
  client: Client,
  key: readonly [number, number],
): Promise<OtherSession | undefined> {
  return (await client.query<OtherSession>(sqlText("describe/advisory_lock_holder"), [...key])).rows[0];
}

async function tryLock(client: Client, key: readonly [number, number]): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(sqlText("statements/try_advisory_lock"), [...key]);
  return rows[0]?.taken === true;
}

async function heldElsewhere(client: Client, key: readonly [number, number], patienceMs: number): Promise<Error> {
  const holder = await advisoryLockHolder(client, key);
  const who = holder === undefined ? "another session" : sessionLine(holder);
  return userError(
    `another deploy is changing it and did not end within ${patienceMs / 1_000} s: ${who}. Run this one again when that one is done`,
  );
}
