import type { Client, QueryResult } from "pg";
import { isServerError, serverText, SQLSTATE } from "../../../postgres/errors.ts";
import { displayName, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { answersOf, flight } from "../../../postgres/pipeline.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { createSettings, printSettings } from "../definition/definitionSettings.ts";
import { createIndexSql } from "../statements.ts";
import type { IndexParts } from "./declaredIndex.ts";
import { indexProblem } from "./indexProblem.ts";
import { toShape } from "./indexShape.ts";
import type { IndexShape, ShapeRow } from "./indexShape.ts";
import { indexText } from "./indexText.ts";

/** What the server makes of a declared index, tried on an empty table with the view's columns. */
export interface IndexTrial {
  /** Undefined where there is no view to ask about. */
  readonly view: { readonly isFilled: boolean } | undefined;
  /** What it is as the server prints it; undefined where that is not known. */
  readonly shape?: IndexShape;
  /** Why it cannot be built there. */
  readonly problem?: string;
  /** Whether it can be built on no view, whatever columns that has. */
  readonly isInherent?: boolean;
}

/** The table and the index of a trial. */
export const TRIED = "matview_tried_index";
export const TRIED_INDEX = `${TRIED}_0`;

/** Asks in one flight and a transaction that is rolled back. The client must not be inside one. */
export async function tryIndex(
  client: Client,
  { schema, name }: QualifiedName,
  index: IndexParts,
  serverMajor: number,
): Promise<IndexTrial> {
  const unreadable = await indexProblem(indexText(index, serverMajor));
  if (unreadable !== undefined) return { view: undefined, problem: unreadable, isInherent: true };
  const opening = [
    "begin",
    "set local lock_timeout = 3000",
    { text: sqlText("describe/view_size"), values: [schema, name] },
    { text: sqlText("describe/columns_of"), values: [schema, name] },
    createSettings(),
  ];
  const trial = [
    sqlStatement("statements/create_tried_table", { raw: { view: sqlName({ schema, name }) } }),
    triedIndexSql(index, TRIED_INDEX, serverMajor),
    printSettings(),
    { text: sqlText("describe/indexes"), values: [["pg_temp"], [TRIED_INDEX]] },
  ];
  const settled = await Promise.allSettled(flight(client, [...opening, ...trial, "rollback"]));
  const [, , views, known] = answersOf(settled.slice(0, opening.length));
  const [view] = (views?.rows ?? []) as { isPopulated: boolean }[];
  if (view === undefined) return { view };
  const there = { view: { isFilled: view.isPopulated } };
  const names = ((known?.rows ?? []) as { name: string }[]).map((column) => column.name);
  const missing = missingColumns(index, names);
  if (missing.length > 0) {
    const has = `has no column ${missing.join(", ")}: it has ${names.join(", ")}`;
    return { ...there, problem: `${displayName({ schema, name })} ${has}` };
  }
  return { ...there, ...outcomeOf(index, settled.slice(opening.length, -1)) };
}

/** The statement that builds it on the table of the trial. */
export function triedIndexSql(index: IndexParts, name: string, serverMajor: number): string {
  const elements = indexText(index, serverMajor);
  return createIndexSql({ schema: "pg_temp", name: TRIED }, { index: name, isUnique: index.unique, elements });
}

function missingColumns({ columns = [], include = [] }: IndexParts, names: readonly string[]): string[] {
  const named = [...columns.map((one) => (typeof one === "string" ? one : one.column)), ...include];
  return named.filter((column) => column !== undefined && !names.includes(column)) as string[];
}

function outcomeOf(
  { statistics = [] }: IndexParts,
  settled: readonly PromiseSettledResult<QueryResult>[],
): Pick<IndexTrial, "shape" | "problem"> {
  const failed = settled.find((answer) => answer.status === "rejected");
  if (failed !== undefined) {
    // Whoever may not read the view, or make a table for it, may build an index all the same.
    if (!isServerError(failed.reason) || isUnsaid(failed.reason.code)) return {};
    return { problem: `PostgreSQL refuses the index: ${serverText(failed.reason)}` };
  }
  const [row] = (settled.at(-1) as PromiseFulfilledResult<QueryResult<ShapeRow>>).value.rows;
  return row === undefined ? {} : { shape: { ...toShape(row), statistics } };
}

function isUnsaid(code: string): boolean {
  const unsaid: readonly string[] = [SQLSTATE.insufficientPrivilege, SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled];
  return unsaid.includes(code);
}
