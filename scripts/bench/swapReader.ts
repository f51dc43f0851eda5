import { setTimeout as delay } from "node:timers/promises";
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

// A process of its own, as readers are: what the change computes does not hold it up.
const task = JSON.parse(process.argv[2] ?? "{}") as ReaderTask;
const client = new Client({ connectionString: task.url, application_name: "bench reader" });
await client.connect();
await client.query({ name: "read", text: task.statement, values: [task.keys[0]] });
const readings: Reading[] = [];
let goesOn = true;
process.once("message", () => (goesOn = false));
const { rows } = await client.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
process.send?.(rows[0]?.pid);
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
await client.end();
process.send?.(readings, () => process.disconnect());
