import type { Client } from "pg";
import { advisoryLockHolder } from "../../../postgres/advisoryLock.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { dropSql, viewObject } from "../../../postgres/objectStatements.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import { ASIDE, asideName, lockKey } from "./swapNames.ts";

/** A relation that a swap built aside and that never took its place. */
export interface Leftover extends QualifiedName {
  readonly kind: "m" | "v";
}

/** What swaps of the view left behind, outermost first; nothing while one is going on. */
export async function readLeftovers(client: Client, view: QualifiedName): Promise<Leftover[]> {
  const found = await readAsides(client, view);
  if (found.length === 0) return [];
  return (await advisoryLockHolder(client, lockKey(view))) === undefined ? found : [];
}

/** Drops what is built aside; for a session that holds the view's lock. */
export async function removeAsides(client: Client, found: readonly Leftover[]): Promise<void> {
  for (const leftover of found) await client.query(dropSql(viewObject(leftover)));
}

/** What is built aside of the view now, by whomever. */
export async function readAsides(client: Client, view: QualifiedName): Promise<Leftover[]> {
  const { schema, name } = asideName(view);
  return (await client.query<Leftover>(sqlText("describe/leftovers"), [schema, name, `_${ASIDE}`])).rows;
}
