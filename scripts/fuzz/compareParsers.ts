import {
  type CronSchedule,
  type Schedule,
  type ScheduleCapabilities,
} from "../../kinds/refreshJob/schedule/schedule.ts";
import { needsBothDays } from "../../kinds/refreshJob/schedule/scheduleDays.ts";
import { parseSchedule } from "../../kinds/refreshJob/schedule.ts";
import type { PackagedEntry, PackagedParser } from "./packagedParser.ts";
import { randomNumbers, scheduleString } from "./scheduleStrings.ts";
import type { ServerParser } from "./serverParser.ts";

/** What to compare our grammar with. */
export interface Comparison {
  readonly strings: number;
  readonly seed: number;
  readonly capabilities: ScheduleCapabilities;
  readonly server: ServerParser | undefined;
  readonly packaged: PackagedParser | undefined;
  readonly onProgress?: (done: number) => void;
}

/** How the parsers agreed. */
export interface ComparisonResult {
  readonly strings: number;
  /** Accepted by us. */
  readonly accepted: number;
  /** Different meanings among these. */
  readonly meanings: number;
  /** Accepted by pg_cron and refused by us: on purpose. */
  readonly stricter: number;
  readonly disagreements: readonly string[];
}

const BATCH = 10_000;
const DOM_STAR = 1;
const DOW_STAR = 2;
const LAST_DAY = 32;

/** Runs random strings through our grammar, a server's pg_cron and a packaged library's parser, and tells where they differ. */
export async function compareParsers(comparison: Comparison): Promise<ComparisonResult> {
  const random = randomNumbers(comparison.seed);
  const meanings = new Set<string>();
  const disagreements: string[] = [];
  let [accepted, stricter] = [0, 0];
  for (let done = 0; done < comparison.strings; done += BATCH) {
    const size = Math.min(BATCH, comparison.strings - done);
    const texts = Array.from({ length: size }, () => scheduleString(random));
    const [taken, entries] = await Promise.all([comparison.server?.accepts(texts), comparison.packaged?.read(texts)]);
    for (const [index, text] of texts.entries()) {
      const parsed = parseSchedule(text, comparison.capabilities);
      const schedule = parsed.ok ? parsed.schedule : undefined;
      const found = differences(
        schedule,
        taken?.[index],
        entries === undefined ? undefined : { entry: entries[index] },
      );
      disagreements.push(...found.map((difference) => `${JSON.stringify(text)}: ${difference}`));
      if (schedule !== undefined) {
        accepted++;
        meanings.add(JSON.stringify({ ...schedule, text: "" }));
      } else if (taken?.[index] ?? entries?.[index] !== undefined) stricter++;
    }
    comparison.onProgress?.(done + size);
  }
  return { strings: comparison.strings, accepted, meanings: meanings.size, stricter, disagreements };
}

function differences(
  schedule: Schedule | undefined,
  taken: boolean | undefined,
  packaged: { readonly entry: PackagedEntry | undefined } | undefined,
): string[] {
  const found: string[] = [];
  if (schedule !== undefined && taken === false) found.push("we accept it and the server refuses it");
  if (packaged === undefined) return found;
  if (taken !== undefined && taken !== (packaged.entry !== undefined))
    found.push("the server and the package's library differ");
  if (schedule === undefined) return found;
  if (packaged.entry === undefined) found.push("we accept it and the package's library refuses it");
  else found.push(...meaningDifferences(schedule, packaged.entry));
  return found;
}

/** How what a schedule means to us differs from pg_cron's own sets and flags. */
export function meaningDifferences(schedule: Schedule, entry: PackagedEntry): string[] {
  if (schedule.kind === "seconds") {
    return schedule.seconds === entry.seconds ? [] : [`${schedule.seconds} seconds here, ${entry.seconds} there`];
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = entry.sets;
  const sets = [
    ["minute", schedule.minute, bits(minute, 0, 60)],
    ["hour", schedule.hour, bits(hour, 0, 24)],
    ["day of month", schedule.dayOfMonth, bits(dayOfMonth, 1, 31)],
    ["month", schedule.month, bits(month, 1, 12)],
    ["day of week", schedule.dayOfWeek, bits(dayOfWeek, 0, 7)],
  ] as const;
  const found = sets
    .filter(([, ours, theirs]) => ours.join() !== theirs.join())
    .map(([name, ours, theirs]) => `${name} is ${ours.join()} here, ${theirs.join()} there`);
  if (entry.seconds !== 0) found.push(`an interval of ${entry.seconds} seconds there`);
  return [...found, ...dayRuleDifferences(schedule, entry)];
}

/** The day rule for every pair of a day of the month and a weekday; macros set other flags than the fields they stand for. */
function dayRuleDifferences(schedule: CronSchedule, entry: PackagedEntry): string[] {
  const days = bits(entry.sets[2], 1, 31);
  const weekdays = bits(entry.sets[4], 0, 7);
  const both = (entry.flags & (DOM_STAR | DOW_STAR)) !== 0;
  const lastDay = (entry.flags & LAST_DAY) !== 0;
  const runs = (needsBoth: boolean, day: boolean, weekday: boolean) => (needsBoth ? day && weekday : day || weekday);
  for (let day = 1; day <= 31; day++) {
    for (let weekday = 0; weekday < 7; weekday++) {
      for (const isLast of day < 28 ? [false] : [false, true]) {
        const ours = runs(
          needsBothDays(schedule),
          schedule.dayOfMonth.includes(day) || (schedule.lastDay && isLast),
          schedule.dayOfWeek.includes(weekday),
        );
        const theirs = runs(both, days.includes(day) || (lastDay && isLast), weekdays.includes(weekday));
        if (ours !== theirs)
          return [
            `day ${day}${isLast ? ", the last one," : ""} on weekday ${weekday} runs ${ours ? "here only" : "there only"}`,
          ];
      }
    }
  }
  return [];
}

/** Members of a set given as bytes in memory order, the lowest bit first. */
function bits(hex: string, low: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => (Number.parseInt(hex.slice((index >> 3) * 2, (index >> 3) * 2 + 2), 16) >> (index & 7)) & 1)
    .map((index) => index + low);
}
