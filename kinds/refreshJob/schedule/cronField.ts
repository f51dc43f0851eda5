export type FieldKind = "minute" | "hour" | "dayOfMonth" | "month" | "dayOfWeek";

/** What one of the five fields may hold. */
export interface FieldSpec {
  readonly title: string;
  readonly low: number;
  readonly high: number;
  /** Three-letter names, the first one standing for `low`. */
  readonly names: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** The five fields, with pg_cron's limits. In a day of week 0 and 7 are both Sunday. */
export const FIELD_SPECS: Readonly<Record<FieldKind, FieldSpec>> = {
  minute: { title: "minute", low: 0, high: 59, names: [] },
  hour: { title: "hour", low: 0, high: 23, names: [] },
  dayOfMonth: { title: "day of month", low: 1, high: 31, names: [] },
  month: { title: "month", low: 1, high: 12, names: MONTHS },
  dayOfWeek: { title: "day of week", low: 0, high: 7, names: DAYS },
};

/** Which number a word of a field stands for, or undefined when pg_cron would refuse it or read it as out of bounds. */
export function fieldNumber(spec: FieldSpec, word: string): number | undefined {
  const name = spec.names.indexOf(word.toLowerCase());
  if (name >= 0) return name + spec.low;
  if (!/^\d{1,2}$/.test(word)) return undefined;
  const value = Number(word);
  return value >= spec.low && value <= spec.high ? value : undefined;
}

/** An item's values: `from`, then every `step` as far as `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** One item of a list, as the range that it stands for; undefined when it is not in the grammar. */
export function parseItem(spec: FieldSpec, item: string): Range | undefined {
  const [, star, first = "", last, steps] = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d{1,2}))?$/i.exec(item) ?? [];
  const from = star === undefined ? fieldNumber(spec, first) : spec.low;
  const to = star === undefined ? fieldNumber(spec, last ?? first) : spec.high;
  const step = steps === undefined ? 1 : Number(steps);
  if (from === undefined || to === undefined || from > to) return undefined;
  // pg_cron takes a step on a star or a range only, and from 1.6.5 on none larger than the field's highest value.
  if (step < 1 || step > spec.high || (steps !== undefined && star === undefined && last === undefined))
    return undefined;
  return { from, to, step };
}
