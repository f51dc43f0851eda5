import type { Client } from "pg";
import type { Statement } from "../../../postgres/pipeline.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import type { BuiltView } from "../../../postgres/swap.ts";

/** By oid, what every refresh of the view renews. */
export type RefreshMarks = ReadonlyMap<string, string>;

/** Reads the marks of the views that a swap replaces; when one has another mark later, it was refreshed in between. */
export async function readMarks(client: Client, built: readonly BuiltView[]): Promise<RefreshMarks> {
  return marksOf((await client.query(marksQuery(built))).rows);
}

/** The query of `readMarks`. */
export function marksQuery(built: readonly BuiltView[]): Statement {
  const values = [built.map(({ old }) => old.schema), built.map(({ old }) => old.name)];
  return { text: sqlText("describe/refresh_mark"), values };
}

/** The answer to `marksQuery`. */
export function marksOf(rows: readonly unknown[]): RefreshMarks {
  return new Map((rows as { oid: string; mark: string }[]).map(({ oid, mark }) => [oid, mark]));
}

/** True when a view was refreshed between the two readings, or changed in another way that leaves the same trace. */
export function wereRefreshed(before: RefreshMarks, after: RefreshMarks): boolean {
  return [...after].some(([oid, mark]) => before.get(oid) !== mark);
}
