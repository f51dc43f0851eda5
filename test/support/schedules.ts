import fc from "fast-check";
import { FIELD_SPECS, type FieldKind } from "../../kinds/refreshJob/schedule/cronField.ts";
import { type CronSchedule, type Schedule } from "../../kinds/refreshJob/schedule/schedule.ts";
import { NEW_CRON, parseSchedule } from "../../kinds/refreshJob/schedule.ts";

export { NEW_CRON };

/** A pg_cron that can do neither seconds nor `$`. */
export const OLD_CRON = { seconds: false, lastDay: false } as const;

/** The schedule of a text that has to be one. */
export function scheduleOf(text: string): Schedule {
  const parsed = parseSchedule(text, NEW_CRON);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.schedule;
}

/** The same for five fields or a macro. */
export function cronOf(text: string): CronSchedule {
  const schedule = scheduleOf(text);
  if (schedule.kind !== "cron") throw new Error(`${text} is an interval`);
  return schedule;
}

/** Texts of five fields that are in the grammar; a few of them never fire and do not parse. */
export const fiveFields: fc.Arbitrary<string> = fc
  .tuple(field("minute"), field("hour"), field("dayOfMonth"), field("month"), field("dayOfWeek"))
  .map((fields) => fields.join(" "));

/** Schedules of five fields. */
export const cronSchedules: fc.Arbitrary<CronSchedule> = fiveFields
  .filter((text) => parseSchedule(text, NEW_CRON).ok)
  .map(cronOf);

function field(kind: FieldKind): fc.Arbitrary<string> {
  const list = fc.array(item(kind), { minLength: 1, maxLength: 3 }).map((items) => items.join(","));
  const star = fc.constant("*");
  return fc.oneof(star, list, ...(kind === "dayOfMonth" ? [fc.constant("$")] : []));
}

function item(kind: FieldKind): fc.Arbitrary<string> {
  const { low, high } = FIELD_SPECS[kind];
  const value = fc.integer({ min: low, max: high });
  const step = fc.integer({ min: 1, max: high });
  const range = fc.tuple(value, value).map(([a, b]) => `${word(kind, Math.min(a, b))}-${word(kind, Math.max(a, b))}`);
  return fc.oneof(
    value.map((number) => word(kind, number)),
    range,
    step.map((every) => `*/${every}`),
    fc.tuple(range, step).map(([span, every]) => `${span}/${every}`),
  );
}

/** Even numbers that have a name are written as it, so that both forms are met. */
function word(kind: FieldKind, value: number): string {
  const { names, low } = FIELD_SPECS[kind];
  return value % 2 === 0 ? (names[value - low] ?? String(value)) : String(value);
}
