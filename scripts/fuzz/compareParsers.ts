import { type ScheduleCapabilities } from "../../kinds/refreshJob/schedule/schedule.ts";
import { parseSchedule } from "../../kinds/refreshJob/schedule.ts";
import { randomNumbers, scheduleString } from "./scheduleStrings.ts";
import type { ServerParser } from "./serverParser.ts";

/** What to compare our grammar with. */
export interface Comparison {
  readonly strings: number;
  readonly seed: number;
  readonly capabilities: ScheduleCapabilities;
  readonly server: ServerParser;
  readonly onProgress?: (done: number) => void;
}

/** How the parsers agreed. */
export interface ComparisonResult {
  readonly strings: number;
  /** Accepted by us. */
  readonly accepted: number;
  /** Accepted by pg_cron and refused by us: on purpose. */
  readonly stricter: number;
  /** Accepted by us and refused by pg_cron. */
  readonly disagreements: readonly string[];
}

const BATCH = 10_000;

/** Runs random strings through our grammar and a server's pg_cron, and tells which ones only we accept. */
export async function compareParsers(comparison: Comparison): Promise<ComparisonResult> {
  const random = randomNumbers(comparison.seed);
  const disagreements: string[] = [];
  let [accepted, stricter] = [0, 0];
  for (let done = 0; done < comparison.strings; done += BATCH) {
    const size = Math.min(BATCH, comparison.strings - done);
    const texts = Array.from({ length: size }, () => scheduleString(random));
    const taken = await comparison.server.accepts(texts);
    for (const [index, text] of texts.entries()) {
      const isOurs = parseSchedule(text, comparison.capabilities).ok;
      if (isOurs) accepted++;
      if (isOurs && taken[index] !== true) disagreements.push(text);
      if (!isOurs && taken[index] === true) stricter++;
    }
    comparison.onProgress?.(done + size);
  }
  return { strings: comparison.strings, accepted, stricter, disagreements };
}
