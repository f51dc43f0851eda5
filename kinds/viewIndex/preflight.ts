import { ask } from "../../postgres/asked.ts";
import { isServerError, SQLSTATE } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { keyOf } from "../materializedView/indexes/declaredIndex.ts";
import { keyProblem, proveKey } from "../materializedView/keyProof.ts";
import type { KeySource } from "../materializedView/keyProof.ts";
import { isThere } from "./actual.ts";
import { describeIndexes } from "./describe.ts";
import type { DesiredIndex } from "./desired.ts";
import { planIndex } from "./plan.ts";

/**
 * What keeps a unique index from being built: no such view, or a key that the data break. Counted in the view where it has
 * data, else in what its definition gives now, so that the first refresh does not fail on it. Nothing is counted where no
 * index is to be built.
 */
export async function preflightIndex(session: Session, desired: DesiredIndex): Promise<string[]> {
  const { capabilities, target } = session;
  const view = { schema: desired.schema, name: desired.view };
  const [[seen], { rows }] = await Promise.all([
    describeIndexes(session, [desired]),
    ask<ViewRow>(target, "describe/view_size", [view.schema, view.name]),
  ]);
  const problem = seen?.declared?.problem;
  if (problem !== undefined) return [problem];
  const actual = isThere(seen) && seen.strays !== undefined ? undefined : seen;
  const plan = planIndex({ desired, previous: undefined, actual, capabilities });
  if (!plan.steps.some(({ action }) => action === "build index")) return [];
  const [found] = rows;
  if (found === undefined) return [`there is no materialized view ${displayName(view)} to build it on`];
  const key = keyOf(desired);
  if (key === undefined) return [];
  const broken = await keyProblemIn(session, { ...desired, columns: key }, found);
  return broken === undefined ? [] : [broken];
}

interface ViewRow {
  readonly isPopulated: boolean;
  readonly definition: string;
  readonly owner: string;
}

async function keyProblemIn(
  session: Session,
  { schema, view: name, columns: key }: DesiredIndex & { readonly columns: readonly string[] },
  found: ViewRow,
): Promise<string | undefined> {
  const view = { schema, name };
  const source: KeySource = found.isPopulated
    ? { relation: view }
    : { definition: found.definition, owner: found.owner };
  try {
    return keyProblem(view, key, await proveKey(session.target, { source, key }));
  } catch (error) {
    // Whoever may build an index may still not read the sources; the build, or the first refresh, proves the key then.
    if (isServerError(error, SQLSTATE.insufficientPrivilege)) return undefined;
    // It reads a view that the same run fills later.
    if (isServerError(error, SQLSTATE.objectNotInPrerequisiteState)) return undefined;
    throw error;
  }
}
