import { ask } from "../../postgres/asked.ts";
import type { Question } from "../../postgres/asked.ts";
import { userError } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { splitComment } from "../claim.ts";
import type { Survey } from "../kind.ts";
import { elementsOf, isKeyIndex } from "../materializedView/keyIndex.ts";
import { differencesOf } from "./actual.ts";
import type { ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";

interface Row extends Omit<ActualIndex, "claim" | "columns" | "include" | "isPlain" | "view"> {
  view: string | null;
  viewKind: string | null;
  isPlainOrder: boolean;
  parts: { column: string | null; expression: string; isKey: boolean }[];
}

/**
 * Reads the indexes by the names that are declared; where a name is free, the one that stands in for it, or those that may be it.
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

/** Of the indexes and of their views, whose other indexes may stand in. */
function namesOf(indexes: readonly DesiredIndex[]): string[][] {
  const schemas = indexes.map(({ schema }) => schema);
  return [
    [...schemas, ...schemas],
    [...indexes.map(({ name }) => name), ...indexes.map(({ view }) => view)],
  ];
}

/** Reads all indexes of materialized views. A name that is none of theirs is left to `describe`: it may be somebody else's. */
export async function surveyIndexes(session: Session): Promise<Survey<DesiredIndex, ActualIndex>> {
  const find = await readIndexes(session, [null, null]);
  return {
    find: (desired) => {
      const actual = find(desired);
      return actual === undefined || actual.standsIn || actual.strays ? undefined : { actual };
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
    if (row !== undefined) return toActual(row);
    const beside = rows
      .filter(({ schema, view, viewKind }) => schema === desired.schema && view === desired.view && viewKind === "m")
      .map(toActual);
    return standIn(desired, beside) ?? straysOf(beside);
  };
}

function straysOf(beside: readonly ActualIndex[]): ActualIndex | undefined {
  const strays = beside.filter(({ claim }) => claim !== undefined);
  return strays[0] && { ...strays[0], strays };
}

/** The first by name that is as declared, usable, and nobody's: a second one beside it would only cost. */
function standIn(desired: DesiredIndex, beside: readonly ActualIndex[]): ActualIndex | undefined {
  const found = beside
    .filter(({ isValid, claim }) => isValid && claim === undefined)
    .filter(({ definition }) => isKeyIndex(elementsOf(definition), desired.columns))
    .find((index) => differencesOf(desired, index).length === 0);
  return found && { ...found, standsIn: true };
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
