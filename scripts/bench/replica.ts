import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../../operations/commandLine/table.ts";
import { resolveReplicas } from "../../postgres/connection.ts";
import { withProgress } from "../../postgres/progress.ts";
import { withServer } from "../../test/support/database.ts";
import { startStandby } from "../database/standby.ts";
import { until } from "../database/until.ts";
import { withClient } from "../database/withClient.ts";
import { DURABLE } from "./durable.ts";
import { resultLine, short, spread, summarise } from "./statistics.ts";
import { longestLockWait, openReader, startReader } from "./swapMeasure.ts";
import { change, prepare } from "./swapWays.ts";

/** One swap under a reader of the standby that takes long. */
interface Sample {
  readonly named: boolean;
  /** Of the other readers there. */
  readonly longestReadMs: number;
  /** The part of a long read that no busy computer explains. */
  readonly lockWaitMs: number;
  readonly failedReads: number;
  readonly cancelled: boolean;
  readonly swapSeconds: number;
}

const OF_STANDBY = {
  // The primary keeps what queries there need, so that nothing but the lock holds up replay.
  hot_standby_feedback: "on",
  log_lock_waits: "on",
  deadlock_timeout: "1ms",
  log_line_prefix: "%a: ",
};

/** Where everything is, and how long the long reader goes on. */
interface Task {
  readonly url: string;
  readonly standbyUrl: string;
  /** The standby's log. */
  readonly log: string;
  readonly keys: readonly string[];
  readonly openSeconds: number;
}

/**
 * What readers of a standby notice of a swap on the primary, without and with the standby named in readReplicas: a transaction there has
 * read the view and stays open, while another reader reads a row every millisecond.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "20000" },
      rounds: { type: "string", default: "3" },
      open: { type: "string", default: "20" },
    },
  });
  const [rows, rounds, openSeconds] = [Number(values.rows), Number(values.rounds), Number(values.open)];
  // As in production.
  const settings = { ...DURABLE, max_parallel_workers: "0" };
  await withServer({ extension: false, settings }, async ({ server, url, name }) => {
    const keys = await prepare(url, rows);
    const standby = await startStandby(server, { settings: { ...settings, ...OF_STANDBY } });
    try {
      const task = {
        url,
        standbyUrl: standby.url(name),
        log: join(standby.directory, "server.log"),
        keys,
        openSeconds,
      };
      const samples: Sample[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        for (const named of round % 2 === 1 ? [false, true] : [true, false]) {
          const what = `Round ${round} of ${rounds}: ${labelOf(named)}`;
          samples.push(await withProgress(what, () => measure(task, named, samples.length + 1)));
        }
      }
      report(samples, openSeconds);
    } finally {
      await standby.stop();
    }
  });
}

async function measure(
  { url, standbyUrl, log, keys, openSeconds }: Task,
  named: boolean,
  round: number,
): Promise<Sample> {
  await caughtUp(url, standbyUrl);
  const logged = statSync(log).size;
  const statement = "select etapa, mensajes_total from public.mv_bench where conversacion_id = $1";
  const reader = await startReader({ url: standbyUrl, statement, keys });
  const long = await openReader(standbyUrl, openSeconds);
  const ended = long.closed.then(
    () => false,
    () => true,
  );
  const startedAt = performance.now();
  await change("swap", url, round, named ? resolveReplicas({ argument: [standbyUrl] }, {}) : []);
  const swapSeconds = (performance.now() - startedAt) / 1_000;
  const cancelled = await ended;
  await caughtUp(url, standbyUrl);
  const readings = await reader.stop();
  return {
    named,
    longestReadMs: Math.max(0, ...readings.map(({ ms }) => ms)),
    lockWaitMs: longestLockWait(readFileSync(log).subarray(logged).toString()),
    failedReads: readings.filter(({ failed }) => failed !== undefined).length,
    cancelled,
    swapSeconds,
  };
}

async function caughtUp(url: string, standbyUrl: string): Promise<void> {
  const position = "select pg_catalog.pg_current_wal_flush_lsn()::pg_catalog.text as at";
  const at = await withClient(url, async (client) => (await client.query<{ at: string }>(position)).rows[0]?.at);
  const replayed = "select pg_catalog.pg_last_wal_replay_lsn() >= $1::pg_catalog.pg_lsn as done";
  await withClient(standbyUrl, (client) =>
    until(async () => (await client.query<{ done: boolean }>(replayed, [at])).rows[0]?.done, {
      what: "the standby to replay",
    }),
  );
}

function report(samples: readonly Sample[], openSeconds: number): void {
  const head = [
    `a reader of ${openSeconds} s there`,
    "longest other read, ms",
    "of it for a lock",
    "failed",
    "cancelled",
    "swap, s",
  ];
  const lines = [false, true].map((named) => {
    const of = samples.filter((sample) => sample.named === named);
    return [
      labelOf(named),
      spread(summarise(of.map(({ longestReadMs }) => longestReadMs))),
      spread(summarise(of.map(({ lockWaitMs }) => lockWaitMs))),
      String(of.reduce((sum, { failedReads }) => sum + failedReads, 0)),
      `${of.filter(({ cancelled }) => cancelled).length} of ${of.length}`,
      spread(summarise(of.map(({ swapSeconds }) => swapSeconds))),
    ];
  });
  console.log(table(head, lines));
  const middle = (named: boolean): number =>
    summarise(samples.filter((one) => one.named === named).map(({ longestReadMs }) => longestReadMs)).median;
  console.log(`median [smallest-largest]; without / with: ${short(middle(false) / middle(true))}`);
  const cancelled = samples.filter((one) => one.named && one.cancelled).length;
  const lockWait = Math.max(...samples.filter(({ named }) => named).map(({ lockWaitMs }) => lockWaitMs));
  console.log(resultLine({ lock_wait_max_ms_standby: lockWait, stall_ms_standby: middle(true), cancelled }));
}

function labelOf(named: boolean): string {
  return named ? "named in readReplicas" : "not named";
}
