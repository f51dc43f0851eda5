import type { Client } from "pg";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import type { ColumnChanges } from "./columns.ts";
import { compareInOnePass } from "./onePass.ts";
import { anyNull, compared, differs, joinSlots, marking, pairingOf, sideSlots } from "./pairing.ts";
import type { Comparing, KeyedRow, Pairing } from "./pairing.ts";

/** How many rows a column differs in, of those with the same key. */
export interface ColumnFigures {
  readonly changed: number;
  readonly toNull: number;
  readonly fromNull: number;
}

/** How two sources of rows differ; counts of the rows that were looked at. */
export interface RowComparison {
  /** Empty where rows are told apart by their values: then a changed one is one gone and one added. */
  readonly key: readonly string[];
  /** Why the key was not used. */
  readonly whyNoKey?: string;
  /** Whether rows with a null in the key were told apart by it too. */
  readonly areNullsEqual: boolean;
  readonly rows: {
    readonly before: number;
    readonly after: number;
    readonly gone: number;
    readonly added: number;
    readonly changed: number;
    readonly same: number;
  };
  readonly columns: ColumnChanges & {
    /** Those that differ, by name; empty without a key. */
    readonly changed: Readonly<Record<string, ColumnFigures>>;
    /** Compared as texts, for their types differ or have no equality. */
    readonly asText: readonly string[];
  };
}

/**
 * Compares two sources of rows, in one statement, or two where the key turns out to have nulls on both sides or values that are there more than once. Runs in the
 * caller's transaction, with its settings, snapshot and time limit. Columns are compared by the equality of their type: 1.0 is 1.00.
 * @throws what PostgreSQL says; a message about a row may hold its values.
 */
export async function compareRows(client: Client, comparing: Comparing): Promise<RowComparison> {
  const pairing = pairingOf(comparing);
  const { added, removed, retyped, whyNoKey } = pairing;
  const byKey =
    pairing.key.length === 0
      ? undefined
      : ((await withoutJoin(client, comparing)) ?? (await compareByKey(client, pairing)));
  const isByKey = byKey !== undefined && !("unfit" in byKey);
  const found = isByKey ? byKey : { ...(await compareAsBags(client, pairing)), changed: {} };
  const unfit = byKey === undefined || isByKey ? whyNoKey : `${keyText(comparing.key)} ${byKey.unfit}`;
  return {
    key: isByKey ? comparing.key : [],
    ...(unfit === undefined ? {} : { whyNoKey: unfit }),
    areNullsEqual: isByKey && byKey.areNullsEqual,
    rows: found.rows,
    columns: {
      ...{ added, removed, retyped },
      changed: found.changed,
      asText: pairing.shared.filter(({ isText }) => isText).map(({ name }) => name),
    },
  };
}

function keyText(key: readonly string[]): string {
  return `key (${key.join(", ")})`;
}

interface Found {
  readonly areNullsEqual: boolean;
  readonly rows: RowComparison["rows"];
  readonly changed: Readonly<Record<string, ColumnFigures>>;
}

/** What keeps a key from being one. */
interface Unfit {
  readonly unfit: string;
}

// A row of one side that is met twice has met two of the other.
function notUnique({ before, after, metBefore, metAfter }: KeyedRow): string {
  const where = [...(metAfter === after ? [] : ["deployed"]), ...(metBefore === before ? [] : ["declared"])];
  return `is not unique in the ${where.join(" and the ")} rows`;
}

async function withoutJoin(client: Client, comparing: Comparing): Promise<Found | undefined> {
  const passed = comparing.both && (await compareInOnePass(client, comparing, comparing.both));
  if (passed === undefined) return undefined;
  const { row, pairing } = passed;
  return foundIn(row, { ...pairing, areNullsEqual: row.nullBefore > 0 && row.nullAfter > 0 });
}

async function compareByKey(client: Client, pairing: Pairing): Promise<Found | Unfit> {
  const { areNullsEqual } = pairing;
  const statement = sqlStatement("statements/compare_by_key", {
    raw: {
      ...joinSlots(pairing),
      is_null_before: anyNull("o", pairing),
      is_null_after: anyNull("n", pairing),
      differs: differs(pairing),
      ...marking(pairing),
    },
  });
  const [row] = (await client.query<KeyedRow>(statement)).rows;
  if (row === undefined) throw new Error("a comparison has no row");
  const { metBefore, metAfter, nullBefore, nullAfter } = row;
  if (metBefore !== row.before || metAfter !== row.after) return { unfit: notUnique(row) };
  if (!areNullsEqual && nullBefore > 0 && nullAfter > 0) {
    if (pairing.key.some(({ isArray }) => isArray)) return { unfit: "has nulls, and one of its columns is an array" };
    return compareByKey(client, { ...pairing, areNullsEqual: true });
  }
  return foundIn(row, pairing);
}

function foundIn({ before, after, gone, added, changed, counts }: KeyedRow, pairing: Pairing): Found {
  const figures = compared(pairing).map(({ name }, at) => {
    const [other = 0, toNull = 0, fromNull = 0] = counts.slice(at * 3, at * 3 + 3);
    return [name, { changed: other + toNull + fromNull, toNull, fromNull }] as const;
  });
  return {
    areNullsEqual: pairing.areNullsEqual,
    rows: { before, after, gone, added, changed, same: before - gone - changed },
    changed: Object.fromEntries(figures.filter(([, one]) => one.changed > 0)),
  };
}

async function compareAsBags(client: Client, pairing: Pairing): Promise<Pick<Found, "rows">> {
  const statement = sqlStatement("statements/compare_as_bags", { raw: sideSlots(pairing) });
  const [row] = (await client.query<Omit<RowComparison["rows"], "changed" | "same">>(statement)).rows;
  if (row === undefined) throw new Error("a comparison has no row");
  return { rows: { ...row, changed: 0, same: row.before - row.gone } };
}
