import type { Client } from "pg";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import type { RowSource } from "./columns.ts";
import type { RowComparison } from "./compareRows.ts";
import { compared, differs, IS_PAIR, joinSlots, namesOf, pairingOf, placed, sideSlots } from "./pairing.ts";
import type { Comparing, Pairing } from "./pairing.ts";

/** What the rows of a comparison have in common, and what values there are: for who asks for values of rows. */
export interface Explanation {
  readonly conditions: readonly Condition[];
  /** Of numbers and times, where it is not the same on both sides; as texts. */
  readonly measures: Readonly<Record<string, { readonly before: Measure; readonly after: Measure }>>;
}

/** All rows of a group have one of these values in a column. */
export interface Condition {
  readonly rows: "gone" | "added" | "changed";
  readonly column: string;
  /** Null where they have none. As they were before, for those that are added as they are after. */
  readonly values: readonly (string | null)[];
  readonly count: number;
  /** How many rows of that side have one of the values. */
  readonly of: number;
}

export interface Measure {
  readonly min: string | null;
  readonly max: string | null;
  readonly sum?: string | null;
}

/** One row that differs; values as texts, by column. */
export interface DifferingRow {
  readonly rows: Condition["rows"];
  readonly before?: Readonly<Record<string, string | null>>;
  readonly after?: Readonly<Record<string, string | null>>;
  /** Without a key: how often more it is there. */
  readonly times?: number;
}

const GROUPS = {
  gone: { side: "o", where: "n.matview_row is null" },
  added: { side: "n", where: "o.matview_row is null" },
} as const;

/** As many rows are told by a condition as two values are worth; one row has nothing in common with others. */
const FEWEST = { one: 2, two: 5 };
/** The columns that tell most are enough. */
const MOST_CONDITIONS = 3;

/** Asks the same rows again for what they have in common. To be called in the transaction of the comparison. */
export async function explainRows(client: Client, comparing: Comparing, found: RowComparison): Promise<Explanation> {
  const pairing = pairingOf({ ...comparing, key: found.key }, found.areNullsEqual);
  const measures = await measuresOf(client, pairing);
  if (found.key.length === 0) return { conditions: [], measures };
  const conditions: Condition[] = [];
  for (const rows of ["gone", "added", "changed"] as const) {
    if (found.rows[rows] >= FEWEST.one) conditions.push(...(await conditionsOf(client, pairing, rows, found.rows)));
  }
  return { conditions, measures };
}

function groupOf(pairing: Pairing, rows: Condition["rows"]): { side: "o" | "n"; where: string } {
  return rows === "changed" ? { side: "o", where: `${IS_PAIR} and (${differs(pairing)})` } : GROUPS[rows];
}

async function conditionsOf(
  client: Client,
  pairing: Pairing,
  rows: Condition["rows"],
  counts: RowComparison["rows"],
): Promise<Condition[]> {
  const { side, where } = groupOf(pairing, rows);
  const count = counts[rows];
  const texts = pairing.shared.map(
    (column) => `${placed(side, pairing, column)}::pg_catalog.text collate pg_catalog."C"`,
  );
  // Of a column with one value, or two, the least and the greatest are all.
  const ends = await ask(
    client,
    pairing,
    texts.flatMap((text) => [
      `pg_catalog.min(${text}) filter (where ${where})`,
      `pg_catalog.max(${text}) filter (where ${where})`,
    ]),
  );
  const candidates = pairing.shared.map((column, at) => {
    const [least = null, greatest = null] = ends.slice(at * 2, at * 2 + 2);
    return { column, text: texts[at] ?? "", values: least === greatest ? [least] : [least, greatest] };
  });
  const having = candidates.flatMap(({ text, values }, at) => {
    const places = values.map((_, value) => `$${at * 2 + value + 1}::pg_catalog.text`);
    const has =
      values[0] === null ? `${text} is null` : `${text} operator(pg_catalog.=) any (array[${places.join(", ")}])`;
    const isThere = `${side}.matview_row is not null and ${has}`;
    return [`pg_catalog.count(*) filter (where ${where} and ${has})`, `pg_catalog.count(*) filter (where ${isThere})`];
  });
  // Every parameter is used, also of a column without a second value.
  const values = candidates.flatMap(({ values: [least = null, greatest = least] }) => [least, greatest]);
  const met = await ask(client, pairing, [...having, used(values.length)], values);
  const all = side === "o" ? counts.before : counts.after;
  return candidates
    .flatMap(({ column, values: some }, at): Condition[] => {
      const [inside, of] = met.slice(at * 2, at * 2 + 2).map(Number) as [number, number];
      const isTelling = inside === count && count >= (some.length === 1 ? FEWEST.one : FEWEST.two) && of <= all / 2;
      return isTelling ? [{ rows, column: column.name, values: some, count, of }] : [];
    })
    .sort((a, b) => a.of - b.of || a.values.length - b.values.length)
    .slice(0, MOST_CONDITIONS);
}

function used(parameters: number): string {
  const all = Array.from({ length: parameters }, (_, at) => `$${at + 1}::pg_catalog.text`);
  return `pg_catalog.max(pg_catalog.num_nulls(${all.join(", ")}))`;
}

async function ask(
  client: Client,
  pairing: Pairing,
  figures: readonly string[],
  values: readonly (string | null)[] = [],
): Promise<(string | null)[]> {
  const raw = { ...joinSlots(pairing), figures: figures.map((one) => `(${one})::pg_catalog.text`).join(", ") };
  const { rows } = await client.query<{ figures: (string | null)[] }>(sqlStatement("statements/ask_by_key", { raw }), [
    ...values,
  ]);
  return rows[0]?.figures ?? [];
}

async function measuresOf(client: Client, pairing: Pairing): Promise<Explanation["measures"]> {
  // What a key adds up to says nothing.
  const measured = compared(pairing).filter(({ measure }) => measure !== null);
  if (measured.length === 0) return {};
  const { before_share, after_share } = sideSlots(pairing);
  const of = async (source: RowSource, share = "", side: "before" | "after"): Promise<Measure[]> => {
    const figures = measured.flatMap((column) => {
      const x = `x${column[side]}`;
      return ["min", "max", ...(column.measure === "number" ? ["sum"] : [])].map(
        (name) => `pg_catalog.${name}(${x})::pg_catalog.text`,
      );
    });
    const { figures: texts } = await measure(client, { source, share, figures });
    let next = 0;
    return measured.map((column) => {
      const [min = null, max = null, sum = null] = texts.slice(next, (next += column.measure === "number" ? 3 : 2));
      return column.measure === "number" ? { min, max, sum } : { min, max };
    });
  };
  const before = await of(pairing.comparing.before, before_share, "before");
  const after = await of(pairing.comparing.after, after_share, "after");
  const pairs = measured.map(({ name }, at) => [name, { before: before[at]!, after: after[at]! }] as const);
  return Object.fromEntries(pairs.filter(([, one]) => JSON.stringify(one.before) !== JSON.stringify(one.after)));
}

/** Some rows of each group, by the key where there is one, with its columns and those that differ. */
export async function differingRows(
  client: Client,
  comparing: Comparing,
  found: RowComparison,
  most: number,
): Promise<DifferingRow[]> {
  const pairing = pairingOf({ ...comparing, key: found.key }, found.areNullsEqual);
  const rows: DifferingRow[] = [];
  for (const group of ["gone", "added", "changed"] as const) {
    if (found.rows[group] === 0) continue;
    rows.push(
      ...(found.key.length === 0
        ? await bagRows(client, pairing, group, most)
        : await keyedRows(client, pairing, found, group, most)),
    );
  }
  return rows;
}

async function keyedRows(
  client: Client,
  pairing: Pairing,
  found: RowComparison,
  rows: Condition["rows"],
  most: number,
): Promise<DifferingRow[]> {
  const { shared, key } = pairing;
  const texts = (side: "o" | "n"): string =>
    shared.map((column) => `${placed(side, pairing, column)}::pg_catalog.text`).join(", ");
  const raw = {
    ...joinSlots(pairing),
    condition: groupOf(pairing, rows).where,
    ...{ old: texts("o"), new: texts("n"), most: String(most) },
    place: key.map((column) => `coalesce(${placed("o", pairing, column)}, ${placed("n", pairing, column)})`).join(", "),
  };
  const answer = await client.query<{ before: (string | null)[]; after: (string | null)[] }>(
    sqlStatement("statements/differing_rows_by_key", { raw }),
  );
  const told = new Set([...key.map(({ name }) => name), ...Object.keys(found.columns.changed)]);
  return answer.rows.map(({ before, after }) => {
    const values = (side: readonly (string | null)[]): Record<string, string | null> =>
      Object.fromEntries(
        shared.flatMap(({ name }, at) => (rows !== "changed" || told.has(name) ? [[name, side[at] ?? null]] : [])),
      );
    return {
      rows,
      ...(rows === "added" ? {} : { before: values(before) }),
      ...(rows === "gone" ? {} : { after: values(after) }),
    };
  });
}

async function bagRows(
  client: Client,
  pairing: Pairing,
  rows: Condition["rows"],
  most: number,
): Promise<DifferingRow[]> {
  const raw = {
    ...sideSlots(pairing),
    values: pairing.shared.map((_, at) => `g.c${at + 1}::pg_catalog.text`).join(", "),
    condition: rows === "gone" ? "g.before > g.after" : "g.after > g.before",
    most: String(most),
  };
  const answer = await client.query<{ values: (string | null)[]; times: number }>(
    sqlStatement("statements/differing_rows", { raw }),
  );
  return answer.rows.map(({ values, times }) => {
    const row = Object.fromEntries(pairing.shared.map(({ name }, at) => [name, values[at] ?? null]));
    return { rows, ...(rows === "gone" ? { before: row } : { after: row }), times };
  });
}

/** What there is to say of rows that are compared with none: by column how many nulls and distinct values. */
export async function describeRows(
  client: Client,
  source: RowSource,
): Promise<{ rows: number; columns: Record<string, { nulls: number; distinct: number }> }> {
  const figures = source.columns.flatMap(({ equals }, at) => {
    const x = `x${at + 1}`;
    const value = equals === null ? `${x}::pg_catalog.text` : x;
    return [
      `(pg_catalog.count(*) filter (where ${x} is not distinct from null))::pg_catalog.text`,
      `pg_catalog.count(distinct ${value})::pg_catalog.text`,
    ];
  });
  const { rows, figures: texts } = await measure(client, { source, share: "true", figures });
  const columns = source.columns.map(({ name }, at) => {
    const [nulls = 0, distinct = 0] = texts.slice(at * 2, at * 2 + 2).map(Number);
    return [name, { nulls, distinct }] as const;
  });
  return { rows, columns: Object.fromEntries(columns) };
}

async function measure(
  client: Client,
  { source, share, figures }: { source: RowSource; share: string; figures: readonly string[] },
): Promise<{ rows: number; figures: (string | null)[] }> {
  const raw = { source: source.sql, names: namesOf(source), share, figures: figures.join(", ") };
  const answer = await client.query<{ rows: number; figures: (string | null)[] }>(
    sqlStatement("statements/measure_rows", { raw }),
  );
  return answer.rows[0] ?? { rows: 0, figures: [] };
}
