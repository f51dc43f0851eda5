import type { Client } from "pg";
import type { QualifiedName } from "./names.ts";
import { sqlText } from "./sqlFiles.ts";

/** A session that is in the way. */
export interface OtherSession {
  readonly pid: number;
  readonly application: string;
  readonly user: string | null;
  readonly state: string | null;
  /** Start of its transaction; of the session itself for an advisory lock. */
  readonly since: string | null;
}

/** One that holds a lock, and for how long its transaction goes on; null where the connected role may not know. */
export interface LockHolder extends OtherSession {
  readonly forMs: number | null;
}

/** Sessions other than this one that hold a lock on the relations, those with the oldest transaction first. */
export async function lockHolders(client: Client, names: readonly QualifiedName[]): Promise<LockHolder[]> {
  const parameters = [names.map(({ schema }) => schema), names.map(({ name }) => name)];
  return (await client.query<LockHolder>(sqlText("describe/lock_holders"), parameters)).rows;
}

/** "pid 123 (application "psql", user app, idle in transaction since 2026-01-01 10:00:00 UTC)". */
export function sessionLine({ pid, application, user, state, since }: OtherSession): string {
  const details = [
    `application ${JSON.stringify(application)}`,
    ...(user === null ? [] : [`user ${user}`]),
    `${state ?? "running"}${since === null ? "" : ` since ${since}`}`,
  ];
  return `pid ${pid} (${details.join(", ")})`;
}
