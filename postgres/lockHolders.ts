import type { Client } from "pg";
import type { QualifiedName } from "./names.ts";
import { sqlText } from "./sqlFiles.ts";

/** A session that is in the way. */
export interface OtherSession {
  readonly pid: number;
  readonly application: string;
  readonly user: string | null;
  readonly state: string | null;
  /** Null for this server's own sockets, and where it is hidden. */
  readonly host?: string | null;
  /** Start of its transaction; of the session itself for an advisory lock. */
  readonly since: string | null;
}

/** Sessions other than this one that hold a lock on the relations, those with the oldest transaction first. */
export async function lockHolders(client: Client, names: readonly QualifiedName[]): Promise<OtherSession[]> {
  const parameters = [names.map(({ schema }) => schema), names.map(({ name }) => name)];
  return (await client.query<OtherSession>(sqlText("describe/lock_holders"), parameters)).rows;
}

/** "pid 123 (application "psql", user app, idle in transaction since 2026-01-01 10:00:00 UTC)". */
export function sessionLine({ pid, application, user, state, since, host }: OtherSession): string {
  const details = [
    `application ${JSON.stringify(application)}`,
    ...(user === null ? [] : [`user ${user}`]),
    ...(host == null ? [] : [`from ${host}`]),
    `${state ?? "running"}${since === null ? "" : ` since ${since}`}`,
  ];
  return `pid ${pid} (${details.join(", ")})`;
}
