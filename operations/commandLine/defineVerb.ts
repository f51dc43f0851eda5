import { setTimeout as delay } from "node:timers/promises";
import { COMMON_OPTIONS, parseWords, WATCH_OPTION } from "./options.ts";
import type { CommandOption } from "./options.ts";
import { usageError } from "./usageError.ts";
import type { Verb } from "./verb.ts";

/** The options and words that a verb was called with. */
export interface Call {
  readonly verb: string;
  readonly words: readonly string[];
  /** True when the switch was given. */
  has(name: string): boolean;
  /** The value of an option, the last one given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  readonly json: boolean;
  /** True for an option that means what it means for most verbs. */
  isCommon(name: string): boolean;
  /** Says of a part of the work that it could not be done; the call does not end well. */
  miss(reason: string): void;
}

/** A verb as its file writes it. */
interface VerbDefinition extends Omit<Verb, "options" | "run"> {
  /** Options of this verb alone; the common ones come with it. */
  readonly options?: readonly CommandOption[];
  /** What is taken in the place of the common options. */
  readonly common?: readonly CommandOption[];
  run(call: Call): Promise<number>;
}

const WATCH_MS = 5_000;

/** Makes the verb of a definition. */
export function defineVerb(definition: VerbDefinition): Verb {
  const { common = COMMON_OPTIONS, reads } = definition;
  const options = [...(definition.options ?? []), ...common, ...(reads ? [WATCH_OPTION] : [])];
  return {
    ...definition,
    options,
    run: async (words) => {
      const parsed = parseWords(words, options);
      const run = async (): Promise<number> => {
        const missed: string[] = [];
        const call = toCall(definition, parsed, missed);
        const status = await definition.run(call);
        for (const reason of missed) process.stderr.write(`matview ${definition.verb}: not looked at: ${reason}\n`);
        return missed.length > 0 ? Math.max(status, definition.troubleStatus ?? 1) : status;
      };
      return parsed.switches.has("watch") ? watch(run) : run();
    },
  };
}

function toCall(
  { verb, options = [] }: VerbDefinition,
  { words, switches, values }: ReturnType<typeof parseWords>,
  missed: string[],
): Call {
  if (words.includes("")) throw usageError("an empty word is no view");
  return {
    verb,
    words,
    has: (name) => switches.has(name),
    value: (name) => values.get(name)?.at(-1),
    values: (name) => values.get(name) ?? [],
    json: switches.has("json"),
    isCommon: (name) => !options.some((one) => one.name === name),
    miss: (reason) => void missed.push(reason),
  };
}

async function watch(look: () => Promise<number>): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  for (;;) {
    if (process.stdout.isTTY === true) process.stdout.write("\x1b[H\x1b[2J\x1b[3J");
    const status = await look();
    const goesOn = await delay(WATCH_MS, true, { signal: stop.signal }).catch(() => false);
    if (!goesOn || process.stdout.destroyed) return status;
  }
}
