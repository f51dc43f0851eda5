import { setTimeout as delay } from "node:timers/promises";
import { problemReport, serverText } from "../../../postgres/errors.ts";
import { lockHolders, sessionLine } from "../../../postgres/lockHolders.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { lookAtReplica, withReplicas, wrongReplica } from "../../../postgres/replicas.ts";
import type { Replica, ReplicaProblems } from "../../../postgres/replicas.ts";
import type { Session } from "../../../postgres/session.ts";

/**
 * Who on the read replicas is in the way of a lock that they replay: sessions there that hold one of the relations for longer than is
 * tolerated, and replicas that are too far behind `position` for a look to say anything; a phrase each.
 */
export type ReplicaReaders = (
  locked: readonly QualifiedName[],
  position: string,
  toleratedMs: number,
) => Promise<string[]>;

/** What is said of a replica that cannot be looked at. */
export const NOT_WAITED_FOR = "its readers are not waited for";

const APPLICATION = "pulumi-matview";

/** What was written and is not replayed within this time waits for something. */
const REPLAY_MS = 100;
const POLL_MS = 10;

/** What keeps the replicas that are named from being looked at. */
export async function replicaProblems({ replicas, capabilities }: Session): Promise<ReplicaProblems> {
  return withReplicas(replicas, APPLICATION, async (opened, { refusals, unreachable }) => {
    const wrong = await Promise.all(opened.map((one) => wrongReplica(one, capabilities.identity)));
    return { refusals: [...refusals, ...wrong.filter((one) => one !== undefined)], unreachable };
  });
}

/** @throws where a server that is named is no standby of this one; before anything is done that others would have to wait for. */
export async function refuseWrongReplicas(session: Session): Promise<void> {
  const { refusals } = await replicaProblems(session);
  if (refusals.length > 0) throw problemReport("its readers elsewhere cannot be looked at", refusals);
}

/** Runs work that looks at the replicas. One that cannot be reached, then or later, is told, and keeps nothing waiting. */
export async function withReplicaReaders<T>(
  { replicas }: Session,
  work: (readers: ReplicaReaders | undefined) => Promise<T>,
): Promise<T> {
  if (replicas.length === 0) return work(undefined);
  return withReplicas(replicas, APPLICATION, (opened, { refusals, unreachable }) => {
    const watched = new Set(opened);
    for (const problem of [...refusals, ...unreachable]) say(problem);
    const lookAt = async (replica: Replica, ...asked: Parameters<ReplicaReaders>): Promise<string[]> => {
      try {
        return await obstaclesOn(replica, ...asked);
      } catch (error) {
        watched.delete(replica);
        say(`read replica ${replica.name}: ${serverText(error)}`);
        return [];
      }
    };
    return work(async (...asked) => (await Promise.all([...watched].map((one) => lookAt(one, ...asked)))).flat());
  });
}

async function obstaclesOn(
  replica: Replica,
  locked: readonly QualifiedName[],
  position: string,
  toleratedMs: number,
): Promise<string[]> {
  const deadline = Date.now() + REPLAY_MS;
  for (;;) {
    const [{ behindBytes, isPaused }, holders] = await Promise.all([
      lookAtReplica(replica, position),
      lockHolders(replica.client, locked),
    ]);
    const held = holders.filter(({ seconds }) => seconds === null || seconds * 1_000 > toleratedMs);
    if (held.length > 0) return held.map((one) => `on read replica ${replica.name} ${sessionLine(one)}`);
    if (isPaused)
      return [`read replica ${replica.name}, whose replay is paused (run there: select pg_wal_replay_resume())`];
    if ((behindBytes ?? 0) <= 0) return [];
    if (Date.now() > deadline) return [`read replica ${replica.name}, where replay is ${behindBytes} bytes behind`];
    await delay(POLL_MS);
  }
}

function say(problem: string): void {
  process.stderr.write(`${problem}; ${NOT_WAITED_FOR}\n`);
}
