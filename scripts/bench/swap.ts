import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import Table from "cli-table3";
import { Client } from "pg";
import { sqlStatement } from "../../components/postgres/sqlFiles.ts";
import { localDirectory } from "../checkout.ts";
import { ensureInstallation } from "../database/packages.ts";
import { sampleCluster } from "../database/sampleCluster.ts";
import { startServer } from "../database/server.ts";
import { withProgress } from "../progress.ts";
import { latencyPlot, type Panel } from "./latencyPlot.ts";
import { resultLine, spread, summarise } from "./statistics.ts";
import type { Reading, ReaderTask } from "./swapReader.ts";
import { change, createView, LABELS, WAYS, type Way } from "./swapWays.ts";

/** One change in one way. */
interface Sample {
  readonly way: Way;
  readonly longReader: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly readings: readonly Reading[];
}

/**
 * What readers notice while a view's definition changes, by the way in which it is changed: a reader reads a row every
 * millisecond, with and without a transaction that read the view and stays open for some seconds.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "100000" },
      rounds: { type: "string", default: "5" },
      open: { type: "string", default: "6" },
    },
  });
  const [rows, rounds, openSeconds] = [Number(values.rows), Number(values.rounds), Number(values.open)];
  await ensureInstallation();
  const settings = { fsync: "on", synchronous_commit: "on", full_page_writes: "on", shared_buffers: "512MB" };
  const server = await startServer({ template: await sampleCluster(), settings });
  try {
    const samples: Sample[] = [];
    const keys = await prepare(server.url(), rows);
    // The order turns with the rounds, so that no way always follows the same one.
    for (let round = 1; round <= rounds; round += 1) {
      for (let turn = 0; turn < WAYS.length; turn += 1) {
        const way = WAYS[(round + turn) % WAYS.length] ?? "swap";
        for (const longReader of [false, true]) {
          const what = `Round ${round} of ${rounds}: ${LABELS[way]}${longReader ? ", transaction open" : ""}`;
          const task = { way, url: server.url(), keys, openSeconds: longReader ? openSeconds : 0 };
          samples.push(await withProgress(what, () => measure(task, samples.length + 1)));
        }
      }
    }
    report(rows, openSeconds, samples);
  } finally {
    await server.stop();
  }
}

async function prepare(url: string, rows: number): Promise<string[]> {
  return withClient(url, async (client) => {
    await withProgress(`Making ${rows} rows`, async () => {
      await client.query(sqlStatement("sample/grow", { literals: { total: String(rows) } }));
      await client.query("vacuum analyze");
      await createView(client);
    });
    const found = await client.query<{ key: string }>(
      "select conversacion_id as key from public.mv_bench order by pg_catalog.hashint8(conversacion_id) limit 1000",
    );
    return found.rows.map(({ key }) => key);
  });
}

interface Task {
  readonly way: Way;
  readonly url: string;
  readonly keys: readonly string[];
  /** How long a transaction that read the view stays open; 0 for none. */
  readonly openSeconds: number;
}

async function measure({ way, url, keys, openSeconds }: Task, round: number): Promise<Sample> {
  await withClient(url, (client) => client.query("checkpoint"));
  const statement = "select etapa, mensajes_total from public.mv_bench where conversacion_id = $1";
  const reader = await startReader({ url, statement, keys });
  const open = openSeconds > 0 ? await openReader(url, openSeconds) : undefined;
  const startedAt = performance.timeOrigin + performance.now();
  await change(way, url, round);
  const durationMs = performance.timeOrigin + performance.now() - startedAt;
  await open?.closed;
  const readings = (await reader.stop()).filter(({ at, ms }) => at + ms >= startedAt && at <= startedAt + durationMs);
  return { way, longReader: open !== undefined, startedAt, durationMs, readings };
}

async function startReader(task: ReaderTask): Promise<{ stop(): Promise<Reading[]> }> {
  const worker = new Worker(new URL("./swapReader.ts", import.meta.url), { workerData: task });
  const message = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  await message<string>();
  return {
    stop: () => {
      const answer = message<Reading[]>();
      worker.postMessage("stop");
      return answer;
    },
  };
}

/** A transaction that has read the view and does nothing for a while. */
async function openReader(url: string, seconds: number): Promise<{ readonly closed: Promise<void> }> {
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

async function withClient<T>(url: string, action: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: "bench" });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}

function report(rows: number, openSeconds: number, samples: readonly Sample[]): void {
  const table = new Table({
    head: [
      `${rows} rows, a read every ms`,
      "longest read, ms",
      `with a transaction open ${openSeconds} s`,
      "failed",
      "change, s",
    ],
    style: { head: [], border: [] },
  });
  for (const way of WAYS) {
    const of = (longReader: boolean): Sample[] =>
      samples.filter((sample) => sample.way === way && sample.longReader === longReader);
    const all = [...of(false), ...of(true)];
    table.push([
      LABELS[way],
      spread(summarise(of(false).map(longest))),
      spread(summarise(of(true).map(longest))),
      String(all.reduce((sum, sample) => sum + failed(sample), 0)),
      spread(summarise(of(false).map(({ durationMs }) => durationMs / 1_000))),
    ]);
  }
  console.log(table.toString());
  const file = plot(rows, openSeconds, samples);
  console.log(`median [smallest-largest] of the rounds; read latency over time: ${file}`);
  console.log(resultLine(resultOf(samples)));
}

/** Of each round the longest read; of these the middle. */
function resultOf(samples: readonly Sample[]): Record<string, number> {
  const middle = (way: Way, longReader: boolean): number =>
    summarise(samples.filter((one) => one.way === way && one.longReader === longReader).map(longest)).median;
  const swaps = samples.filter(({ way }) => way === "swap");
  return {
    swap_max_ms: middle("swap", false),
    swap_long_reader_max_ms: middle("swap", true),
    swap_failed_reads: swaps.reduce((sum, sample) => sum + failed(sample), 0),
    drop_create_max_ms: middle("drop_create", false),
    refresh_max_ms: middle("refresh", false),
    plain_swap_long_reader_max_ms: middle("plain_swap", true),
    build_only_max_ms: middle("build", false),
  };
}

/** Plots the last round of each way. */
function plot(rows: number, openSeconds: number, samples: readonly Sample[]): string {
  const panels = WAYS.flatMap((way) =>
    [false, true].flatMap((longReader) => {
      const sample = samples.findLast((one) => one.way === way && one.longReader === longReader);
      return sample === undefined ? [] : [panelOf(sample, openSeconds)];
    }),
  );
  const directory = join(localDirectory, "bench");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "swap.svg");
  writeFileSync(
    file,
    latencyPlot(`Reads while the view changes, ${rows} rows (dashed: the change ends; red: 50 ms)`, panels, 2),
  );
  return file;
}

function panelOf(sample: Sample, openSeconds: number): Panel {
  const { way, longReader, startedAt, durationMs, readings } = sample;
  const suffix = longReader ? `, a transaction open ${openSeconds} s` : "";
  return {
    title: `${LABELS[way]}${suffix}: longest read ${Math.round(longest(sample))} ms`,
    endSecond: durationMs / 1_000,
    points: readings.map(({ at, ms, failed: problem }) => ({
      second: Math.max(0, (at - startedAt) / 1_000),
      ms,
      failed: problem !== undefined,
    })),
  };
}

function longest({ readings }: Sample): number {
  return Math.max(0, ...readings.map(({ ms }) => ms));
}

function failed({ readings }: Sample): number {
  return readings.filter((reading) => reading.failed !== undefined).length;
}
