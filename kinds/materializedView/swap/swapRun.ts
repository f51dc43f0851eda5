import type { Client } from "pg";
import { withAdvisoryLock } from "../../../postgres/advisoryLock.ts";
import { inTransaction } from "../../../postgres/applyPlan.ts";
import { asJobSession } from "../../../postgres/jobSession.ts";
import { withLookout } from "../../../postgres/lookout.ts";
import { displayName } from "../../../postgres/names.ts";
import { pipelined } from "../../../postgres/pipeline.ts";
import { LOCK_TIMEOUT_MS } from "../../../postgres/plan.ts";
import type { Step } from "../../../postgres/plan.ts";
import type { Session } from "../../../postgres/session.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import type { Swap } from "../../../postgres/swap.ts";
import { jobUserOf } from "../../refreshJob/jobUser.ts";
import { isUnseen, mustSeeSources } from "../definition/unseenSources.ts";
import { recomputeView } from "../fillView.ts";
import { passGate } from "./gate.ts";
import { readAsides, removeAsides } from "./leftovers.ts";
import type { Leftover } from "./leftovers.ts";
import { proveChange } from "./proveChange.ts";
import { refreshAsides } from "./refreshAsides.ts";
import { refuseWrongReplicas, withReplicaReaders } from "./replicaReaders.ts";
import { exchange } from "./swapExchange.ts";
import { readMarks } from "./swapMarks.ts";
import type { RefreshMarks } from "./swapMarks.ts";

/**
 * Runs a swap: builds aside, passes the gate, waits for the moment and takes the old one's place. Whatever stops it leaves
 * the old view serving and nothing aside.
 * @throws with what was seen: the gate's findings, the sessions in the way, what would have been lost.
 */
export async function runSwap(session: Session, { swap, fence }: Step): Promise<void> {
  if (swap === undefined) throw new Error("a step with action swap says nothing of it");
  const client = session.target;
  await refuseWrongReplicas(session);
  // The marks are read before the build's snapshot: what is refreshed from here on may be newer than the build.
  const look = (): Promise<[string | undefined, RefreshMarks, Leftover[]]> =>
    Promise.all([oidOf(client, swap), readMarks(client, swap.built), readAsides(client, swap.view)]);
  await withAdvisoryLock(
    { client, key: swap.lockKey, patienceMs: swap.deadlineMs },
    look,
    async ([oid, marks, asides]) => {
      // Somebody else put another one there while we waited: whether that is the declared one is seen when it is described again.
      if (oid !== swap.oid) return;
      await removeAsides(client, asides);
      try {
        for (const statement of swap.before ?? []) await client.query(statement);
        await fillSources(session, swap);
        await build(session, swap);
        await withLookout(session, `${displayName(swap.view)}: waiting for the moment to swap`, () =>
          withReplicaReaders(session, (readers) => exchange(client, swap, { marks, fence, readers })),
        );
      } catch (error) {
        // On a connection that is lost this fails too; then the next run finds what is left by its name.
        await readAsides(client, swap.view)
          .then((left) => removeAsides(client, left))
          .catch(() => undefined);
        throw error;
      }
    },
  );
}

// They are the program's own and new, with a first refresh that comes after this.
async function fillSources(session: Session, { unfilled = [] }: Swap): Promise<void> {
  for (const { owner, ...view } of unfilled) {
    const user = await jobUserOf(session, view, Promise.resolve(owner));
    await withLookout(session, `${displayName(view)}: first refresh`, async () => {
      await recomputeView(session.target, { ...view, isPopulated: false }, { user });
    });
  }
}

/** Each begins when the load is done that the one before met; who loads again and again is not waited for. */
const MOST_TRIES = 3;

async function build(session: Session, swap: Swap, tries = 1): Promise<void> {
  const client = session.target;
  const view = displayName(swap.view);
  // What is proved, both definitions give in one snapshot.
  const begin = swap.change === undefined ? "begin" : "begin isolation level repeatable read";
  const work = async (): Promise<void> => {
    await withLookout(session, `${view}: building the new view`, async () => {
      // In one flight: where nothing was made, nothing is refreshed.
      await Promise.all([
        pipelined(client, [`set local lock_timeout = ${LOCK_TIMEOUT_MS}`, ...swap.make]),
        refreshAsides(client, swap.built),
      ]);
      if (swap.change !== undefined) await mustSeeSources(client);
    });
    await withLookout(session, `${view}: checking the new data`, () => passGate(client, swap.gate));
    const { change } = swap;
    if (change !== undefined)
      await withLookout(session, `${view}: proving what changes`, () => proveChange(client, change));
    await withLookout(session, `${view}: building indexes`, async () => {
      // An index on an expression runs what the expression calls.
      for (const { user, finish } of swap.built) await asJobSession(client, user, finish);
    });
  };
  try {
    await inTransaction(client, work, [], begin);
  } catch (error) {
    if (!isUnseen(error) || tries >= MOST_TRIES) throw error;
    await build(session, swap, tries + 1);
  }
}

async function oidOf(client: Client, { view }: Swap): Promise<string | undefined> {
  const { rows } = await client.query<{ oid: string }>(sqlText("describe/relation_oid"), [view.schema, view.name]);
  return rows[0]?.oid;
}
