import { Buffer } from "node:buffer";
import type { Node, ScanToken } from "libpg-query";
import { hashTree } from "../definition/definitionTree.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";
import { loadParser } from "../definition/parser.ts";
import { alikeIn, partsOf, readQuery } from "./sameColumns.ts";
import type { PrintedQuery, QueryParts } from "./sameColumns.ts";

/** What decides, beside the text, how many rows a query's list makes. */
export interface QueryShape {
  readonly hasAggregates: boolean;
  readonly hasWindows: boolean;
  /** Whether the list calls a function that returns a set. */
  readonly hasSets: boolean;
}

/** Two queries as one: the list of the one, the list of the other, and whether a row is one of the one and of the other. */
export interface OneQuery {
  /** In parentheses. */
  readonly sql: string;
  readonly before: number;
  readonly after: number;
  /** Columns that are the same expression in both. */
  readonly alike: readonly string[];
  /** Whether it takes the rows that one condition or the other takes; then it can be slower than both queries. */
  readonly isEither: boolean;
}

interface Printed extends PrintedQuery {
  readonly shape: QueryShape;
}

/** PostgreSQL makes no wider rows (MaxTupleAttributeNumber). */
const MOST_COLUMNS = 1_664;

/**
 * Two queries that differ in the expressions of their lists, or also in their WHERE, as one that reads the sources once; a row of the one and
 * a row of the other are then the same row where they come from the same source row. Undefined where they differ in more. To be
 * asked of queries that call nothing volatile.
 */
export async function oneQuery(before: Printed, after: Printed): Promise<OneQuery | undefined> {
  const [one, other] = [await textsOf(before), await textsOf(after)];
  if (one === undefined || other === undefined || one.rest !== other.rest) return undefined;
  if (one.hashes.length + other.hashes.length + 2 > MOST_COLUMNS || !makeSameRows(before.shape, after.shape, one))
    return undefined;
  const sides = [one, other] as const;
  const isSame = one.whereHash === other.whereHash;
  if (!isSame && (!isPlain(before.shape, one) || !isPlain(after.shape, other))) return undefined;
  const lists = sides.map(({ list }) => list).join(", ");
  const [ours, theirs] = sides.map(({ where }) => `(${where ?? "true"})`);
  const sql = isSame
    ? `${one.head}${lists}, true, true\n${one.from}${one.tail}`
    : `${one.head}${lists}, ${ours} is true, ${theirs} is true\n${one.from}\nwhere ${ours} or ${theirs}`;
  const alike = alikeIn(before, one, after, other);
  const isRead = await isMadeOf(sql, one, other, isSame);
  return isRead
    ? { sql: `(\n${sql}\n)`, before: one.hashes.length, after: other.hashes.length, alike, isEither: !isSame }
    : undefined;
}

// Without groups an aggregate makes one row of all, and a set makes several of one.
function makeSameRows(one: QueryShape, other: QueryShape, { tree }: Parts): boolean {
  if (one.hasSets || other.hasSets) return false;
  return tree.groupClause !== undefined || one.hasAggregates === other.hasAggregates;
}

// Where a condition decides which rows an aggregate or a window sees, a row says nothing about the same one of the other side.
function isPlain({ hasAggregates, hasWindows }: QueryShape, { tree }: Parts): boolean {
  const isGrouped = tree.groupClause !== undefined || tree.havingClause !== undefined;
  return !hasAggregates && !hasWindows && !isGrouped;
}

interface Parts extends QueryParts {
  /** What comes before the list, with SELECT. */
  readonly head: string;
  readonly list: string;
  /** FROM and what it reads. */
  readonly from: string;
  readonly where: string | undefined;
  /** WHERE and what is behind it, without an order. */
  readonly tail: string;
}

async function textsOf(printed: Printed): Promise<Parts | undefined> {
  const query = await readQuery(printed);
  const cuts = query && (await cutsOf(query.sql));
  return cuts && { ...query, ...cuts };
}

type Cuts = Pick<Parts, "head" | "list" | "from" | "where" | "tail">;

/** The text in its parts; what they are is proved on the whole in the end. */
async function cutsOf(text: string): Promise<Cuts | undefined> {
  const { scanSync } = await loadParser();
  const words = outermost(scanSync(text).tokens);
  const select = words.find(({ word }) => word === "SELECT");
  const from = words.find(
    ({ word, before, start }) => word === "FROM" && before !== "DISTINCT" && start > (select?.start ?? 0),
  );
  if (select === undefined || from === undefined) return undefined;
  const order = words.findLast(({ word, start }) => word === "ORDER" && start > from.start);
  const where = words.find(({ word, start }) => word === "WHERE" && start > from.start);
  const bytes = Buffer.from(text);
  const part = (start: number, end?: number): string => bytes.subarray(start, end).toString();
  return {
    head: `${part(0, select.end)} `,
    list: part(select.end, from.start).trimEnd(),
    from: part(from.start, where?.start ?? order?.start),
    where: where && part(where.end, order?.start).trim(),
    tail: where === undefined ? "" : part(where.start, order?.start),
  };
}

interface Word {
  readonly word: string;
  /** The one before it. */
  readonly before: string;
  readonly start: number;
  readonly end: number;
}

/** The reserved words outside of all brackets; places are bytes. */
function outermost(tokens: readonly ScanToken[]): Word[] {
  const words: Word[] = [];
  let depth = 0;
  let before = "";
  for (const { text, start, end, keywordName } of tokens) {
    if (text === "(" || text === "[") depth += 1;
    if (text === ")" || text === "]") depth -= 1;
    const word = text.toUpperCase();
    if (depth === 0 && keywordName === "RESERVED_KEYWORD") words.push({ word, before, start, end });
    before = word;
  }
  return words;
}

/** Whether the text says what it was put together from. */
async function isMadeOf(sql: string, one: Parts, other: Parts, isSame: boolean): Promise<boolean> {
  const parsed = await parseDefinition(sql);
  if (!parsed.ok) return false;
  const { tree } = parsed.definition;
  const { hashes, rest, whereHash } = partsOf(tree);
  const lists = [...one.hashes, ...other.hashes];
  const isInList = hashes.length === lists.length + 2 && lists.every((hash, at) => hash === hashes[at]);
  if (!isInList || rest !== one.rest) return false;
  if (isSame) return whereHash === one.whereHash;
  return [one, other].every(({ tree: { whereClause }, whereHash: wanted }, at) => {
    const test = testedBy(tree.targetList?.[lists.length + at]);
    return whereClause === undefined || hashTree({ where: test }) === wanted;
  });
}

/** What is asked of by `(...) is true`. */
function testedBy(target: Node | undefined): Node | undefined {
  const value = target !== undefined && "ResTarget" in target ? target.ResTarget.val : undefined;
  return value !== undefined && "BooleanTest" in value ? value.BooleanTest.arg : undefined;
}
