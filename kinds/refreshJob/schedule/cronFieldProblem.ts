import { fieldNumber, parseItem, type FieldKind, type FieldSpec } from "./cronField.ts";
import type { ScheduleCapabilities } from "./schedule.ts";
import { quoted } from "./scheduleProblem.ts";

/** Why a field cannot be used, as the three clauses of a refusal. */
export interface FieldProblem {
  readonly ok: false;
  readonly wrong: string;
  readonly pgCron: string;
  readonly instead: string;
}

interface Refused {
  readonly kind: FieldKind;
  readonly spec: FieldSpec;
  readonly field: string;
  readonly item: string;
  readonly capabilities: ScheduleCapabilities;
}

/** What is wrong, what pg_cron does with it, what to write instead. */
type Clauses = readonly [wrong: string, pgCron: string, instead: string];

/** A form, the field in which it is wrong (default: all), and what is said of it: the clauses, or undefined where it is another row's. */
type Row = readonly [
  form: RegExp,
  kind: FieldKind | undefined,
  says: Clauses | ((refused: Refused, ...parts: string[]) => Clauses | undefined),
];

const REFUSES = "refuses it";
const ANY = undefined;

/** Forms of a whole field, then those of an item; the first row that fits is told, from the most telling to the most general. */
const FIELD_ROWS: readonly Row[] = [
  [/^\$$/, "dayOfMonth", lastDay("for the last day needs pg_cron 1.6", "as installed here refuses it")],
  [/\$/, ANY, lastDay("uses $ otherwise than alone as the day of month", REFUSES)],
  [/^l$/i, "dayOfMonth", lastDay("is no day", REFUSES)],
];
const ITEM_ROWS: readonly Row[] = [
  [/^\?$/, ANY, ["comes from another cron", REFUSES, 'Write "*"']],
  [
    /^(\d+w|lw|wl)$/i,
    ANY,
    ["asks for the nearest weekday, which pg_cron does not know", REFUSES, 'Write a day, such as "15"'],
  ],
  [
    /^(\d|[a-z]{3})?l$/i,
    "dayOfWeek",
    ["asks for the last such day of the month, which pg_cron does not know", REFUSES, "Write the day of week alone"],
  ],
  [/^(\w+)#(\d+)$/, "dayOfWeek", nthDay],
  [/^-/, ANY, ({ spec }) => ["is negative", REFUSES, numbers(spec)]],
  [/^$/, ANY, ["has two commas in a row", REFUSES, "Write one comma between two values"]],
  [/^\*$/, ANY, ["is a list with * in it", "would run it at every value", 'Write "*" alone, or the list without it']],
  [/[a-z]{3}/i, ANY, longName],
  [/^(\*(?:\/\d+)?|[a-z0-9]+(?:-[a-z0-9]+(?:\/\d+)?)?)(.+)$/i, ANY, junk],
  [/^([a-z0-9]+)\/(\d+)$/i, ANY, loneStep],
  [/^(\*|[a-z0-9]+-[a-z0-9]+)\/(\d+)$/i, ANY, stepSize],
  [/\d/, ANY, bounds],
  [/^([a-z0-9]+)-([a-z0-9]+)(?:\/\d+)?$/i, ANY, reversed],
];

/** Explains a field that does not parse. */
export function fieldProblem(
  kind: FieldKind,
  spec: FieldSpec,
  field: string,
  item: string,
  capabilities: ScheduleCapabilities,
): FieldProblem {
  const refused = { kind, spec, field, item, capabilities };
  const [what, pgCron, instead] =
    explained(FIELD_ROWS, field, refused) ?? explained(ITEM_ROWS, item, refused) ?? outsideGrammar(refused);
  const where = item === field || item === "" ? quoted(field) : `${quoted(item)} in ${quoted(field)}`;
  return { ok: false, wrong: `the ${spec.title} ${where} ${what}`, pgCron, instead };
}

function explained(rows: readonly Row[], text: string, refused: Refused): Clauses | undefined {
  for (const [form, kind, says] of rows) {
    const parts = form.exec(text);
    if (parts === null || (kind !== ANY && kind !== refused.kind)) continue;
    const clauses = typeof says === "function" ? says(refused, ...parts.slice(1)) : says;
    if (clauses !== undefined) return clauses;
  }
  return undefined;
}

function lastDay(wrong: string, pgCron: string) {
  return ({ capabilities }: Refused): Clauses => {
    const instead = capabilities.lastDay
      ? 'Write "$" alone as the day of month for the last day of each month'
      : 'Write a day that every month has, such as "28", or update pg_cron to 1.6, which reads "$" as the last day';
    return [wrong, pgCron, instead];
  };
}

function nthDay({ field, item }: Refused, day = "", nth = ""): Clauses {
  return [
    `asks for day ${day} number ${nth} of the month`,
    `would ignore "#${nth}" and run it every week`,
    `Write ${quoted(field.replace(item, day))}`,
  ];
}

function longName({ item, spec }: Refused): Clauses | undefined {
  const word = item.split(/[-/]/).find((part) => /^[a-z]{3,}$/i.test(part) && fieldNumber(spec, part) === undefined);
  const short = spec.names.find((name) => word?.toLowerCase().startsWith(name));
  return short === undefined ? undefined : ["spells out a name", REFUSES, `Write "${short}" instead of "${word}"`];
}

// pg_cron reads as far as it can, then skips everything up to the next blank without a word.
function junk({ spec, field, item }: Refused, read = "", skipped = ""): Clauses | undefined {
  if (parseItem(spec, read) === undefined) return undefined;
  const isRefused =
    (/^[a-z0-9]/i.test(skipped) && read !== "*") ||
    (skipped.startsWith("/") && !read.includes("/")) ||
    (skipped.startsWith("-") && /^[a-z0-9]+$/i.test(read));
  if (isRefused) return undefined;
  const pgCron = `would read ${quoted(read)} and ignore the rest of the field`;
  return [`goes on with ${quoted(skipped)}`, pgCron, `Write ${quoted(field.replace(item, read))}`];
}

function loneStep({ spec }: Refused, first = "", step = ""): Clauses | undefined {
  const from = fieldNumber(spec, first);
  if (from === undefined) return undefined;
  return ["has a step without a range", REFUSES, `Write "${from === spec.low ? "*" : `${from}-${spec.high}`}/${step}"`];
}

function stepSize({ spec }: Refused, range = "", steps = ""): Clauses | undefined {
  if (range !== "*" && parseItem(spec, range) === undefined) return undefined;
  const step = Number(steps);
  const { low, high } = spec;
  if (step < 1) return ["has a step of 0", REFUSES, `Write "${range}"`];
  if (step <= high) return digits(step, steps, `${range}/${step}`);
  return [
    `has a step larger than ${high}`,
    "refuses it from 1.6.5 on, and before that reads the first value only",
    `Write "${range === "*" ? low : range.split("-")[0]}"`,
  ];
}

function bounds({ spec, item }: Refused): Clauses | undefined {
  const words = item.replace(/\/\d+$/, "").split("-");
  const word = words.find((part) => /^\d+$/.test(part) && fieldNumber(spec, part) === undefined);
  if (word === undefined) return undefined;
  const value = Number(word);
  if (value >= spec.low && value <= spec.high) return digits(value, word, String(value));
  return [`is outside ${spec.low} to ${spec.high}`, REFUSES, numbers(spec)];
}

function digits(value: number, written: string, instead: string): Clauses {
  return [`writes ${value} with ${written.length} digits`, `would read ${value}`, `Write "${instead}"`];
}

function reversed({ kind, spec }: Refused, first = "", last = ""): Clauses | undefined {
  const from = fieldNumber(spec, first);
  const to = fieldNumber(spec, last);
  if (from === undefined || to === undefined || from <= to) return undefined;
  const high = kind === "dayOfWeek" ? 6 : spec.high;
  const span = (low: number, end: number) => (low === end ? String(low) : `${low}-${end}`);
  const around = kind === "dayOfWeek" && to === 0 ? span(from, 7) : `${span(from, high)},${span(spec.low, to)}`;
  const pgCron = "would accept it and run it at other times or never, depending on its version";
  return ["is a range that ends before it starts", pgCron, `Write "${around}"`];
}

function outsideGrammar({ spec }: Refused): Clauses {
  const names = spec.names.length > 0 ? `, or names like ${spec.names.slice(0, 2).join(" and ")}` : "";
  return ["is none of *, a number, a range or a list of these", REFUSES, `${numbers(spec)}${names}`];
}

function numbers({ low, high }: FieldSpec): string {
  return `Write numbers from ${low} to ${high}`;
}
