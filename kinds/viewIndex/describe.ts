import { ask } from "../../postgres/asked.ts";
import type { Question } from "../../postgres/asked.ts";
import { userError } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { splitComment } from "../claim.ts";
import type { Claim } from "../claim.ts";
import type { Survey } from "../kind.ts";
import type { DesiredIndex } from "./desired.ts";

/** An index as the catalog has it. */
export interface ActualIndex extends QualifiedName {
  readonly view: string;
  readonly isUnique: boolean;
  /** False after a concurrent build that failed, or while one is going on. */
  readonly isValid: boolean;
  readonly method: string;
  readonly predicate: string | null;
  readonly definition: string;
  readonly comment: string | null;
  /** Who manages the index, which stands behind the comment. */
  readonly claim: Claim | undefined;
  /** Key columns and expressions, in order, then the included columns. */
  readonly columns: readonly string[];
  readonly include: readonly string[];
  /** True when every part is a plain column with the default order. */
  readonly isPlain: boolean;
}

interface Row extends Omit<ActualIndex, "claim" | "columns" | "include" | "isPlain" | "view"> {
  view: string | null;
  viewKind: string | null;
  isPlainOrder: boolean;
  parts: { column: string | null; expression: string; isKey: boolean }[];
}

/**
 * Reads the indexes by the names that are declared.
 * @throws when a name belongs to something else, or to an index of another relation.
 */
export async function describeIndexes(
  session: Session,
  desired: readonly DesiredIndex[],
): Promise<(ActualIndex | undefined)[]> {
  return desired.map(await readIndexes(session, namesOf(desired)));
}

/** What of it, and of a pre-flight, goes along with the opening of a session. */
export function indexQuestions(desired: readonly DesiredIndex[]): Question[] {
  return [
    { on: "target", file: "describe/indexes", values: namesOf(desired) },
    ...desired.map(({ schema, view }): Question => ({
      on: "target",
      file: "describe/view_size",
      values: [schema, view],
    })),
  ];
}

function namesOf(indexes: readonly DesiredIndex[]): string[][] {
  return [indexes.map(({ schema }) => schema), indexes.map(({ name }) => name)];
}

/** Reads all indexes of materialized views. A name that is none of theirs may be somebody else's, which `describe` can tell. */
export async function surveyIndexes(session: Session): Promise<Survey<DesiredIndex, ActualIndex>> {
  const find = await readIndexes(session, [null, null]);
  return {
    find: (desired) => {
      const actual = find(desired);
      return actual && { actual };
    },
  };
}

async function readIndexes(
  { target }: Session,
  values: readonly unknown[],
): Promise<(desired: DesiredIndex) => ActualIndex | undefined> {
  const { rows } = await ask<Row>(target, "describe/indexes", values);
  const found = new Map(rows.map((row) => [displayName(row), row]));
  return (desired) => {
    const row = found.get(displayName(desired));
    return row && toActual(row);
  };
}

function toActual(row: Row): ActualIndex {
  if (row.view === null || row.viewKind !== "m") {
    const what =
      row.view === null
        ? "exists and is no index"
        : `is an index of ${row.schema}.${row.view}, which is no materialized view`;
    throw userError(`${displayName(row)} ${what}; declare another name for the index`);
  }
  const { parts, viewKind, isPlainOrder, ...index } = row;
  void viewKind;
  const text = (isKey: boolean): string[] =>
    parts.filter((part) => part.isKey === isKey).map(({ column, expression }) => column ?? expression);
  return {
    ...index,
    ...splitComment(row.comment),
    view: row.view,
    columns: text(true),
    include: text(false),
    isPlain: isPlainOrder && parts.every(({ column }) => column !== null),
  };
}
