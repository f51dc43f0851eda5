import { isServerError } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { named, renameSql } from "../../postgres/objectStatements.ts";
import type { Session } from "../../postgres/session.ts";
import { foreseen, willChangeView } from "../earlierSteps.ts";
import type { Obstacle } from "../earlierSteps.ts";
import type { EarlierSteps, Foreseen, Foresight } from "../kind.ts";
import { countKey } from "../materializedView/foreseeKey.ts";
import { isPlain, keyOf } from "../materializedView/indexes/declaredIndex.ts";
import { tryIndex } from "../materializedView/indexes/tryIndex.ts";
import type { IndexTrial } from "../materializedView/indexes/tryIndex.ts";
import { nullsText, tryKey } from "../materializedView/keyProof.ts";
import { isThere } from "./actual.ts";
import type { AbsentIndex, ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";

/**
 * What keeps an index from being built on a view that is there, for a preview: that is tried on an empty table of the same columns. A view that
 * steps before make or change was looked at with its key then.
 */
export async function foreseeIndex(
  session: Session,
  desired: DesiredIndex,
  earlier: EarlierSteps,
  { previous, actual: found, plan }: Foreseen<DesiredIndex, ActualIndex | AbsentIndex>,
): Promise<Foresight> {
  const actual = isThere(found) ? found : undefined;
  if (previous === undefined && actual !== undefined && plan.differences.length === 0) {
    const served = actual.standsIn && plan.steps.length === 0 ? [standInText(desired, actual)] : [];
    return { warnings: [...served, ...(await lossRisk(session, desired, actual))] };
  }
  const view = { schema: desired.schema, name: desired.view };
  const isBuilt = plan.steps.some(({ action }) => action === "build index");
  if (!isBuilt || willChangeView(earlier, view)) return {};
  const trial = found?.declared ?? (await tryIndex(session.target, view, desired, session.capabilities.serverMajor));
  const problems = problemsOf(trial, view);
  if (problems.length > 0) return foreseen(problems, earlier);
  const key = trial.view?.isFilled === true ? keyOf(desired) : undefined;
  return key === undefined ? {} : await countKey(session, view, { source: { relation: view }, key });
}

function problemsOf({ view, problem }: IndexTrial, name: QualifiedName): Obstacle[] {
  if (problem !== undefined) return [{ problem, isInherent: true }];
  return view === undefined ? [{ problem: `there is no materialized view ${displayName(name)} to build it on` }] : [];
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
  desired: DesiredIndex,
  { view: name, definition, isUnique, isValid, ...index }: ActualIndex,
): Promise<string[]> {
  const { schema } = desired;
  const key = isPlain(desired) ? desired.columns : undefined;
  const isSafe = key === undefined || !isUnique || !isValid || / NULLS NOT DISTINCT\b/.test(definition);
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
