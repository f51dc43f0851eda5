import type { Client } from "pg";
import { ask } from "../../postgres/asked.ts";
import type { QualifiedName } from "../../postgres/names.ts";

/** What decides whether a role can refresh a view. */
interface Refreshable {
  readonly isPopulated: boolean;
  readonly owner: string;
  readonly isConcurrent: boolean;
  /** Its owner, a member, a superuser, and from PostgreSQL 17 on who has maintain. */
  readonly mayRefresh: boolean;
}

/** Undefined where view or role are not there. */
export async function refreshable(
  target: Client,
  { schema, name }: QualifiedName,
  role: string,
): Promise<Refreshable | undefined> {
  return (await ask<Refreshable>(target, "describe/refreshable", [schema, name, role])).rows[0];
}
