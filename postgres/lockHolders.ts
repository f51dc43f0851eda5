import type { Client } from "pg";
import type { Capabilities } from "./capabilities.ts";
import { userError } from "./errors.ts";
import type { ServerError } from "./errors.ts";
import { sqlIdentifier, sqlLiteral } from "./names.ts";
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

/** A session, or a prepared transaction, that holds a lock. */
export interface Holder extends OtherSession {
  /** Null where it is hidden, and where there is none. */
  readonly statement: string | null;
  /** Name of a prepared transaction, which no session has any more. */
  readonly prepared: string | null;
}

/** A row of describe/lock_holders.sql. */
export interface LockHolder extends Holder {
  /** Age of its transaction. */
  readonly seconds: number | null;
  readonly modes: readonly string[];
}

/**
 * Others that hold a lock on the relations, those with the oldest transaction first; without any, those that keep readers out of whatever it
 * is, or wait to.
 */
export async function lockHolders(client: Client, names?: readonly QualifiedName[]): Promise<LockHolder[]> {
  const parameters = [names?.map(({ schema }) => schema) ?? null, names?.map(({ name }) => name) ?? null];
  return (await client.query<LockHolder>(sqlText("describe/lock_holders"), parameters)).rows;
}

/** What to say where a look waited too long for somebody's lock. */
export async function lockedError(client: Client, what: string, error: ServerError): Promise<Error> {
  const holders = await lockHolders(client);
  const who = holders.length === 0 ? "another session, such as a migration" : holders.map(holderLine).join(", ");
  const end = holders.length === 0 ? "" : `, or end it: ${holders.map(endingSql).join("; ")}`;
  return userError(`${what}: a source is locked by ${who}; try again when it is done${end} [${error.code}]`, error);
}

/** "pid 123 (application "psql", user app, idle in transaction since 2026-01-01 10:00:00 UTC)". */
export function sessionLine({ pid, application, user, state, since, host }: OtherSession): string {
  const details = [
    `application ${JSON.stringify(application)}`,
    ...(user === null ? [] : [`user ${sqlIdentifier(user)}`]),
    ...(host == null ? [] : [`from ${host}`]),
    `${state ?? "running"}${since === null ? "" : ` since ${since}`}`,
  ];
  return `pid ${pid} (${details.join(", ")})`;
}

/** The statement that ends a holder. One that is cancelled does not give back the locks of a transaction that stays open. */
export function endingSql({ pid, state, prepared, application }: Holder): string {
  if (prepared !== null) return `rollback prepared ${sqlLiteral(prepared)}`;
  const isCancelled = state === "active" || application.startsWith("autovacuum");
  return `select ${isCancelled ? "pg_cancel_backend" : "pg_terminate_backend"}(${pid})`;
}

/** A holder in words, with its statement where it may be seen. */
export function holderLine(holder: Holder): string {
  const { prepared, user, since, statement } = holder;
  if (prepared !== null) return `prepared transaction ${JSON.stringify(prepared)} (of ${user}, since ${since})`;
  return `${sessionLine(holder)}${statement ? `, ${holder.state === "active" ? "runs" : "ran last"}: ${shortStatement(statement)}` : ""}`;
}

/** What to grant where the connected role does not see what the holders do; nothing where it does. */
export function hiddenLine(
  holders: readonly Holder[],
  { currentUser }: Pick<Capabilities, "currentUser">,
): string | undefined {
  const isHidden = holders.some(({ state, prepared }) => state === null && prepared === null);
  const role = sqlIdentifier(currentUser);
  return isHidden
    ? `what it does and since when is hidden from role ${role}: grant pg_read_all_stats to ${role}`
    : undefined;
}

/** True of a refresh that goes on, which ends by itself. */
export function isRefreshing({ state, statement }: Holder): boolean {
  return state === "active" && /refresh\s+materialized/i.test(statement ?? "");
}

const LONGEST_STATEMENT = 80;

// What a statement says of a row is nobody's business.
function shortStatement(text: string): string {
  const quiet = text
    .replace(/\$(\w*)\$[^]*?(?:\$\1\$|$)/g, "'...'")
    .replace(/'(?:[^'\\]|''|\\[^])*'?/g, "'...'")
    .replace(/(?<!\$)\b\d[\d.]*\b/g, "?")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return quiet.length <= LONGEST_STATEMENT ? quiet : `${quiet.slice(0, LONGEST_STATEMENT)}...`;
}
