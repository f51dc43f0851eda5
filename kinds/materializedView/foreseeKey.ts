import type { Client } from "pg";
import { isServerError, isUserError, serverTextWithoutData, SQLSTATE } from "../../postgres/errors.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { displayName } from "../../postgres/names.ts";
import type { Plan } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import type { Foresight, Situation } from "../kind.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { elementsOf, isKeyIndex } from "./keyIndex.ts";
import { keyProblem, nullsCost, tryKey } from "./keyProof.ts";
import type { KeySource } from "./keyProof.ts";

/** Some seconds more of a preview for a view of millions of rows; a deploy takes as long as it takes. */
const PATIENCE_MS = 5_000;

/** So often as long all keys together that are counted on a connection: a preview of many views is not one of many minutes. */
const TOGETHER = 4;

const counted = new WeakMap<Client, number>();

type ViewChange = Pick<Situation<DesiredView, ActualView | AbsentView>, "previous" | "actual">;

/**
 * What the data of now say of a key that is new, or of rows that are: counted as the deploy will, read-only and for some seconds.
 * That it cannot be counted is told and stops nothing.
 */
export async function foreseeKey(
  session: Session,
  desired: DesiredView,
  change: ViewChange,
  plan: Plan,
  patienceMs = PATIENCE_MS,
): Promise<Foresight> {
  const source = await sourceOf(desired, change, plan);
  const { uniqueKey: key = [] } = desired;
  return source === undefined ? {} : await countKey(session, desired, { source, key }, patienceMs);
}

/** Where the rows are to be counted: the view's own where they stay; undefined where the key is proven already. */
async function sourceOf(
  desired: DesiredView,
  { previous, actual }: ViewChange,
  { steps }: Plan,
): Promise<KeySource | undefined> {
  if ((desired.uniqueKey ?? []).length === 0) return undefined;
  const isBuilt = steps.some(({ action, swap }) => action === "create" || swap !== undefined);
  if (actual?.exists === true && !isBuilt) {
    if (isKept(desired, previous, actual)) return undefined;
    if (actual.isPopulated) return { relation: { schema: actual.schema, name: actual.name } };
  }
  const parsed = await parseDefinition(desired.definition);
  const owner = desired.owner ?? (actual?.exists === true ? actual.owner : undefined);
  const user = desired.owner ?? actual?.jobs[0]?.user ?? owner;
  return parsed.ok ? { definition: parsed.definition.sql, owner, user } : undefined;
}

function isKept(desired: DesiredView, previous: DesiredView | undefined, { indexes }: ActualView): boolean {
  if (previous !== undefined) return JSON.stringify(previous.uniqueKey) === JSON.stringify(desired.uniqueKey);
  const { keyIndex, uniqueKey = [] } = desired;
  const serves = (definition: string): boolean =>
    definition.startsWith("CREATE UNIQUE ") && isKeyIndex(elementsOf(definition), uniqueKey);
  return indexes.some(({ name, isValid, definition }) => isValid && (name === keyIndex || serves(definition)));
}

/** Counts a key where it is asked to, for as long as a preview may. */
export async function countKey(
  { target }: Session,
  view: QualifiedName,
  question: { readonly source: KeySource; readonly key: readonly string[] },
  patienceMs = PATIENCE_MS,
): Promise<Foresight> {
  const subject = `key (${question.key.join(", ")}) of ${displayName(view)}`;
  const later = (what: string): Foresight => ({
    warnings: [`${subject}: ${what}: the deploy proves it before it builds the index`],
  });
  const before = counted.get(target) ?? 0;
  const leftMs = Math.ceil(Math.min(patienceMs, patienceMs * TOGETHER - before));
  if (leftMs <= 0) return later(`not proven, as the keys before it took ${seconds(patienceMs * TOGETHER)}`);
  const started = performance.now();
  try {
    const proof = await tryKey(target, question, leftMs);
    if (proof === undefined) return {};
    const problem = keyProblem(view, question.key, proof);
    if (problem !== undefined) return { refusals: [problem] };
    const cost = nullsCost(view, question.key, proof);
    return cost === undefined ? {} : { warnings: [cost] };
  } catch (error) {
    // A column that is not there is told of the declaration itself.
    if (isUserError(error))
      return isServerError(error.cause, SQLSTATE.undefinedColumn) ? {} : { refusals: [error.message] };
    if (!isServerError(error)) throw error;
    const isLate = error.code === SQLSTATE.queryCanceled;
    return later(isLate ? `not proven within ${seconds(leftMs)}` : `not proven yet: ${serverTextWithoutData(error)}`);
  } finally {
    counted.set(target, before + performance.now() - started);
  }
}

function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`;
}
