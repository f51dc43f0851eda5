import { parseArgs } from "node:util";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import { withServer } from "../../test/support/database.ts";
import type { Server } from "../database/server.ts";
import { withClient } from "../database/withClient.ts";
import { DURABLE } from "./durable.ts";
import { resultLine, short, spread, summarise, type Summary } from "./statistics.ts";
import { meetFaults, measure, type Faults, type Sample } from "./triggersMeasure.ts";
import { measurePeriods, type Period } from "./triggersPeriods.ts";
import { WAYS, withWay, type Way } from "./triggersWays.ts";

const WRITERS = [1, 4];
/** Of the job as shipped. */
const CRON_SECONDS = 300;
const PER_MINUTE = [1, 10, 100];

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly debounceSeconds: number;
  readonly perMinute: number;
}

/**
 * What writers and readers of the sample notice of refreshes, by what starts them: a trigger in the writer's transaction, a trigger that
 * leaves a mark for a worker, or the clock. And what a refresh costs by how often the clock starts it.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "4" },
      debounce: { type: "string", default: "1" },
      rate: { type: "string", default: "10" },
    },
  });
  const options = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    debounceSeconds: Number(values.debounce),
    perMinute: Number(values.rate),
  };
  if (options.seconds <= 2 * options.debounceSeconds) throw new Error("--seconds is more than twice --debounce");
  // As a server in production, but no autovacuum in the middle of a round.
  const settings = {
    ...DURABLE,
    autovacuum: "off",
    shared_buffers: "512MB",
  };
  await withServer({ extension: false, settings }, async ({ server }) => {
    const samples = await measureWays(server, options);
    const faults = await measureFaults(server);
    const periods = await withProgress("Measuring periods", () =>
      withWay(server, "none", (url) => withClient(url, (client) => measurePeriods(client, options))),
    );
    report(options, samples, faults, periods);
  });
}

async function measureWays(server: Server, { rounds, seconds, debounceSeconds }: Options): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const writers of WRITERS) {
      // The order turns with the rounds, so that no way always follows the same one.
      for (let turn = 0; turn < WAYS.length; turn += 1) {
        const way = WAYS[(round + turn) % WAYS.length] ?? "cron";
        const what = `Round ${round} of ${rounds}: ${way}, ${writers} writers`;
        const task = { writers, seconds, debounceSeconds };
        samples.push(await withProgress(what, () => withWay(server, way, (url) => measure(url, way, task))));
      }
    }
  }
  return samples;
}

async function measureFaults(server: Server): Promise<ReadonlyMap<Way, Faults>> {
  const faults = new Map<Way, Faults>();
  for (const way of WAYS.filter((one) => one !== "none"))
    faults.set(way, await withWay(server, way, (url) => meetFaults(url, way)));
  return faults;
}

function report(
  options: Options,
  samples: readonly Sample[],
  faults: ReadonlyMap<Way, Faults>,
  periods: readonly Period[],
): void {
  const labels = labelsOf(options);
  const of = (way: Way, writers: number): Sample[] =>
    samples.filter((sample) => sample.way === way && sample.writers === writers);
  printWays(labels, of);
  printFaults(labels, faults);
  const refreshMs = summarise(periods.flatMap((period) => period.refreshMs));
  printHours(labels, options, of, periods);
  printPeriods(options, periods);
  console.log("median [smallest-largest] of the rounds");
  const most = WRITERS.at(-1) ?? 1;
  const rate = (way: Way, writers: number): number => perSecond(of(way, writers)).median;
  console.log(
    resultLine({
      writes_per_s_none: rate("none", most),
      writes_per_s_cron: rate("cron", most),
      writes_per_s_debounced: rate("debounced", most),
      writes_per_s_trigger: rate("trigger", most),
      ratio_trigger_to_cron: ratio(of("trigger", most), of("cron", most)).median,
      ratio_debounced_to_cron: ratio(of("debounced", most), of("cron", most)).median,
      ratio_cron_to_none: ratio(of("cron", most), of("none", most)).median,
      one_writer_ratio_trigger_to_cron: ratio(of("trigger", 1), of("cron", 1)).median,
      write_ms_cron: writeMs(of("cron", 1)),
      write_ms_trigger: writeMs(of("trigger", 1)),
      trigger_wrong_rows: summarise(of("trigger", most).map(({ wrongRows }) => wrongRows)).median,
      refresh_ms: refreshMs.median,
    }),
  );
}

function labelsOf({ seconds, debounceSeconds }: Options): Readonly<Record<Way, string>> {
  return {
    none: "no refresh",
    cron: `cron, once in ${seconds} s`,
    debounced: `debounced, ${debounceSeconds} s`,
    trigger: "trigger",
  };
}

type SamplesOf = (way: Way, writers: number) => readonly Sample[];

function printWays(labels: Readonly<Record<Way, string>>, of: SamplesOf): void {
  for (const writers of WRITERS) {
    const head = [`${writers} at once`, "writes a second", "to no refresh", "a write, ms", "slowest, ms"];
    const more = [`${writers} at once`, "refreshes", "WAL KB a write", "failed writes", "wrong rows at the end"];
    const [lines, moreLines]: [string[][], string[][]] = [[], []];
    for (const way of WAYS) {
      const own = of(way, writers);
      const figure = (one: (sample: Sample) => number): string => spread(summarise(own.map(one)));
      lines.push([
        labels[way],
        spread(perSecond(own)),
        spread(ratio(own, of("none", writers))),
        figure(({ latenciesMs }) => summarise(latenciesMs).median),
        figure(({ latenciesMs }) => Math.max(...latenciesMs)),
      ]);
      moreLines.push([
        labels[way],
        figure(({ refreshMs, latenciesMs }) => (way === "trigger" ? latenciesMs.length : refreshMs.length)),
        figure(({ walKbPerWrite }) => walKbPerWrite),
        figure(({ failed }) => failed),
        way === "none" ? "" : figure(({ wrongRows }) => wrongRows),
      ]);
    }
    console.log(`${table(head, lines)}\n${table(more, moreLines)}\n`);
  }
}

function printFaults(labels: Readonly<Record<Way, string>>, faults: ReadonlyMap<Way, Faults>): void {
  const head = [
    "on purpose",
    "two overlap: wrong rows",
    "in two orders: deadlocks",
    "cannot be refreshed: of 10 writes failed",
    "refresh by hand held 1 s: a write, ms",
  ];
  const lines = [...faults].map(([way, { wrongRows, deadlocks, failedWrites, heldMs }]) => [
    labels[way],
    ...[wrongRows, deadlocks, failedWrites, heldMs].map(short),
  ]);
  console.log(`${table(head, lines)}\n`);
}

/** Refreshes an hour, from the rate at which messages come by chance, and their cost, from what one was measured to cost. */
function printHours(
  labels: Readonly<Record<Way, string>>,
  { debounceSeconds }: Options,
  of: SamplesOf,
  periods: readonly Period[],
): void {
  const debounced = WRITERS.flatMap((writers) => of("debounced", writers));
  const unseen = summarise(debounced.flatMap(({ unseenSeconds }) => unseenSeconds));
  const period = periods.find(({ minutes }) => minutes * 60 === CRON_SECONDS);
  const clockMs = summarise(period?.refreshMs ?? []).median;
  // What it adds to a write where nobody else writes. One that a worker starts soon after another takes as long.
  const triggerMs = writeMs(of("trigger", 1)) - writeMs(of("none", 1));
  const catalogRows = summarise(period?.catalogRows ?? []).median;
  const lines = PER_MINUTE.flatMap((perMinute) => {
    const chance = (seconds: number): number => 1 - Math.exp((-perMinute / 60) * seconds);
    const line = (label: string, hourly: number, ms: number, overlaps: number, age: string): string[] => [
      `${perMinute}, ${label}`,
      ...[hourly, (hourly * ms) / 1_000, hourly * catalogRows, overlaps].map(short),
      age,
    ];
    const [clock, writes] = [3_600 / CRON_SECONDS, perMinute * 60];
    return [
      line(`cron, ${CRON_SECONDS / 60} min`, clock, clockMs, 0, ages(CRON_SECONDS / 2, CRON_SECONDS + clockMs / 1_000)),
      line(
        labels.debounced,
        (3_600 / debounceSeconds) * chance(debounceSeconds),
        triggerMs,
        0,
        ages(unseen.median, unseen.max),
      ),
      line("trigger", writes, triggerMs, writes * chance(triggerMs / 1_000), "0, or the next"),
    ];
  });
  const head = ["a minute", "an hour", "s an hour", "dead in catalog", "overlap", "age, s"];
  console.log(`${table(head, lines)}
messages a minute; refreshes an hour, their seconds, rows that they leave dead in the catalog, writes that meet another one\n`);
}

function ages(middle: number, worst: number): string {
  return `${short(middle)} to ${short(worst)}`;
}

function printPeriods({ perMinute }: Options, periods: readonly Period[]): void {
  const head = ["every", "ms", "core %", "dead a day", "catalog", "WAL MB", "age, s"];
  const lines = periods.map(({ minutes, refreshMs, deadRows, catalogRows, walBytes }) => {
    const took = summarise(refreshMs);
    const daily = (figures: readonly number[]): number => (summarise(figures).median * 1_440) / minutes;
    return [
      `${minutes} min`,
      spread(took),
      short((took.median / (minutes * 60_000)) * 100),
      short(daily(deadRows)),
      short(daily(catalogRows)),
      short(daily(walBytes) / 1e6),
      ages(minutes * 30, minutes * 60 + took.max / 1_000),
    ];
  });
  console.log(`${table(head, lines)}
${perMinute} messages a minute; a refresh after a checkpoint; dead rows of view and catalog and WAL a day, by refreshes alone\n`);
}

function perSecond(samples: readonly Sample[]): Summary {
  return summarise(samples.map(({ writesPerSecond }) => writesPerSecond));
}

/** Round by round. */
function ratio(samples: readonly Sample[], others: readonly Sample[]): Summary {
  return summarise(samples.map((sample, at) => sample.writesPerSecond / (others[at]?.writesPerSecond ?? Number.NaN)));
}

/** Of each round the middle write; of these the middle. */
function writeMs(samples: readonly Sample[]): number {
  return summarise(samples.map(({ latenciesMs }) => summarise(latenciesMs).median)).median;
}
