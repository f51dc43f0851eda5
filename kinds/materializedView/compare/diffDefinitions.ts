import type { Client } from "pg";
import {
  isRaised,
  isServerError,
  serverText,
  serverTextWithoutData,
  SQLSTATE,
  userError,
} from "../../../postgres/errors.ts";
import { displayName, sqlIdentifier } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { holdServerLock } from "../../../postgres/serverLock.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import { isStopping } from "../../../postgres/stopping.ts";
import { grantNeedSql } from "../../ownerRole/rights.ts";
import { neededOf } from "../../sources.ts";
import type { Source } from "../../sources.ts";
import { withDefinitions } from "../definition/runDefinition.ts";
import type { NamedDefinition, RunAs } from "../definition/runDefinition.ts";
import { sourceOf } from "./columns.ts";
import type { RowSource } from "./columns.ts";
import { compareRows } from "./compareRows.ts";
import type { RowComparison } from "./compareRows.ts";
import { describeRows, differingRows, explainRows } from "./explainRows.ts";
import type { DifferingRow, Explanation } from "./explainRows.ts";
import { oneQuery } from "./oneQuery.ts";
import type { Comparing } from "./pairing.ts";
import { sameColumns } from "./sameColumns.ts";
import { printedView } from "./volatileColumns.ts";
import type { PrintedView, Volatility } from "./volatileColumns.ts";

/** How much is asked of a comparison. */
export interface DiffOptions {
  /** Of the whole; what was found of a part is told then. */
  readonly limitMs: number;
  /** Share of the rows, from 0 to 1. */
  readonly share: number;
  /** Whether values are told. */
  readonly explain: boolean;
  /** How many rows of each group are told. */
  readonly rows: number;
}

/** Two definitions of a view; without one of them it is made, or goes. */
export interface DefinitionPair {
  readonly view: QualifiedName;
  /** What they read that is to be read otherwise, as temporary views, in this order. */
  readonly earlier: readonly NamedDefinition[];
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly owner: string | undefined;
  readonly user: string | undefined;
  readonly key: readonly string[];
}

/** What was not looked at. */
export interface Limited {
  readonly by: "time" | "sample";
  /** Share of the rows that was; 0 where none could be compared in time. */
  readonly share: number;
}

/** What a change of a definition does to the rows. */
export interface DefinitionDiff {
  /** Undefined where nothing could be compared in time, and where there is one side only. */
  readonly comparison?: RowComparison;
  /** Of a side that stands alone. */
  readonly alone?: Awaited<ReturnType<typeof describeRows>>;
  readonly explanation?: Explanation;
  readonly rows?: readonly DifferingRow[];
  /** Columns that were not compared, for they change at each computation, and by which functions. */
  readonly volatility: Volatility;
  readonly limited: Limited | undefined;
  /** What may make the figures others than those of the deploy. */
  readonly notes: readonly string[];
}

/** A side of a comparison. */
export interface Side extends PrintedView {
  readonly source: RowSource;
  readonly columns: readonly string[];
}

/** Names of the temporary views. */
export const BEFORE = "matview_before";
const AFTER = "matview_after";

// "matv" in ASCII, as of the module's other locks, and one of its own.
const LOCK = [0x6d617476, 0x64696666] as const;
const LOCK_PATIENCE_MS = 10_000;

/**
 * Computes both definitions in one snapshot, as a refresh in the job's session would, read-only, and compares the rows. Past three quarters
 * of the time it tries a small sample, whose figures are the least that there is. The client must not be inside a transaction.
 * @throws where a definition cannot be computed, without the values that PostgreSQL names; another comparison goes on; or rights are missing,
 * with the grants.
 */
export async function diffDefinitions(
  client: Client,
  pair: DefinitionPair,
  options: DiffOptions,
): Promise<DefinitionDiff> {
  const { owner, user, before, after } = pair;
  const own = [
    ...(before === undefined ? [] : [{ name: BEFORE, definition: before, owner }]),
    ...(after === undefined ? [] : [{ name: AFTER, definition: after, owner }]),
  ];
  try {
    return await withDefinitions(client, { views: [...pair.earlier, ...own], owner, user }, async (as) => {
      await mustRead(client, pair, own, as);
      await holdServerLock(client, LOCK, { what: "comparison of rows", patienceMs: LOCK_PATIENCE_MS });
      await client.query("set local jit = off");
      const found = await compareSides(client, pair, options);
      return { ...found, notes: [...as.problems, ...roleNotes(pair, as)] };
    });
  } catch (error) {
    throw await explained(client, pair, error);
  }
}

async function compareSides(
  client: Client,
  pair: DefinitionPair,
  options: DiffOptions,
): Promise<Omit<DefinitionDiff, "notes">> {
  const before = pair.before === undefined ? undefined : await sideOf(client, `pg_temp.${BEFORE}`);
  const after = pair.after === undefined ? undefined : await sideOf(client, `pg_temp.${AFTER}`);
  const volatility = together([before, after].flatMap((side) => side?.volatility ?? []));
  const deadline = performance.now() + options.limitMs;
  if (before === undefined || after === undefined) {
    const source = (after ?? before)?.source;
    const alone = source && (await within(client, deadline, (timed) => describeRows(timed, source)));
    const limited = alone === undefined ? { by: "time" as const, share: 0 } : undefined;
    return { ...(alone === undefined ? {} : { alone }), volatility, limited };
  }
  const comparing = {
    ...{ before: before.source, after: after.source, key: pair.key, leftOut: volatility.columns, share: options.share },
    ...(volatility.functions.length > 0
      ? {}
      : { alike: await sameColumns(before, after), both: await oneQuery(before, after) }),
  };
  const { comparison, limited } = await compareWithin(client, comparing, deadline, options);
  if (comparison === undefined) return { volatility, limited };
  const asked = { ...comparing, share: limited?.share ?? 1 };
  const later = performance.now() + options.limitMs;
  const told = await within(client, later, async (timed) => ({
    ...(options.explain ? { explanation: await explainRows(timed, asked, comparison) } : {}),
    ...(options.rows > 0 ? { rows: await differingRows(timed, asked, comparison, options.rows) } : {}),
  }));
  return { comparison, volatility, limited, ...told };
}

/** A relation, or a temporary view of a definition, as a side of a comparison. */
export async function sideOf(client: Client, relation: string): Promise<Side> {
  const source = await sourceOf(client, relation);
  const columns = source.columns.map(({ name }) => name);
  return { source, columns, ...(await printedView(client, relation, columns)) };
}

/** What changes by itself on any of the sides. */
export function together(all: readonly Volatility[]): Volatility {
  return {
    columns: [...new Set(all.flatMap(({ columns }) => columns))],
    isOfRows: all.some(({ isOfRows }) => isOfRows),
    functions: [...new Set(all.flatMap(({ functions }) => functions))],
  };
}

/** What is left of the time for a sample where the whole takes too long. */
const SAMPLE_TIME = 0.25;
const SAMPLE = 1 / 64;

async function compareWithin(
  client: Client,
  comparing: Comparing,
  deadline: number,
  { limitMs, share }: DiffOptions,
): Promise<{ comparison: RowComparison | undefined; limited: Limited | undefined }> {
  const whole = await within(client, deadline - limitMs * SAMPLE_TIME, (timed) => compareRows(timed, comparing));
  if (whole !== undefined) return { comparison: whole, limited: share < 1 ? { by: "sample", share } : undefined };
  const part = { ...comparing, share: share * SAMPLE };
  const comparison = await within(client, deadline, (timed) => compareRows(timed, part));
  return { comparison, limited: { by: "time", share: comparison === undefined ? 0 : part.share } };
}

/** Undefined, and undone, where it is not done by then. */
async function within<T>(
  client: Client,
  deadline: number,
  work: (timed: Client) => Promise<T>,
): Promise<T | undefined> {
  await client.query("savepoint matview_within");
  try {
    return await work(timedBy(client, deadline));
  } catch (error) {
    if (!isServerError(error, SQLSTATE.queryCanceled) || isStopping()) throw error;
    await client.query("rollback to savepoint matview_within");
    return undefined;
  }
}

// Each statement has what the ones before it have left.
function timedBy(client: Client, deadline: number): Client {
  const query = async (text: string, values: unknown[] = []): Promise<unknown> => {
    // The way back out of a statement that failed takes nothing else before it.
    if (!text.startsWith("rollback "))
      await client.query(`set local statement_timeout = ${Math.max(1, Math.ceil(deadline - performance.now()))}`);
    return client.query(text, values);
  };
  return { query } as unknown as Client;
}

/** @throws with the grants, where who computes the rows may not read what they are made of. */
export async function mustRead(
  client: Client,
  { view, owner }: Pick<DefinitionPair, "view" | "owner">,
  sides: readonly Pick<NamedDefinition, "name">[],
  { isOwner }: RunAs,
): Promise<void> {
  const grants = new Set<string>();
  let role = "";
  for (const { name } of sides) {
    const values = [`pg_temp.${name}`, isOwner ? (owner ?? null) : null, null, null, false];
    for (const source of (await client.query<Source>(sqlText("describe/sources"), values)).rows) {
      if (source.isHeld) continue;
      grants.add(grantNeedSql(neededOf(source)));
      role = source.role;
    }
  }
  if (grants.size === 0) return;
  const member = isOwner || owner === undefined ? "" : `grant ${sqlIdentifier(owner)} to ${sqlIdentifier(role)}, or `;
  throw userError(
    `cannot compare the rows of ${displayName(view)}: role ${role} may not read what they are made of: ${member}${[...grants].join("; ")}`,
  );
}

function roleNotes({ owner }: DefinitionPair, { isOwner }: RunAs): string[] {
  if (isOwner || owner === undefined) return [];
  return [
    `computed as the connected role, which may not act as the owner ${owner}: where row security or a function asks who reads, rows may differ; ` +
      `grant ${sqlIdentifier(owner)} to the connected role`,
  ];
}

/** Why rows could not be compared, without the values that PostgreSQL names. */
export async function explained(
  client: Client,
  { view, owner }: Pick<DefinitionPair, "view" | "owner">,
  error: unknown,
): Promise<unknown> {
  const what = `cannot compare the rows of ${displayName(view)}`;
  if (!isServerError(error)) return error;
  // What a function says of itself may be about a row.
  const text = isRaised(error) ? serverTextWithoutData(error) : serverText(error);
  if (error.code !== SQLSTATE.insufficientPrivilege) return userError(`${what}: ${text}`, error);
  // The owner makes them where the connected role may act as that one.
  for (const asked of [null, ...(owner === undefined ? [] : [owner])]) {
    const { rows } = await client.query<{ database: string; role: string; mayCreateTemporary: boolean }>(
      sqlText("describe/may_create_temporary"),
      [asked],
    );
    const { database = "", role = "", mayCreateTemporary = true } = rows[0] ?? {};
    if (mayCreateTemporary) continue;
    const grant = `grant temporary on database ${sqlIdentifier(database)} to ${sqlIdentifier(role)}`;
    return userError(`${what}: role ${role} may not create temporary views in this database; run: ${grant}`, error);
  }
  return userError(`${what}: ${text}`, error);
}
