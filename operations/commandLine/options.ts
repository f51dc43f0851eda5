import { parseArgs } from "node:util";
import { usageError } from "./usageError.ts";

/** An option of the command line. Without `value` it is a switch. */
export interface CommandOption {
  readonly name: string;
  /** What stands for its value in the help, e.g. `COLUMN`. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: true;
  readonly summary: string;
}

/** The words of a command line, sorted out. */
export interface ParsedWords {
  readonly words: readonly string[];
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

const JSON_OPTION: CommandOption = { name: "json", summary: "print JSON" };

export const DATABASE_OPTION: CommandOption = {
  name: "database",
  value: "NAME",
  summary: "the one of several databases, by the name of its connection",
};

/** What every verb that looks at a database takes. */
export const COMMON_OPTIONS: readonly CommandOption[] = [
  { name: "stack", value: "S", summary: "take views, job and limits from the outputs of this Pulumi stack" },
  DATABASE_OPTION,
  { name: "url-env", value: "NAME", summary: "environment variable that holds the URL of the database" },
  { name: "job", value: "NAME", summary: "name of the job, where it is not found by its command" },
  { name: "stamp", value: "COLUMN", summary: "column whose maximum says when the view was last refreshed" },
  { name: "max-age", value: "AGE", summary: "how old the view may be, e.g. 10m; default: twice the interval" },
  {
    name: "spot-check",
    value: "CHECK",
    multiple: true,
    summary: "COLUMN=VALUE:COUNT, or :live instead of the count to compare with the sources",
  },
  JSON_OPTION,
];

/** For verbs that are about a stack's whole program. */
export const STACK_OPTIONS: readonly CommandOption[] = [
  { name: "stack", value: "S", summary: "the stack; its program is the one in this folder" },
  JSON_OPTION,
];

/** For verbs that only read. */
export const WATCH_OPTION: CommandOption = { name: "watch", summary: "do it again every 5 seconds until Ctrl-C" };

/**
 * Sorts the words of a command line into options and the rest.
 * @throws a usage error that names what is not known, and what is.
 */
export function parseWords(words: readonly string[], options: readonly CommandOption[]): ParsedWords {
  const config = Object.fromEntries(
    options.map(({ name, value, multiple }) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: multiple === true },
    ]),
  );
  let parsed;
  try {
    parsed = parseArgs({ args: [...words], options: config, allowPositionals: true });
  } catch (error) {
    const known = options.map(({ name }) => `--${name}`).join(", ");
    throw usageError(`${(error as Error).message.split(". ")[0]}; options are ${known}`);
  }
  const switches = new Set<string>();
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(parsed.values)) {
    if (value === true) switches.add(name);
    else if (value !== undefined && value !== false) values.set(name, [value].flat().map(String));
  }
  return { words: parsed.positionals, switches, values };
}
