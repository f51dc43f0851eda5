import type { QualifiedName } from "../components/postgres/names.ts";
import type { Session } from "../components/postgres/session.ts";
import { sqlStatement, sqlText } from "../components/postgres/sqlFiles.ts";

/** A refresh by hand, for the record. */
export interface RecordedRefresh {
  readonly rows: number;
  readonly seconds: number | undefined;
  readonly concurrently: boolean;
  readonly reason: string | undefined;
}

/** Records a refresh by hand where the platform part installed its function for that; elsewhere says so when a reason was given. */
export async function recordRefresh({ target }: Session, view: QualifiedName, done: RecordedRefresh): Promise<void> {
  const { rows } = await target.query<{ isThere: boolean }>(sqlText("describe/refresh_audit"));
  if (rows[0]?.isThere !== true) {
    if (done.reason !== undefined)
      process.stderr.write(
        "the reason was not recorded: the schema matview of the platform part is not in this database, or closed to this role\n",
      );
    return;
  }
  const literals = { schema: view.schema, view: view.name, reason: done.reason ?? "" };
  const raw = { milliseconds: String(Math.round((done.seconds ?? 0) * 1000)), rows: String(done.rows) };
  await target.query(sqlStatement("statements/record_refresh", { literals, raw }));
}
