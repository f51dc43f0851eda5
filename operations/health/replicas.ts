import { serverText } from "../../postgres/errors.ts";
import { sessionLine } from "../../postgres/lockHolders.ts";
import type { OtherSession } from "../../postgres/lockHolders.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { lookAtReplica, replicaName, walPosition, withReplicas, wrongReplica } from "../../postgres/replicas.ts";
import type { Replica } from "../../postgres/replicas.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { duration } from "../commandLine/text.ts";

/** What readers of a standby get. */
export interface ReplicaFacts {
  /** `host:port`. */
  readonly name: string;
  /** Why nothing is known of it. */
  readonly problem?: string;
  /** How far replay is behind, in time; 0 where it is not. */
  readonly lagSeconds?: number;
  /** Why replay stands still, where it does, and the statement that lets it go on. */
  readonly stopped?: { readonly cause: string; readonly fix: string };
  /** When the view was refreshed, by the stamp that readers there see. */
  readonly stampAt?: Date | undefined;
}

/** A view with the column that says when it was refreshed. */
export interface Stamped extends QualifiedName {
  readonly stamp: string | undefined;
}

/** Longer than replay waits for a query that is in its way, with the settings that most servers have. */
const STOPPED_SECONDS = 60;

/** The facts of every replica that is named, for each view. */
export async function readReplicas(session: Session, views: readonly Stamped[]): Promise<ReplicaFacts[][]> {
  const { replicas, target, capabilities } = session;
  if (replicas.length === 0 || capabilities.inRecovery) return views.map(() => []);
  const position = await walPosition(target);
  return withReplicas(replicas, "matview", async (opened, { refusals, unreachable }) => {
    const problems = [...refusals, ...unreachable];
    const read = async (replica: Replica): Promise<ReplicaFacts[]> => {
      const wrong = await wrongReplica(replica, capabilities.identity);
      if (wrong !== undefined) return views.map(() => ({ name: replica.name, problem: wrong }));
      const state = await readReplay(replica, position);
      return Promise.all(views.map(async (view) => ({ ...state, ...(await stampOn(replica, view)) })));
    };
    const found = await Promise.all(
      replicas.map(replicaName).map(async (name) => {
        const replica = opened.find((one) => one.name === name);
        try {
          if (replica !== undefined) return await read(replica);
        } catch (error) {
          problems.push(`read replica ${name}: ${serverText(error)}`);
        }
        const problem = problems.find((one) => one.startsWith(`read replica ${name}: `)) ?? "";
        return views.map((): ReplicaFacts => ({ name, problem }));
      }),
    );
    return views.map((_, index) => found.map((ofReplica) => ofReplica[index]!));
  });
}

async function readReplay(replica: Replica, position: string): Promise<ReplicaFacts> {
  const { name, client } = replica;
  const [look, { rows: blockers }] = await Promise.all([
    lookAtReplica(replica, position),
    client.query<OtherSession>(sqlText("describe/replay_blockers")),
  ]);
  const isBehind = (look.behindBytes ?? 0) > 0;
  const lagSeconds = isBehind ? (look.replayedSecondsAgo ?? 0) : 0;
  const on = ` -- on ${name}`;
  if (look.isPaused)
    return { name, lagSeconds, stopped: { cause: "its replay is paused", fix: `select pg_wal_replay_resume()${on}` } };
  if (blockers.length > 0) {
    const fix = `${blockers.map(({ pid }) => `select pg_terminate_backend(${pid})`).join("; ")}${on}`;
    return { name, lagSeconds, stopped: { cause: `replay waits for ${blockers.map(sessionLine).join(", ")}`, fix } };
  }
  if (lagSeconds <= STOPPED_SECONDS) return { name, lagSeconds };
  const cause = `it has replayed nothing for ${duration(lagSeconds)} and is ${look.behindBytes} bytes behind: it receives nothing, or a long query holds replay up`;
  return { name, lagSeconds, stopped: { cause, fix: `select * from pg_stat_wal_receiver${on}` } };
}

async function stampOn({ client }: Replica, { schema, name, stamp }: Stamped): Promise<Pick<ReplicaFacts, "stampAt">> {
  if (stamp === undefined) return {};
  const statement = sqlStatement("statements/read_stamp", { names: { schema, view: name, stamp } });
  // Where replay waits for a lock, readers wait with it: then nobody there sees anything.
  const answer = await client.query<{ refreshedAt: Date | null }>(statement).catch(() => undefined);
  return { stampAt: answer?.rows[0]?.refreshedAt ?? undefined };
}
