import { endingSql, hiddenLine, holderLine, isRefreshing, lockHolders } from "../../postgres/lockHolders.ts";
import type { LockHolder } from "../../postgres/lockHolders.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Step } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { previewStep } from "./previewStep.ts";

/** Who will mostly be gone before a deploy begins. */
const PASSING_SECONDS = 2;

/** Modes of PostgreSQL that a lock which our statements take does not wait for. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  "access exclusive": [],
  exclusive: ["AccessShareLock"],
  "share update exclusive": ["AccessShareLock", "RowShareLock", "RowExclusiveLock"],
};

/** Who holds a lock now that a step would wait for, with what ends it. */
export async function inTheWay(session: Session, steps: readonly Step[], relation: QualifiedName): Promise<string[]> {
  const locking = steps.flatMap((step) => {
    const harmless = step.on === "target" ? HARMLESS[previewStep(step, undefined).lock] : undefined;
    return harmless === undefined ? [] : [{ step, harmless }];
  });
  const [first] = locking;
  if (first === undefined) return [];
  const relations = [relation, ...locking.flatMap(({ step }) => step.swap?.locked ?? [])];
  const holders = await lockHolders(session.target, relations);
  return holders.flatMap((holder) => {
    const met = isPassing(holder) ? undefined : locking.find(({ harmless }) => isMet(holder, harmless));
    return met === undefined ? [] : [line(met.step, holder, hiddenLine([holder], session.capabilities))];
  });
}

function isMet({ modes }: LockHolder, harmless: readonly string[]): boolean {
  return modes.some((mode) => !harmless.includes(mode));
}

// A transaction that is hidden may be of any age.
function isPassing(holder: LockHolder): boolean {
  const isIdle = holder.state?.startsWith("idle in transaction") === true || holder.prepared !== null;
  return isRefreshing(holder) || (!isIdle && (holder.seconds ?? Infinity) < PASSING_SECONDS);
}

function line({ action, swap, lockTimeoutMs }: Step, holder: LockHolder, hidden: string | undefined): string {
  const patience = (swap?.deadlineMs ?? lockTimeoutMs) / 1_000;
  return (
    `in the way of the ${action} now: ${holderLine(holder)}; a deploy waits for ${patience} s and gives ` +
    `up then; what ends it: ${endingSql(holder)}${hidden === undefined ? "" : `; ${hidden}`}`
  );
}
