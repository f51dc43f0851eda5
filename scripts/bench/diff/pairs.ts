import type { Client } from "pg";
import type { RowComparison } from "../../../kinds/materializedView/compare/compareRows.ts";
import { sqlIdentifier } from "../../../postgres/names.ts";

/** A type, literals of it, and how a value's text is written so that equal values have one text. */
interface Kind {
  readonly type: string;
  readonly pool: readonly string[];
  readonly canonical?: (text: string) => string;
}

const number = (text: string): string => (Number(text) === 0 ? "0" : String(Number(text)));
const numbersIn = (text: string): string => text.replace(/-?\d+(\.\d+)?/g, number);
const SECONDS: Readonly<Record<string, string>> = {
  "1 mon": "30 d",
  "30 days": "30 d",
  "1 day": "1 d",
  "24:00:00": "1 d",
};

const KINDS: readonly Kind[] = [
  { type: "integer", pool: ["1", "2", "-3", "2147483647"] },
  { type: "bigint", pool: ["1", "2", "9007199254740993"] },
  { type: "numeric", pool: ["1", "1.0", "1.00", "2.50", "'NaN'", "0", "-0.0"], canonical: number },
  { type: "double precision", pool: ["1", "0", "'-0'", "'NaN'", "'Infinity'", "1e300"], canonical: number },
  { type: "text", pool: ["''", "'a'", "'A'", "'a '", "'ñandú'", "'it''s \"x\"'", "'null'"] },
  { type: "character(4)", pool: ["'a'", "'a   '", "'b'"] },
  { type: "boolean", pool: ["true", "false"] },
  { type: "timestamp with time zone", pool: ["'2026-01-01 00:00+00'", "'2026-01-01 01:00+01'", "'infinity'"] },
  { type: "date", pool: ["'2026-01-01'", "'2026-01-02'"] },
  {
    type: "interval",
    pool: ["'1 mon'", "'30 days'", "'1 day'", "'24 hours'"],
    canonical: (text) => SECONDS[text] ?? text,
  },
  {
    type: "jsonb",
    pool: [`'{"a": 1.0}'`, `'{"a": 1.00}'`, `'[1, 2]'`],
    canonical: (text) => JSON.stringify(JSON.parse(text)),
  },
  { type: "json", pool: [`'{"a": 1}'`, `'{"a":1}'`, "'null'"] },
  { type: "point", pool: ["'(1,2)'", "'(1,2.0)'", "'(2,1)'"] },
  { type: "xml", pool: ["'<a/>'", "'<a></a>'"] },
  { type: "numeric[]", pool: ["array[1.0, null]", "array[1.00, null]", "'{}'", "array[2]"], canonical: numbersIn },
  { type: "json[]", pool: [`array['{"a": 1}']::json[]`, "'{}'"] },
  { type: "numrange", pool: ["'[1.0,2)'", "'[1.00,2)'", "'empty'"], canonical: numbersIn },
  { type: "inet", pool: ["'10.0.0.1'", "'10.0.0.1/24'"] },
  { type: "bytea", pool: ["'\\x00'", "'\\x0001'"] },
  { type: "bench_mood", pool: ["'glad'", "'sad'"] },
  { type: "bench_pair", pool: ["row(1.0, 'a')", "row(1.00, 'a')", "row(null, null)"], canonical: numbersIn },
  { type: "bench_amount", pool: ["1.0", "1.00", "3"], canonical: number },
];

/** Of these a key is made. */
const KEYS: readonly Kind[] = KINDS.filter(({ type }) =>
  ["integer", "bigint", "numeric", "text", "date", "bench_mood"].includes(type),
);
const RAW = ["json", "point", "xml", "json[]"];

/** The types that the pairs use; once a database. */
export const PAIR_TYPES = `create type bench_mood as enum ('glad', 'sad');
create type bench_pair as (number numeric, word text);
create domain bench_amount as numeric check (value > -1000)`;

/** Numbers from 0 to below 1, always the same ones for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly expression: string;
}

/** Two definitions of a view over random data, and what a view of theirs is declared to have for a key. */
export interface DefinitionsPair {
  readonly before: string;
  readonly after: string;
  readonly key: readonly string[];
}

const NAMES = ["c1", "matview_row", 'Año "x"', "order", "x1", "before", "n", "o", "Total; drop"];

/** Makes a table of random rows and two definitions over it, the second an edit of the first. */
export async function makePair(client: Client, seed: number): Promise<DefinitionsPair> {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const chance = (share: number): boolean => random() < share;
  const kinds = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(KINDS));
  const literal = ({ type, pool }: Kind): string => (chance(0.2) ? `null::${type}` : `(${pick(pool)})::${type}`);
  const rows = Array.from(
    { length: Math.floor(random() * 60) },
    (_, at) => `(${[String(at), ...kinds.map(literal)].join(", ")})`,
  );
  const table = `pair_${seed}`;
  await client.query(`create table ${table} (id integer, ${kinds.map(({ type }, at) => `v${at} ${type}`).join(", ")})`);
  if (rows.length > 0) await client.query(`insert into ${table} values ${rows.join(", ")}`);
  const names = [...NAMES].sort(() => random() - 0.5);
  const keyed = keyColumns(names, { pick, chance });
  const values = kinds.map((kind, at): Column => ({ name: names[at + 3] ?? `v${at}`, kind, expression: `v${at}` }));
  const filter = chance(0.5) ? "true" : `id % ${2 + Math.floor(random() * 7)} <> 0`;
  const edited = values.flatMap((column) => edit(column, { pick, chance, literal, values }));
  const extra = chance(0.3) ? [{ name: "added", kind: KINDS[0]!, expression: "id" }] : [];
  const after = chance(0.3) ? [...edited, ...keyed, ...extra] : [...keyed, ...edited, ...extra];
  const editedFilter = chance(0.5) ? filter : `${filter} and id % ${3 + Math.floor(random() * 9)} <> 1`;
  return {
    before: select([...keyed, ...values], table, filter),
    after:
      select(after, table, editedFilter) + (chance(0.1) ? ` union all ${select(after, table, "id % 13 = 5")}` : ""),
    key: keyed.map(({ name }) => name),
  };
}

interface Dice {
  pick<T>(from: readonly T[]): T;
  chance(share: number): boolean;
}

/** None, or one or two columns, which are mostly unique. */
function keyColumns(names: readonly string[], { pick, chance }: Dice): Column[] {
  if (chance(0.25)) return [];
  const spread = pick(["id", "id", "id", "nullif(id, 7)", "nullif(id % 50, 3)", "id / 2"]);
  const whole: Column = { name: names[0]!, kind: KINDS[0]!, expression: spread };
  if (chance(0.6)) return [whole];
  const kind = pick(KEYS);
  const expression = `case id % 3 when 0 then (${pick(kind.pool)})::${kind.type} when 1 then (${pick(kind.pool)})::${kind.type} end`;
  return [whole, { name: names[1]!, kind, expression }];
}

function edit(
  column: Column,
  { pick, chance, literal, values }: Dice & { literal(kind: Kind): string; values: readonly Column[] },
): Column[] {
  if (chance(0.5)) return [column];
  if (chance(0.1)) return [];
  if (chance(0.15))
    return [{ ...column, kind: { type: "text", pool: [] }, expression: `(${column.expression})::text` }];
  const other = pick(values.filter(({ kind }) => kind === column.kind));
  const changed = chance(0.3) ? other.expression : literal(column.kind);
  const when = pick(["id % 4 = 0", "id < 10", "true", "false", `${column.expression} is null`]);
  return [{ ...column, expression: `case when ${when} then ${changed} else ${column.expression} end` }];
}

function select(columns: readonly Column[], table: string, filter: string): string {
  const list = columns.map(({ name, kind, expression }) => `(${expression})::${kind.type} as ${sqlIdentifier(name)}`);
  return `select ${list.join(", ")} from public.${table} where ${filter}`;
}

/** What both comparisons say. */
export type Compared = Omit<RowComparison, "whyNoKey" | "areNullsEqual">;

/** A comparison without what only the server's has. */
export function stripped({ key, rows, columns }: RowComparison): Compared {
  return { key, rows, columns };
}

interface Side {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The same comparison, row by row in memory, without the equality of the server. */
export async function compareInMemory(client: Client, pair: DefinitionsPair): Promise<Compared> {
  const [before, after] = [await read(client, pair.before), await read(client, pair.after)];
  const shared = before.columns.flatMap((column, at) => {
    const place = after.columns.findIndex(({ name }) => name === column.name);
    const other = after.columns[place];
    if (other === undefined) return [];
    const kind = KINDS.find(({ type }) => type === column.type);
    const isText = other.type !== column.type || RAW.includes(column.type);
    const canonical = isText ? (text: string) => text : (kind?.canonical ?? ((text: string) => text));
    return [
      {
        name: column.name,
        at,
        place,
        isText,
        canonical,
        retyped: other.type !== column.type,
        types: [column.type, other.type],
      },
    ];
  });
  const valuesOf = (side: Side, which: "at" | "place"): (string | null)[][] =>
    side.rows.map((row) =>
      shared.map((column) => {
        const text = row[column[which]] ?? null;
        return text === null ? null : column.canonical(text);
      }),
    );
  const [old, now] = [valuesOf(before, "at"), valuesOf(after, "place")];
  const keyPlaces = pair.key.map((name) => shared.findIndex((column) => column.name === name));
  const columns = {
    added: after.columns.map(({ name }) => name).filter((name) => !before.columns.some((one) => one.name === name)),
    removed: before.columns.map(({ name }) => name).filter((name) => !after.columns.some((one) => one.name === name)),
    retyped: shared
      .filter(({ retyped }) => retyped)
      .map(({ name, types }) => ({ column: name, before: types[0] ?? "", after: types[1] ?? "" })),
    asText: shared.filter(({ isText }) => isText).map(({ name }) => name),
  };
  const keyOf = (row: readonly (string | null)[]): string => JSON.stringify(keyPlaces.map((place) => row[place]));
  const groups = new Map<string, { old: (string | null)[][]; now: (string | null)[][] }>();
  const groupOf = (key: string): { old: (string | null)[][]; now: (string | null)[][] } => {
    const group = groups.get(key) ?? { old: [], now: [] };
    groups.set(key, group);
    return group;
  };
  for (const row of old) groupOf(keyOf(row)).old.push(row);
  for (const row of now) groupOf(keyOf(row)).now.push(row);
  const isKey =
    pair.key.length > 0 &&
    [...groups.values()].every(
      (one) => one.old.length === 0 || one.now.length === 0 || one.old.length + one.now.length === 2,
    );
  const counts = { before: old.length, after: now.length };
  if (!isKey) {
    const times = new Map<string, number>();
    for (const row of old) times.set(JSON.stringify(row), (times.get(JSON.stringify(row)) ?? 0) + 1);
    for (const row of now) times.set(JSON.stringify(row), (times.get(JSON.stringify(row)) ?? 0) - 1);
    const gone = [...times.values()].reduce((sum, one) => sum + Math.max(one, 0), 0);
    const added = [...times.values()].reduce((sum, one) => sum + Math.max(-one, 0), 0);
    return {
      key: [],
      rows: { ...counts, gone, added, changed: 0, same: old.length - gone },
      columns: { ...columns, changed: {} },
    };
  }
  const changed: Record<string, { changed: number; toNull: number; fromNull: number }> = {};
  const tally = { gone: 0, added: 0, changed: 0, same: 0 };
  for (const group of groups.values()) {
    const [one, other] = [group.old[0], group.now[0]];
    if (one === undefined || other === undefined) {
      tally.gone += group.old.length;
      tally.added += group.now.length;
      continue;
    }
    const different = shared.flatMap(({ name }, at) =>
      one[at] === other[at] ? [] : [{ name, to: other[at], from: one[at] }],
    );
    tally[different.length === 0 ? "same" : "changed"] += 1;
    for (const { name, to, from } of different) {
      const figures = (changed[name] ??= { changed: 0, toNull: 0, fromNull: 0 });
      figures.changed += 1;
      if (to === null) figures.toNull += 1;
      if (from === null) figures.fromNull += 1;
    }
  }
  return { key: [...pair.key], rows: { ...counts, ...tally }, columns: { ...columns, changed } };
}

async function read(client: Client, definition: string): Promise<Side> {
  await client.query(`create temporary view pair_read as ${definition}`);
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'pg_temp.pair_read'::regclass and attnum > 0 order by attnum",
  );
  const texts = columns.map((_, at) => `x${at}::text`).join(", ");
  const names = columns.map((_, at) => `x${at}`).join(", ");
  const { rows } = await client.query<{ values: (string | null)[] }>(
    `select array[${texts}]::text[] as values from pg_temp.pair_read as x ${names === "" ? "" : `(${names})`}`,
  );
  await client.query("drop view pg_temp.pair_read");
  return { columns, rows: rows.map(({ values }) => values) };
}
