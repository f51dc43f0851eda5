import type { Client, QueryResult } from "pg";
import { isServerError, serverText } from "../../../postgres/errors.ts";
import { flight } from "../../../postgres/pipeline.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { splitComment } from "../../claim.ts";
import { DECLARED_VIEW } from "../definition/declaredView.ts";
import { createSettings, printSettings } from "../definition/definitionSettings.ts";
import type { DeclaredIndex } from "../indexes/declaredIndex.ts";
import { indexProblem } from "../indexes/indexProblem.ts";
import { indexText } from "../indexes/indexText.ts";
import { TRIED, TRIED_INDEX, triedIndexSql } from "../indexes/tryIndex.ts";
import { propertiesQuery } from "./relationProperties.ts";
import type { IndexProperties, RelationProperties } from "./relationProperties.ts";

/** A declared index over the declared definition: as the server prints it, or why it cannot be built. */
export type TriedIndex = Pick<DeclaredIndex, "name"> &
  ({ readonly index: IndexProperties } | { readonly problem: string });

/** Tries the declared indexes one by one, in the transaction in which the declared definition is a temporary view, and leaves that as it was. */
export async function tryDeclaredIndexes(
  client: Client,
  indexes: readonly DeclaredIndex[],
  serverMajor: number,
): Promise<TriedIndex[]> {
  const tried: TriedIndex[] = [];
  for (const index of indexes) {
    const unreadable = await indexProblem(indexText(index, serverMajor));
    tried.push(
      unreadable === undefined
        ? await tryOne(client, index, serverMajor)
        : { name: index.name, problem: `index ${index.name}: ${unreadable}` },
    );
  }
  return tried;
}

async function tryOne(client: Client, declared: DeclaredIndex, serverMajor: number): Promise<TriedIndex> {
  const { name, statistics = [] } = declared;
  const statements = [
    "savepoint matview_index",
    createSettings(),
    sqlStatement("statements/create_tried_table", { raw: { view: DECLARED_VIEW } }),
    triedIndexSql(declared, TRIED_INDEX, serverMajor),
    printSettings(),
    propertiesQuery([{ schema: "pg_temp", name: TRIED }]),
    "rollback to savepoint matview_index",
  ];
  const settled = await Promise.allSettled(flight(client, statements));
  const failed = settled.find((answer) => answer.status === "rejected");
  if (failed !== undefined) {
    if (!isServerError(failed.reason)) throw failed.reason;
    const problem = `index ${name} is declared and cannot be built on the declared definition: ${serverText(failed.reason)}`;
    return { name, problem };
  }
  const [table] = (settled[5] as PromiseFulfilledResult<QueryResult<RelationProperties>>).value.rows;
  const [index] = table?.indexes ?? [];
  if (index === undefined) throw new Error(`index ${name} was tried and is not there`);
  const targets = statistics.map(({ part, target }) => ({ column: part, target }));
  return { name, index: { ...index, name, statistics: targets } };
}

/** What the new view gets of them: each with what the old one of its name has besides; one that somebody made in its place stays that. */
export function carriedIndexes(tried: readonly TriedIndex[], found: readonly IndexProperties[]): IndexProperties[] {
  return tried.flatMap((one) => {
    if (!("index" in one)) return [];
    const old = found.find(({ name }) => name === one.name) ?? found.find((other) => standsIn(other, one.index));
    const { name = one.name, comment = null, isClustered = false } = old ?? {};
    return [{ ...one.index, name, comment, isClustered }];
  });
}

function standsIn(found: IndexProperties, declared: IndexProperties): boolean {
  const isNobodys = found.isValid && splitComment(found.comment).claim === undefined;
  return isNobodys && found.isUnique === declared.isUnique && found.elements === declared.elements;
}
