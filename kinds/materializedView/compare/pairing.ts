import { sharedColumns } from "./columns.ts";
import type { ColumnChanges, RowSource, SharedColumn } from "./columns.ts";
import type { OneQuery } from "./oneQuery.ts";

/** What is compared. */
export interface Comparing {
  readonly before: RowSource;
  readonly after: RowSource;
  /** Columns by which a row is the same row; none: rows are told apart by all their values. */
  readonly key: readonly string[];
  /** Columns that are not compared. */
  readonly leftOut?: readonly string[];
  /** Columns that need no look: rows with the same key have the same in them, where all of the key are among these. */
  readonly alike?: readonly string[];
  /** Both sides as one query, where they can be. */
  readonly both?: OneQuery | undefined;
  /** Share of the rows, from 0 to 1, chosen by a hash of the key and so the same ones on both sides. Default: all. */
  readonly share?: number;
}

/** How rows of both sides are put beside each other. */
export interface Pairing extends ColumnChanges {
  readonly comparing: Comparing;
  readonly areNullsEqual: boolean;
  readonly key: readonly SharedColumn[];
  readonly whyNoKey: string | undefined;
  /** All that are compared, those of the key included. */
  readonly shared: readonly SharedColumn[];
}

/** The answer of a comparison by key. */
export interface KeyedRow {
  readonly before: number;
  readonly after: number;
  readonly metBefore: number;
  readonly metAfter: number;
  readonly gone: number;
  readonly added: number;
  readonly nullBefore: number;
  readonly nullAfter: number;
  readonly changed: number;
  readonly counts: readonly number[];
}

/** Which columns are compared and by which key. */
export function pairingOf(comparing: Comparing, areNullsEqual = false): Pairing {
  const { shared: all, ...changes } = sharedColumns(comparing.before, comparing.after);
  const leftOut = new Set(comparing.leftOut ?? []);
  const shared = all.filter(({ name }) => !leftOut.has(name));
  const key = comparing.key.flatMap((name) => shared.find((column) => column.name === name) ?? []);
  const missing = comparing.key.filter((name) => !key.some((column) => column.name === name));
  const isWhole = missing.length === 0;
  const whyNoKey = isWhole ? undefined : `${missing.join(", ")} of the key is not on both sides, or is left out`;
  return { ...changes, comparing, areNullsEqual, key: isWhole ? key : [], whyNoKey, shared };
}

/** What the key does not tell already. */
export function compared({ shared, key, comparing: { alike = [] } }: Pairing): SharedColumn[] {
  const told = new Set(key.every(({ name }) => alike.includes(name)) ? alike : []);
  return shared.filter((column) => !key.includes(column) && !told.has(column.name));
}

/** Both sides as a statement names them; what is compared has its place among the shared columns for a name, from c1. */
export function sideSlots(pairing: Pairing): Record<string, string> {
  const { comparing, shared } = pairing;
  return {
    before: comparing.before.sql,
    after: comparing.after.sql,
    before_names: namesOf(comparing.before),
    after_names: namesOf(comparing.after),
    before_values: shared.map((column) => valueSql(column, `x${column.before}`)).join(", ") || "1",
    after_values: shared.map((column) => valueSql(column, `x${column.after}`)).join(", ") || "1",
    before_share: shareSql(pairing, "before"),
    after_share: shareSql(pairing, "after"),
    names: shared.map((_, at) => `c${at + 1}`).join(", ") || "c1",
  };
}

/** The same with the condition under which two rows are one row. */
export function joinSlots(pairing: Pairing): Record<string, string> {
  const pairs = pairing.key.map((column) => {
    const [o, n] = [placed("o", pairing, column), placed("n", pairing, column)];
    // Arrays take nulls in them for equal, and can be hashed.
    return pairing.areNullsEqual ? `array[${o}] operator(pg_catalog.=) array[${n}]` : `${o} ${column.equals} ${n}`;
  });
  return { ...sideSlots(pairing), key: pairs.join(" and ") };
}

/** Names for the columns of a source, x1 and so on, as they stand behind an alias. */
export function namesOf({ columns }: RowSource): string {
  return columns.length === 0 ? "" : `(${columns.map((_, at) => `x${at + 1}`).join(", ")})`;
}

/** A shared column's value, of the name that its source has for it. */
export function valueSql({ isText }: SharedColumn, name: string): string {
  return isText ? `${name}::pg_catalog.text collate pg_catalog."C"` : name;
}

/** A shared column's value on a side of the statement. */
export function placed(side: "o" | "n", { shared }: Pairing, column: SharedColumn): string {
  return `${side}.c${shared.indexOf(column) + 1}`;
}

const BUCKETS = 65_536;

// Whole rows where there is no key: a row that is there on both sides is in the sample of both.
export function shareSql({ comparing: { share = 1 }, key, shared }: Pairing, side: "before" | "after"): string {
  if (share >= 1) return "true";
  const columns = key.length > 0 ? key : shared;
  const values = `row(${columns.map((column) => valueSql(column, `x${column[side]}`)).join(", ")})`;
  const hash = columns.every(({ isHashable }) => isHashable)
    ? `pg_catalog.hash_record_extended(${values}, 0)`
    : `pg_catalog.hashtextextended(${values}::pg_catalog.text, 0)`;
  return `${hash} operator(pg_catalog.&) ${BUCKETS - 1} operator(pg_catalog.<) ${Math.max(1, Math.round(share * BUCKETS))}`;
}

/** Whether the key of a row has a null, as a condition. */
export function anyNull(side: "o" | "n", pairing: Pairing): string {
  return pairing.key.map((column) => isNull(placed(side, pairing, column))).join(" or ");
}

// Not `is null`, which is true of a row whose fields all are.
function isNull(value: string): string {
  return `${value} is not distinct from null`;
}

/** Whether a pair of rows differs, as a condition on o and n. */
export function differs(pairing: Pairing): string {
  return (
    compared(pairing)
      .map((column) => differ(pairing, column))
      .join(" or ") || "false"
  );
}

function differ(pairing: Pairing, column: SharedColumn): string {
  const [o, n] = [placed("o", pairing, column), placed("n", pairing, column)];
  return `((${o} ${column.equals} ${n}) is not true and not (${isNull(o)} and ${isNull(n)}))`;
}

/** A function takes so many arguments at most. */
const MOST_ARGUMENTS = 100;

/** For each column a letter: another value, to null, from null; and how they are counted. */
export function marking(pairing: Pairing): { marks: string; counts: string } {
  const columns = compared(pairing);
  const marks = columns.map((column) => {
    const [o, n] = [placed("o", pairing, column), placed("n", pairing, column)];
    return `case when not ${differ(pairing, column)} then '.' when ${isNull(n)} then 'n' when ${isNull(o)} then 'v' else 'c' end`;
  });
  const parts = Array.from({ length: Math.ceil(marks.length / MOST_ARGUMENTS) }, (_, at) =>
    marks.slice(at * MOST_ARGUMENTS, (at + 1) * MOST_ARGUMENTS),
  );
  const counts = columns.flatMap((_, at) =>
    ["c", "n", "v"].map(
      (letter) =>
        `coalesce(pg_catalog.sum(g.rows) filter (where g.met_before > 0 and g.met_after > 0 and pg_catalog.substr(g.mark, ${at + 1}, 1) = '${letter}'), 0)`,
    ),
  );
  return {
    marks: parts.map((part) => `pg_catalog.concat(${part.join(", ")})`).join(", ") || "''",
    counts: counts.join(", "),
  };
}

/** Whether a row of the join is one on both sides. */
export const IS_PAIR = "o.matview_row is not null and n.matview_row is not null";
