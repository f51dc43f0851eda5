import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Client } from "pg";

/** What the reader is told to do. */
export interface ReaderTask {
  readonly url: string;
  readonly statement: string;
  readonly keys: readonly string[];
}

/** One read: when it began, on the clock of `performance.timeOrigin + performance.now()`, and how long it took. */
export interface Reading {
  readonly at: number;
  readonly ms: number;
  readonly failed?: string;
}

// A thread of its own, so that what is measured does not hold the measuring up.
const task = workerData as ReaderTask;
const port = parentPort;
if (port === null) throw new Error("scripts/bench/swapReader.ts runs as a worker of the benchmark");
const client = new Client({ connectionString: task.url, application_name: "bench reader" });
await client.connect();
await client.query({ name: "read", text: task.statement, values: [task.keys[0]] });
const readings: Reading[] = [];
let goesOn = true;
port.on("message", () => (goesOn = false));
port.postMessage("reading");
for (let turn = 0; goesOn; turn += 1) {
  const from = performance.now();
  let failed: string | undefined;
  try {
    await client.query({ name: "read", text: task.statement, values: [task.keys[turn % task.keys.length]] });
  } catch (error) {
    failed = error instanceof Error ? error.message : String(error);
  }
  const ms = performance.now() - from;
  readings.push({ at: performance.timeOrigin + from, ms, ...(failed === undefined ? {} : { failed }) });
  await delay(Math.max(0, 1 - ms));
}
port.postMessage(readings);
await client.end();
port.close();
