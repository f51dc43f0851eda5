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

/** Explains a field that does not parse: the first explanation that fits, from the most telling to the most general. */
export function fieldProblem(
  kind: FieldKind,
  spec: FieldSpec,
  field: string,
  item: string,
  capabilities: ScheduleCapabilities,
): FieldProblem {
  const refused = { kind, spec, field, item, capabilities };
  for (const explain of [
    lastDay,
    otherDialect,
    emptyItem,
    starInList,
    longName,
    junk,
    loneStep,
    stepSize,
    bounds,
    reversed,
  ]) {
    const found = explain(refused);
    if (found !== undefined) return found;
  }
  const names = spec.names.length > 0 ? `, or names like ${spec.names.slice(0, 2).join(" and ")}` : "";
  return problem(
    refused,
    "is none of *, a number, a range or a list of these",
    "refuses it",
    `Write numbers from ${spec.low} to ${spec.high}${names}`,
  );
}

function problem({ spec, item, field }: Refused, what: string, pgCron: string, instead: string): FieldProblem {
  const where = item === field || item === "" ? quoted(field) : `${quoted(item)} in ${quoted(field)}`;
  return { ok: false, wrong: `the ${spec.title} ${where} ${what}`, pgCron, instead };
}

function lastDay(refused: Refused): FieldProblem | undefined {
  const { kind, field, capabilities } = refused;
  const instead = capabilities.lastDay
    ? 'Write "$" alone as the day of month for the last day of each month'
    : 'Write a day that every month has, such as "28", or update pg_cron to 1.6, which reads "$" as the last day';
  if (kind === "dayOfMonth" && field === "$") {
    return problem(refused, "for the last day needs pg_cron 1.6", "as installed here refuses it", instead);
  }
  if (field.includes("$"))
    return problem(refused, "uses $ otherwise than alone as the day of month", "refuses it", instead);
  if (kind === "dayOfMonth" && /^l$/i.test(field)) return problem(refused, "is no day", "refuses it", instead);
  return undefined;
}

function otherDialect(refused: Refused): FieldProblem | undefined {
  const { kind, item } = refused;
  if (item === "?") return problem(refused, "comes from another cron", "refuses it", 'Write "*"');
  if (/^(\d+w|lw|wl)$/i.test(item)) {
    return problem(
      refused,
      "asks for the nearest weekday, which pg_cron does not know",
      "refuses it",
      'Write a day, such as "15"',
    );
  }
  if (kind === "dayOfWeek" && /^(\d|[a-z]{3})?l$/i.test(item)) {
    return problem(
      refused,
      "asks for the last such day of the month, which pg_cron does not know",
      "refuses it",
      "Write the day of week alone",
    );
  }
  const [, day, nth] = /^(\w+)#(\d+)$/.exec(item) ?? [];
  if (kind === "dayOfWeek" && day !== undefined && nth !== undefined) {
    return problem(
      refused,
      `asks for day ${day} number ${nth} of the month`,
      `would ignore "#${nth}" and run it every week`,
      `Write ${quoted(refused.field.replace(item, day))}`,
    );
  }
  if (item.startsWith("-"))
    return problem(
      refused,
      "is negative",
      "refuses it",
      `Write numbers from ${refused.spec.low} to ${refused.spec.high}`,
    );
  return undefined;
}

function emptyItem(refused: Refused): FieldProblem | undefined {
  return refused.item === ""
    ? problem(refused, "has two commas in a row", "refuses it", "Write one comma between two values")
    : undefined;
}

function starInList(refused: Refused): FieldProblem | undefined {
  if (refused.item !== "*") return undefined;
  return problem(
    refused,
    "is a list with * in it",
    "would run it at every value",
    'Write "*" alone, or the list without it',
  );
}

function longName(refused: Refused): FieldProblem | undefined {
  const { item, spec } = refused;
  const word = item.split(/[-/]/).find((part) => /^[a-z]{3,}$/i.test(part) && fieldNumber(spec, part) === undefined);
  if (word === undefined) return undefined;
  const short = spec.names.find((name) => word.toLowerCase().startsWith(name));
  if (short === undefined) return undefined;
  return problem(refused, "spells out a name", "refuses it", `Write "${short}" instead of "${word}"`);
}

// pg_cron reads as far as it can, then skips everything up to the next blank without a word.
function junk(refused: Refused): FieldProblem | undefined {
  const { spec, field, item } = refused;
  const [, read = "", skipped = ""] = /^(\*(?:\/\d+)?|[a-z0-9]+(?:-[a-z0-9]+(?:\/\d+)?)?)(.+)$/i.exec(item) ?? [];
  if (parseItem(spec, read) === undefined) return undefined;
  const isRefused =
    (/^[a-z0-9]/i.test(skipped) && read !== "*") ||
    (skipped.startsWith("/") && !read.includes("/")) ||
    (skipped.startsWith("-") && /^[a-z0-9]+$/i.test(read));
  if (isRefused) return undefined;
  return problem(
    refused,
    `goes on with ${quoted(skipped)}`,
    `would read ${quoted(read)} and ignore the rest of the field`,
    `Write ${quoted(field.replace(item, read))}`,
  );
}

function loneStep(refused: Refused): FieldProblem | undefined {
  const [, first = "", step = ""] = /^([a-z0-9]+)\/(\d+)$/i.exec(refused.item) ?? [];
  const from = fieldNumber(refused.spec, first);
  if (from === undefined) return undefined;
  const { low, high } = refused.spec;
  return problem(
    refused,
    "has a step without a range",
    "refuses it",
    `Write "${from === low ? "*" : `${from}-${high}`}/${step}"`,
  );
}

function stepSize(refused: Refused): FieldProblem | undefined {
  const [, range = "", steps] = /^(\*|[a-z0-9]+-[a-z0-9]+)\/(\d+)$/i.exec(refused.item) ?? [];
  if (steps === undefined || (range !== "*" && parseItem(refused.spec, range) === undefined)) return undefined;
  const step = Number(steps);
  const { low, high } = refused.spec;
  if (step < 1) return problem(refused, "has a step of 0", "refuses it", `Write "${range}"`);
  if (step <= high)
    return problem(
      refused,
      `writes ${step} with ${steps.length} digits`,
      `would read ${step}`,
      `Write "${range}/${step}"`,
    );
  return problem(
    refused,
    `has a step larger than ${high}`,
    `refuses it from 1.6.5 on, and before that reads the first value only`,
    `Write "${range === "*" ? low : range.split("-")[0]}"`,
  );
}

function bounds(refused: Refused): FieldProblem | undefined {
  const { spec, item } = refused;
  const words = item.replace(/\/\d+$/, "").split("-");
  const word = words.find((part) => /^\d+$/.test(part) && fieldNumber(spec, part) === undefined);
  if (word === undefined) return undefined;
  const value = Number(word);
  if (value >= spec.low && value <= spec.high) {
    return problem(refused, `writes ${value} with ${word.length} digits`, `would read ${value}`, `Write "${value}"`);
  }
  return problem(
    refused,
    `is outside ${spec.low} to ${spec.high}`,
    "refuses it",
    `Write numbers from ${spec.low} to ${spec.high}`,
  );
}

function reversed(refused: Refused): FieldProblem | undefined {
  const { kind, spec, item } = refused;
  const [, first = "", last = ""] = /^([a-z0-9]+)-([a-z0-9]+)(?:\/\d+)?$/i.exec(item) ?? [];
  const from = fieldNumber(spec, first);
  const to = fieldNumber(spec, last);
  if (from === undefined || to === undefined || from <= to) return undefined;
  const high = kind === "dayOfWeek" ? 6 : spec.high;
  const span = (low: number, end: number) => (low === end ? String(low) : `${low}-${end}`);
  const around = kind === "dayOfWeek" && to === 0 ? span(from, 7) : `${span(from, high)},${span(spec.low, to)}`;
  return problem(
    refused,
    "is a range that ends before it starts",
    "would accept it and run it at other times or never, depending on its version",
    `Write "${around}"`,
  );
}
