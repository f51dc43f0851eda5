import { FIELD_SPECS, parseItem, type FieldKind } from "./cronField.ts";
import { fieldProblem, type FieldProblem } from "./cronFieldProblem.ts";
import { describeSchedule } from "./describeSchedule.ts";
import type { CronSchedule, ParsedSchedule, ScheduleCapabilities } from "./schedule.ts";
import { firesEver } from "./scheduleDays.ts";
import { quoted, scheduleProblem } from "./scheduleProblem.ts";

const FIELDS: readonly FieldKind[] = ["minute", "hour", "dayOfMonth", "month", "dayOfWeek"];
const EXAMPLE = "*/5 * * * *";

/**
 * Reads five fields into sets.
 * @param text what was written, for messages and as the schedule's text; `fields` is what a macro in it stands for
 */
export function parseCronFields(text: string, fields: string, capabilities: ScheduleCapabilities): ParsedSchedule {
  const parts = fields.split(/[ \t]+/);
  if (parts.slice(0, FIELDS.length).some((part) => /^,|,$/.test(part))) return blankInList(text, capabilities);
  if (parts.length > FIELDS.length) return tooManyFields(text, parts, capabilities);
  if (parts.length < FIELDS.length) return tooFewFields(text, parts, capabilities);
  const sets: Record<FieldKind, readonly number[]> = { minute: [], hour: [], dayOfMonth: [], month: [], dayOfWeek: [] };
  let lastDay = false;
  for (const [index, kind] of FIELDS.entries()) {
    const field = parseField(kind, parts[index] ?? "", capabilities);
    if (!field.ok) return scheduleProblem(text, field.wrong, field.pgCron, field.instead);
    sets[kind] = field.values;
    lastDay ||= field.lastDay;
  }
  const schedule: CronSchedule = {
    kind: "cron",
    text,
    ...sets,
    domStar: parts[2]?.startsWith("*") ?? false,
    dowStar: parts[4]?.startsWith("*") ?? false,
    lastDay,
  };
  if (!firesEver(schedule)) {
    return scheduleProblem(
      text,
      "no month of it has such a day",
      "would accept it and never run it",
      "Write a day that exists",
    );
  }
  return { ok: true, schedule };
}

type ParsedField = { readonly ok: true; readonly values: readonly number[]; readonly lastDay: boolean } | FieldProblem;

/** One field as a set: a star, numbers, three-letter names, ranges, steps on a star or a range, lists of these. */
function parseField(kind: FieldKind, text: string, capabilities: ScheduleCapabilities): ParsedField {
  if (kind === "dayOfMonth" && text === "$" && capabilities.lastDay) return { ok: true, values: [], lastDay: true };
  const spec = FIELD_SPECS[kind];
  const items = text.split(",");
  const set = new Set<number>();
  for (const item of items) {
    const range = parseItem(spec, item);
    if (range === undefined || (item === "*" && items.length > 1))
      return fieldProblem(kind, spec, text, item, capabilities);
    for (let value = range.from; value <= range.to; value += range.step) {
      set.add(kind === "dayOfWeek" && value === 7 ? 0 : value);
    }
  }
  return { ok: true, values: [...set].sort((a, b) => a - b), lastDay: false };
}

function blankInList(text: string, capabilities: ScheduleCapabilities): ParsedSchedule {
  const closed = text.replace(/[ \t]*,[ \t]*/g, ",");
  const isCure = closed !== text && isSchedule(closed, capabilities);
  const instead = isCure ? `Write ${quoted(closed)}` : "Write a number on both sides of every comma, and no blank";
  return scheduleProblem(text, "a list has a comma with nothing or a blank beside it", "refuses it", instead);
}

function tooFewFields(text: string, parts: readonly string[], capabilities: ScheduleCapabilities): ParsedSchedule {
  const filled = [...parts, ...Array<string>(FIELDS.length - parts.length).fill("*")].join(" ");
  return scheduleProblem(
    text,
    `it has ${parts.length} of the five fields minute, hour, day of month, month, day of week`,
    "refuses it",
    `Write all five, for example ${quoted(isSchedule(filled, capabilities) ? filled : EXAMPLE)}`,
  );
}

function tooManyFields(text: string, parts: readonly string[], capabilities: ScheduleCapabilities): ParsedSchedule {
  const first = parts.slice(0, FIELDS.length).join(" ");
  const read = parseCronFields(first, first, capabilities);
  const pgCron = read.ok
    ? `would ignore what follows the fifth and run it ${describeSchedule(read.schedule)}`
    : "would ignore what follows the fifth, or refuse it for one of the first five";
  const fallback = read.ok ? first : EXAMPLE;
  const last = parts.slice(1).join(" ");
  const secondsFirst = parts.length === FIELDS.length + 1 && isSchedule(last, capabilities);
  const instead = secondsFirst
    ? `Write ${quoted(last)} if the first field was meant as seconds, which five fields do not have, else ${quoted(fallback)}`
    : `Write ${quoted(fallback)}`;
  return scheduleProblem(text, `it has ${parts.length} fields, and a schedule has five`, pgCron, instead);
}

function isSchedule(fields: string, capabilities: ScheduleCapabilities): boolean {
  return parseCronFields(fields, fields, capabilities).ok;
}
