import type { Client } from "pg";
import { isServerError, serverTextWithoutData } from "../../../postgres/errors.ts";
import { sqlIdentifier, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { DECLARED_VIEW } from "../definition/declaredView.ts";
import { withDefinition } from "../definition/runDefinition.ts";
import type { RunnableDefinition } from "../definition/runDefinition.ts";

/** What the data say of possible keys: the smallest sets of columns that tell all rows apart and are never null. */
export type KeySearch =
  | { readonly outcome: "found"; readonly keys: readonly (readonly string[])[]; readonly rows: number }
  | { readonly outcome: "none"; readonly rows: number }
  | { readonly outcome: "unknown"; readonly reason: string };

/** Long enough for some 100,000 rows, and short beside a deploy. */
const PATIENCE_MS = 2_000;
const MOST_COLUMNS = 12;
/** Pairs are made of the columns that alone tell most rows apart: six pairs of four. */
const MOST_PAIRED = 4;

/**
 * Looks for keys, single columns first, then pairs of the likeliest, in two reads of the view, or of what its definition gives where it is
 * not there or has no data. Runs in a transaction that is rolled back; the client must not be inside one.
 */
export async function findKeys(
  client: Client,
  view: QualifiedName,
  definition: RunnableDefinition,
): Promise<KeySearch> {
  const names = [view.schema, view.name];
  const { rows } = await client.query<{ isPopulated: boolean }>(sqlText("describe/view_size"), names);
  const isThere = rows[0]?.isPopulated === true;
  const asked = isThere ? { definition: `select * from ${sqlName(view)}` } : definition;
  try {
    return await withDefinition(client, asked, async ({ sql, isRelation }) => {
      if (!isRelation) return { outcome: "unknown", reason: "the connected role may make no temporary view" };
      await client.query(`set local statement_timeout = ${PATIENCE_MS}`);
      await client.query("set local lock_timeout = 500");
      // A query may call what writes, which no preview does.
      await client.query("set transaction read only");
      return search(client, isThere ? sqlName(view) : DECLARED_VIEW, sql);
    });
  } catch (error) {
    if (!isServerError(error)) throw error;
    return { outcome: "unknown", reason: serverTextWithoutData(error) };
  }
}

async function search(client: Client, relation: string, text: string): Promise<KeySearch> {
  const found = await client.query<{ name: string }>(sqlText("describe/key_columns"), [relation]);
  const single = found.rows.slice(0, MOST_COLUMNS).map(({ name }) => [name]);
  if (single.length === 0) return { outcome: "none", rows: 0 };
  const counted = await count(client, text, single);
  if (counted.rows === 0) return { outcome: "unknown", reason: "there are no rows to tell it by" };
  const alone = counted.sets.filter(({ distinct }) => distinct === counted.rows);
  if (alone.length > 0) return { outcome: "found", keys: alone.map(({ set }) => set), rows: counted.rows };
  const likely = [...counted.sets].sort((a, b) => b.distinct - a.distinct).slice(0, MOST_PAIRED);
  const pairs = likely.flatMap((a, at) => likely.slice(at + 1).map((b) => [...a.set, ...b.set]));
  if (pairs.length === 0) return { outcome: "none", rows: counted.rows };
  const paired = await count(client, text, pairs);
  const keys = paired.sets.filter(({ distinct }) => distinct === paired.rows).map(({ set }) => set);
  return keys.length === 0 ? { outcome: "none", rows: paired.rows } : { outcome: "found", keys, rows: paired.rows };
}

async function count(
  client: Client,
  source: string,
  sets: readonly (readonly string[])[],
): Promise<{ rows: number; sets: { set: readonly string[]; distinct: number }[] }> {
  const counts = sets.map((set) => {
    const columns = set.map((column) => `q.${sqlIdentifier(column)}`);
    const isWhole = columns.map((column) => `${column} is not null`).join(" and ");
    return `pg_catalog.count(distinct (${columns.join(", ")})) filter (where ${isWhole})`;
  });
  const statement = sqlStatement("statements/count_distinct", { raw: { counts: counts.join(", "), source } });
  const { rows } = await client.query<{ rows: number; distinct: number[] }>(statement);
  const [{ rows: all, distinct } = { rows: 0, distinct: [] }] = rows;
  return { rows: all, sets: sets.map((set, at) => ({ set, distinct: distinct[at] ?? 0 })) };
}
