import type { Client } from "pg";
import { userError } from "../../../postgres/errors.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import { named } from "../../quantities.ts";

/**
 * To be asked in a transaction of one snapshot when it has read what it reads: a load that truncates a table and fills it again in one
 * transaction holds the table for itself, and whoever waits for it with an older snapshot finds the table empty.
 * @throws where something looks empty that is not; a later transaction sees it.
 */
export async function mustSeeSources(client: Client): Promise<void> {
  const { rows } = await client.query<{ relation: string }>(sqlText("describe/unseen_sources"));
  if (rows.length === 0) return;
  const sources = named(rows.map(({ relation }) => relation));
  const error = userError(
    `${sources} was truncated, rewritten or made anew just as it was to be read, and this transaction would take it for empty: try again`,
  );
  throw Object.assign(error, { isPassing: true });
}

/** True for what `mustSeeSources` throws. */
export function isUnseen(error: unknown): boolean {
  return error instanceof Error && "isPassing" in error;
}
