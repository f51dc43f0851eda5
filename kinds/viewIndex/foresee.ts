import type { QueryResult } from "pg";
import { isServerError, serverText, SQLSTATE } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier, sqlName } from "../../postgres/names.ts";
import { named, renameSql } from "../../postgres/objectStatements.ts";
import { answersOf, flight } from "../../postgres/pipeline.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { foreseen, willChangeView } from "../earlierSteps.ts";
import type { Obstacle } from "../earlierSteps.ts";
import type { EarlierSteps, Foreseen, Foresight } from "../kind.ts";
import { countKey } from "../materializedView/foreseeKey.ts";
import { nullsText, tryKey } from "../materializedView/keyProof.ts";
import type { ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";

/**
 * What keeps an index from being built on a view that is there, for a preview: that is tried on an empty table of the same columns. A view that
 * steps before make or change was looked at with its key then.
 */
export async function foreseeIndex(
  session: Session,
  desired: DesiredIndex,
  earlier: EarlierSteps,
  { previous, actual, plan }: Foreseen<DesiredIndex, ActualIndex>,
): Promise<Foresight> {
  if (previous === undefined && actual !== undefined && plan.differences.length === 0) {
    const served = actual.standsIn && plan.steps.length === 0 ? [standInText(desired, actual)] : [];
    return { warnings: [...served, ...(await lossRisk(session, desired, actual))] };
  }
  const { schema, view: name, columns: key, unique } = desired;
  const view = { schema, name };
  const isBuilt = plan.steps.some(({ action }) => action === "build index");
  if (!isBuilt || willChangeView(earlier, view)) return {};
  const { found, isFilled } = await tryIndex(session, desired);
  if (found.length > 0) return foreseen(found, earlier);
  return unique && isFilled ? await countKey(session, view, { source: { relation: view }, key }) : {};
}

function standInText(desired: DesiredIndex, actual: ActualIndex): string {
  const rename = renameSql(named("index", actual), desired.name);
  return (
    `index ${displayName(actual)} was not made by this stack and serves as it is: no second one is built beside it, and it stays when this ` +
    `resource goes. To take it over, create this resource with adopt: true, or run: ${rename}`
  );
}

const PATIENCE_MS = 2_000;

/** What is taken over as it is may take nulls for different: said where the view has some. That it cannot be counted stops nothing. */
async function lossRisk(
  { target }: Session,
  { schema, columns: key }: DesiredIndex,
  { view: name, definition, isUnique, isValid, ...index }: ActualIndex,
): Promise<string[]> {
  const isSafe = !isUnique || !isValid || / NULLS NOT DISTINCT\b/.test(definition);
  if (isSafe) return [];
  const view = { schema, name };
  const proof = await tryKey(target, { source: { relation: view }, key }, PATIENCE_MS).catch((error: unknown) => {
    if (!isServerError(error)) throw error;
    return undefined;
  });
  if (proof?.mayHoldNulls !== true || proof.nullRows === 0) return [];
  return [
    `${nullsText(view, key, proof)}, and index ${displayName({ schema, name: index.name })} takes nulls for different: a refresh can lose ` +
      "such a row without an error. Drop the index first, and the deploy builds one that takes nulls for equal",
  ];
}

const TRIED = "matview_tried_index";

async function tryIndex(
  { target }: Session,
  desired: DesiredIndex,
): Promise<{ readonly found: readonly Obstacle[]; readonly isFilled: boolean }> {
  const { schema, view: name, columns, include = [], unique } = desired;
  const view = sqlName({ schema, name });
  const list = (some: readonly string[]): string => some.map(sqlIdentifier).join(", ");
  const elements = `using btree (${list(columns)})${include.length === 0 ? "" : ` include (${list(include)})`}`;
  const index = {
    names: { schema: "pg_temp", view: TRIED, index: `${TRIED}_key` },
    raw: { kind: unique ? "unique index" : "index", how: "", elements },
  };
  const statements = [
    "begin",
    "set local lock_timeout = 3000",
    { text: sqlText("describe/view_size"), values: [schema, name] },
    { text: sqlText("describe/columns_of"), values: [schema, name] },
    sqlStatement("statements/create_tried_table", { raw: { view } }),
    sqlStatement("statements/create_index", index),
    "rollback",
  ];
  const settled = await Promise.allSettled(flight(target, statements));
  const [, , views, known] = answersOf(settled.slice(0, 4));
  const [found] = (views?.rows ?? []) as { isPopulated: boolean }[];
  if (found === undefined) {
    return {
      found: [{ problem: `there is no materialized view ${displayName({ schema, name })} to build it on` }],
      isFilled: false,
    };
  }
  return { found: columnProblems(desired, known, settled), isFilled: found.isPopulated };
}

function columnProblems(
  { schema, view, columns, include = [] }: DesiredIndex,
  known: QueryResult | undefined,
  settled: readonly PromiseSettledResult<QueryResult>[],
): Obstacle[] {
  const names = ((known?.rows ?? []) as { name: string }[]).map(({ name }) => name);
  const missing = [...columns, ...include].filter((column) => !names.includes(column));
  if (missing.length > 0) {
    const has = `has no column ${missing.join(", ")}: it has ${names.join(", ")}`;
    return [{ problem: `${displayName({ schema, name: view })} ${has}`, isInherent: true }];
  }
  const failed = settled.find((answer) => answer.status === "rejected");
  // Whoever may not read the view, or make a table for it, may build an index all the same.
  if (failed === undefined || !isServerError(failed.reason) || isUnsaid(failed.reason.code)) return [];
  return [{ problem: `PostgreSQL refuses the index: ${serverText(failed.reason)}`, isInherent: true }];
}

function isUnsaid(code: string): boolean {
  const unsaid: readonly string[] = [SQLSTATE.insufficientPrivilege, SQLSTATE.lockNotAvailable, SQLSTATE.queryCanceled];
  return unsaid.includes(code);
}
