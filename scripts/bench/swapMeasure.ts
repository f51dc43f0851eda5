import { fork } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withClient } from "../database/withClient.ts";
import type { Reading, ReaderTask } from "./swapReader.ts";
import { around, change, type Way } from "./swapWays.ts";

/** One change in one way. */
export interface Sample {
  readonly way: Way;
  readonly longReader: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly readings: readonly Reading[];
  /** The longest that the reader waited for a lock, as the server says. */
  readonly lockWaitMs: number;
}

/** What is to be measured, and where. */
export interface Task {
  readonly way: Way;
  readonly url: string;
  /** Where the change is made from, when that is elsewhere than where readers are. */
  readonly changeUrl?: string;
  /** The server's log. */
  readonly log: string;
  readonly keys: readonly string[];
  /** How long a transaction that read the view stays open; 0 for none. */
  readonly openSeconds: number;
}

/** Makes one change while a reader reads, and tells what the reader met. */
export async function measure(task: Task, round: number): Promise<Sample> {
  let sample: Sample | undefined;
  await around(task.way, task.url, round, async () => {
    sample = await measured(task, round);
  });
  if (sample === undefined) throw new Error(`${task.way} was not measured`);
  return sample;
}

async function measured({ way, url, changeUrl = url, log, keys, openSeconds }: Task, round: number): Promise<Sample> {
  await withClient(url, (client) => client.query("checkpoint"));
  const logged = statSync(log).size;
  const statement = "select etapa, mensajes_total from public.mv_bench where conversacion_id = $1";
  const reader = await startReader({ url, statement, keys });
  const open = openSeconds > 0 ? await openReader(url, openSeconds) : undefined;
  const startedAt = performance.timeOrigin + performance.now();
  await change(way, changeUrl, round);
  const durationMs = performance.timeOrigin + performance.now() - startedAt;
  await open?.closed;
  const readings = (await reader.stop()).filter(({ at, ms }) => at + ms >= startedAt && at <= startedAt + durationMs);
  const lockWaitMs = longestLockWait(readFileSync(log).subarray(logged).toString());
  return { way, longReader: open !== undefined, startedAt, durationMs, readings, lockWaitMs };
}

/** The longest that a reader waited for a lock, as a server's log says. */
export function longestLockWait(log: string): number {
  const waits = log.matchAll(/^bench reader: LOG: .* acquired AccessShareLock on .* after ([\d.]+) ms/gm);
  return Math.max(0, ...Array.from(waits, ([, ms]) => Number(ms)));
}

/** Starts a reader that reads a row every millisecond. */
export async function startReader(task: ReaderTask): Promise<{ stop(): Promise<Reading[]> }> {
  const reader = fork(join(import.meta.dirname, "swapReader.ts"), [JSON.stringify(task)]);
  const message = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      reader.once("message", (sent) => resolve(sent as T));
      reader.once("exit", (code) => reject(new Error(`the reader ended with ${code} before it said what it met`)));
    });
  goFirst([reader.pid, await message<number>()]);
  return {
    stop: () => {
      const answer = message<Reading[]>();
      reader.send("stop");
      return answer;
    },
  };
}

/** Has the reader wait for the change and not for a processor, where the system lets us say so. */
function goFirst(pids: readonly (number | undefined)[]): void {
  for (const pid of pids) {
    try {
      if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_HIGHEST);
    } catch {
      return;
    }
  }
}

/** A transaction that has read the view and does nothing for a while. */
export async function openReader(url: string, seconds: number): Promise<{ readonly closed: Promise<void> }> {
  const opened = Promise.withResolvers<undefined>();
  const closed = withClient(url, async (client) => {
    await client.query("begin");
    await client.query("select pg_catalog.count(*) from public.mv_bench");
    opened.resolve(undefined);
    await delay(seconds * 1_000);
    await client.query("commit");
  });
  closed.catch(opened.reject);
  await opened.promise;
  return { closed };
}
