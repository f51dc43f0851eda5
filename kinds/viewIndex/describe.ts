import { ask } from "../../postgres/asked.ts";
import type { Question } from "../../postgres/asked.ts";
import { userError } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { splitComment } from "../claim.ts";
import type { Survey } from "../kind.ts";
import { isPlain } from "../materializedView/indexes/declaredIndex.ts";
import { servesRefresh, toShape } from "../materializedView/indexes/indexShape.ts";
import type { ShapeRow } from "../materializedView/indexes/indexShape.ts";
import { tryIndex } from "../materializedView/indexes/tryIndex.ts";
import type { IndexTrial } from "../materializedView/indexes/tryIndex.ts";
import { elementsOf, isKeyIndex } from "../materializedView/keyIndex.ts";
import { differencesOf } from "./actual.ts";
import type { AbsentIndex, ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";
import { recordIndex } from "./record.ts";

interface Row extends Pick<ActualIndex, "schema" | "name" | "isValid" | "comment">, ShapeRow {
  view: string | null;
  viewKind: string | null;
}

/**
 * Reads the indexes by the names that are declared; where a name is free, the one that stands in for it, or those that may be it.
 * @throws when a name belongs to something else, or to an index of another relation.
 */
export async function describeIndexes(
  session: Session,
  desired: readonly DesiredIndex[],
): Promise<(ActualIndex | AbsentIndex | undefined)[]> {
  const find = await readIndexes(session, namesOf(desired));
  const described: (ActualIndex | AbsentIndex | undefined)[] = [];
  for (const index of desired) {
    const declared = isPlain(index) ? undefined : await declaredOf(session, index);
    described.push(find(index, declared) ?? (declared && { isAbsent: true, declared }));
  }
  return described;
}

async function declaredOf({ target, capabilities }: Session, index: DesiredIndex): Promise<IndexTrial> {
  if (capabilities.inRecovery) return { view: undefined };
  const view = { schema: index.schema, name: index.view };
  const trial = await tryIndex(target, view, index, capabilities.serverMajor);
  const isRefused = index.key === true && trial.shape !== undefined && !servesRefresh(trial.shape);
  return isRefused ? { ...trial, problem: NO_KEY, isInherent: true } : trial;
}

const NO_KEY =
  "a concurrent refresh does not take this index: PostgreSQL needs a unique b-tree index on columns by their names, without expressions and " +
  "without a condition. Declare such a one as keyIndex, and this one in indexes";

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

/**
 * Reads all indexes of materialized views. A name that is none of theirs is left to `describe`, as it may be somebody else's, and so is a
 * declaration that only the server can compare and was not compared before.
 */
export async function surveyIndexes(session: Session): Promise<Survey<DesiredIndex, ActualIndex | AbsentIndex>> {
  const find = await readIndexes(session, [null, null]);
  const { serverMajor } = session.capabilities;
  return {
    find: (desired, recorded) => {
      const actual = find(desired, undefined);
      if (actual === undefined || actual.standsIn || actual.strays) return undefined;
      if (isPlain(desired)) return { actual };
      if (recorded !== recordIndex(desired, actual, serverMajor)) return undefined;
      return { actual: { ...actual, declared: { view: undefined, shape: actual } } };
    },
  };
}

/** All indexes of all materialized views, whoever manages them. */
export async function readAllIndexes({ target }: Session): Promise<ActualIndex[]> {
  return (await ask<Row>(target, "describe/indexes", [null, null])).rows.map(toActual);
}

type Find = (desired: DesiredIndex, declared: IndexTrial | undefined) => ActualIndex | undefined;

async function readIndexes({ target }: Session, values: readonly unknown[]): Promise<Find> {
  const { rows } = await ask<Row>(target, "describe/indexes", values);
  const found = new Map(rows.map((row) => [displayName(row), row]));
  return (desired, declared) => {
    const row = found.get(displayName(desired));
    if (row !== undefined) return { ...toActual(row), declared };
    const beside = rows
      .filter(({ schema, view, viewKind }) => schema === desired.schema && view === desired.view && viewKind === "m")
      .map((one): ActualIndex => ({ ...toActual(one), declared }));
    return standIn(desired, beside, declared) ?? straysOf(beside);
  };
}

function straysOf(beside: readonly ActualIndex[]): ActualIndex | undefined {
  const strays = beside.filter(({ claim }) => claim !== undefined);
  return strays[0] && { ...strays[0], strays };
}

/** The first by name that is as declared, usable, and nobody's: a second one beside it would only cost. */
function standIn(
  desired: DesiredIndex,
  beside: readonly ActualIndex[],
  declared: IndexTrial | undefined,
): ActualIndex | undefined {
  const isKnown = (definition: string): boolean =>
    isPlain(desired) ? isKeyIndex(elementsOf(definition), desired.columns) : declared?.shape !== undefined;
  const found = beside
    .filter(({ isValid, claim }) => isValid && claim === undefined)
    .filter(({ definition }) => isKnown(definition))
    .find((index) => differencesOf(desired, index).length === 0);
  return found && { ...found, standsIn: true };
}

function toActual(row: Row): ActualIndex {
  const { schema, name, view, viewKind, isValid, comment } = row;
  if (view === null || viewKind !== "m") {
    const what =
      view === null ? "exists and is no index" : `is an index of ${schema}.${view}, which is no materialized view`;
    throw userError(`${displayName(row)} ${what}; declare another name for the index`);
  }
  return { schema, name, view, isValid, ...splitComment(comment), ...toShape(row) };
}
