import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import { withServer } from "../../test/support/database.ts";
import { localDirectory } from "../checkout.ts";
import { DURABLE } from "./durable.ts";
import { latencyPlot, type Panel } from "./latencyPlot.ts";
import { resultLine, spread, summarise } from "./statistics.ts";
import { measure, type Sample } from "./swapMeasure.ts";
import { LABELS, prepare, WAYS, type Way } from "./swapWays.ts";

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
  await onServer(rows, async (sample) => {
    const samples: Sample[] = [];
    // The order turns with the rounds, so that no way always follows the same one.
    for (let round = 1; round <= rounds; round += 1) {
      for (let turn = 0; turn < WAYS.length; turn += 1) {
        const way = WAYS[(round + turn) % WAYS.length] ?? "swap";
        for (const longReader of [false, true]) {
          const what = `Round ${round} of ${rounds}: ${LABELS[way]}${longReader ? ", transaction open" : ""}`;
          samples.push(await withProgress(what, () => sample(way, longReader ? openSeconds : 0)));
        }
      }
    }
    report(rows, openSeconds, samples);
  });
}

/** How long a reader waits for a rollback's locks, in milliseconds: as `rollback_stall_ms` of `bench`. */
export async function rollbackStall(rows: number, rounds: number): Promise<number> {
  return onServer(rows, async (sample) => {
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round += 1)
      for (const openSeconds of [0, SHORT_OPEN_SECONDS]) samples.push(await sample("rollback", openSeconds));
    return stallOf(samples, "rollback");
  });
}

const SHORT_OPEN_SECONDS = 3;

/** Gives the work a server with the view, and what measures a way on it. */
async function onServer<T>(
  rows: number,
  work: (sample: (way: Way, openSeconds: number) => Promise<Sample>) => Promise<T>,
): Promise<T> {
  // As in production, but without parallel workers: those fill the processors of a small computer in every way alike, and
  // then readers wait for a processor, not for the change.
  const settings = {
    ...DURABLE,
    shared_buffers: "512MB",
    max_parallel_workers: "0",
    // Has the server tell how long each lock was waited for: the part of a long read that no busy computer explains.
    log_lock_waits: "on",
    deadlock_timeout: "1ms",
    log_line_prefix: "%a: ",
  };
  let done: { result: T } | undefined;
  await withServer({ extension: false, settings }, async ({ server, url }) => {
    const keys = await prepare(url, rows);
    const log = join(server.directory, "server.log");
    let count = 0;
    const result = await work((way, openSeconds) => measure({ way, url, log, keys, openSeconds }, (count += 1)));
    done = { result };
  });
  if (done === undefined) throw new Error("the server was given to nobody");
  return done.result;
}

function report(rows: number, openSeconds: number, samples: readonly Sample[]): void {
  const head = [
    `${rows} rows, a read every ms`,
    "longest read, ms",
    "of it for a lock",
    `with a transaction open ${openSeconds} s`,
    "of it for a lock",
    "failed",
    "change, s",
  ];
  const lines: string[][] = [];
  for (const way of WAYS) {
    const of = (longReader: boolean): Sample[] =>
      samples.filter((sample) => sample.way === way && sample.longReader === longReader);
    const all = [...of(false), ...of(true)];
    lines.push([
      LABELS[way],
      spread(summarise(of(false).map(longest))),
      spread(summarise(of(false).map(({ lockWaitMs }) => lockWaitMs))),
      spread(summarise(of(true).map(longest))),
      spread(summarise(of(true).map(({ lockWaitMs }) => lockWaitMs))),
      String(all.reduce((sum, sample) => sum + failed(sample), 0)),
      spread(summarise(of(false).map(({ durationMs }) => durationMs / 1_000))),
    ]);
  }
  console.log(table(head, lines));
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
    swap_lock_wait_max_ms: Math.max(...swaps.map(({ lockWaitMs }) => lockWaitMs)),
    swap_stall_ms: stallOf(samples, "swap"),
    keep_stall_ms: stallOf(samples, "keep"),
    rollback_stall_ms: stallOf(samples, "rollback"),
  };
}

/** The longest wait for a lock in the middle round, with or without an open transaction. */
function stallOf(samples: readonly Sample[], way: Way): number {
  const waits = (longReader: boolean): number[] =>
    samples.filter((one) => one.way === way && one.longReader === longReader).map(({ lockWaitMs }) => lockWaitMs);
  return Math.max(...[false, true].map((longReader) => summarise(waits(longReader)).median));
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
