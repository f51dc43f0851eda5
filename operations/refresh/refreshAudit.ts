import { REASON_LIMIT, RECORDER_TYPES, recordFunction } from "../../kinds/refreshAudit/names.ts";
import { mayCall } from "../../kinds/runtimeObjects/throughFunction.ts";
import { isServerError, serverText } from "../../postgres/errors.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { usageError } from "../commandLine/usageError.ts";

/** A refresh by hand, for the record. */
export interface RecordedRefresh {
  readonly rows: number;
  readonly seconds: number | undefined;
  readonly concurrently: boolean;
  readonly reason: string | undefined;
}

/** The reason as it is given, looked at before the refresh that it is for. */
export function checkedReason(reason: string | undefined): string | undefined {
  const length = [...(reason ?? "")].length;
  if (length > REASON_LIMIT)
    throw usageError(`--reason has ${length} characters; at most ${REASON_LIMIT} are recorded`);
  return reason;
}

/**
 * Records a refresh by hand where the platform part installed the function of the view's owner for that; elsewhere says so when a
 * reason was given. The view is refreshed by now, so what keeps it from being recorded is said and is no failure.
 */
export async function recordRefresh(
  { target }: Session,
  view: QualifiedName & { readonly owner: string },
  refreshed: Promise<RecordedRefresh>,
): Promise<void> {
  const name = recordFunction(view.owner);
  const [done, isThere] = await Promise.all([refreshed, mayCall(target, name, view.owner, RECORDER_TYPES)]);
  if (!isThere) {
    if (done.reason !== undefined)
      process.stderr.write(
        `the reason was not recorded: matview.${name}() of the platform part is not in this database, or closed to this role\n`,
      );
    return;
  }
  const literals = { schema: view.schema, view: view.name, reason: done.reason ?? "" };
  const raw = {
    concurrently: String(done.concurrently),
    milliseconds: String(Math.round((done.seconds ?? 0) * 1000)),
    rows: String(done.rows),
  };
  try {
    await target.query(sqlStatement("statements/record_refresh", { names: { function: name }, literals, raw }));
  } catch (error) {
    if (!isServerError(error)) throw error;
    process.stderr.write(`the refresh was not recorded: ${serverText(error)}\n`);
  }
}
