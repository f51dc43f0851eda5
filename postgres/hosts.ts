import type { Client } from "pg";
import type { Connection, TargetSessionAttrs } from "./connectionParts.ts";
import { isServerError, isUserError, SQLSTATE } from "./errors.ts";
import { sqlText } from "./sqlFiles.ts";

/** A server of a connection, as a connection of its own. */
export interface Located extends Connection {
  /** The hosts that it is one of, where there are several. */
  readonly among?: readonly string[] | undefined;
}

/** What a server answered, or what was met on the way to it. */
export interface Failure {
  readonly at: Located;
  readonly error: unknown;
}

/** The server that was last taken of several: a process stays with it, and does not wait again for one that is down. */
const taken = new Map<string, number>();

/**
 * Tries the servers of a connection in order, as libpq does: the next one where a server is not there, is just starting or does not fit, and
 * no other one where it refuses the login.
 */
export async function tryServers<T>(
  connection: Connection,
  attempt: (at: Located) => Promise<T>,
): Promise<{ readonly reached: T } | { readonly failures: readonly Failure[] }> {
  const failures: Failure[] = [];
  const key = JSON.stringify(connection);
  for (const { index, at } of candidates(connection, taken.get(key))) {
    try {
      const reached = await attempt(at);
      taken.set(key, index);
      return { reached };
    } catch (error) {
      if (isUserError(error)) throw error;
      failures.push({ at, error });
      if (isServerError(error) && !isServerError(error, SQLSTATE.cannotConnectNow)) break;
    }
  }
  return { failures };
}

function candidates(
  connection: Connection,
  last: number | undefined,
): readonly { readonly index: number; readonly at: Located }[] {
  const { hosts, targetSessionAttrs: wanted } = connection;
  const among = hosts?.map(({ host }) => host);
  // The password of one server is not another one's.
  const shared = { ...connection, hosts: undefined, hostAddress: undefined, password: undefined };
  const all: readonly Located[] = hosts?.map((server) => ({ ...shared, ...server, among })) ?? [connection];
  const ordered = all
    .map((at, index) => ({ index, at }))
    .sort((a, b) => Number(b.index === last) - Number(a.index === last));
  if (wanted !== "prefer-standby") return ordered;
  return (["standby", "any"] as const).flatMap((targetSessionAttrs) =>
    ordered.map(({ index, at }) => ({ index, at: { ...at, targetSessionAttrs } })),
  );
}

/** What a session has to be, by what libpq calls it; undefined where it may be anything. */
const UNFIT: Readonly<Partial<Record<TargetSessionAttrs, (found: Target) => string | undefined>>> = {
  primary: ({ inRecovery }) => (inRecovery ? "a standby" : undefined),
  standby: ({ inRecovery }) => (inRecovery ? undefined : "no standby"),
  "read-write": ({ readOnly }) => (readOnly ? "read-only" : undefined),
  "read-only": ({ readOnly }) => (readOnly ? undefined : "not read-only"),
};

interface Target {
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
}

/** @throws where the server is not the one that `target_session_attrs` asks for. */
export async function mustFit(client: Client, { targetSessionAttrs = "any" }: Connection): Promise<void> {
  const unfit = UNFIT[targetSessionAttrs];
  if (unfit === undefined) return;
  const { rows } = await client.query<Target>(sqlText("describe/session_target"));
  const found = rows[0] === undefined ? undefined : unfit(rows[0]);
  if (found !== undefined) throw new Error(`it is ${found}, and target_session_attrs is ${targetSessionAttrs}`);
}
