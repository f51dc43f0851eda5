import { isServerError, SQLSTATE, userError } from "../../postgres/errors.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";

/** Mark of an error that says that the user cancelled. */
const CANCELLED = "MATVIEW_CANCELLED";

/**
 * Runs a statement of the session; Ctrl-C (or a request to end) cancels it on the server, where it would otherwise go on.
 * @throws an error that says that nothing was changed, when it was cancelled.
 */
export async function cancellable<T>(session: Session, what: string, work: () => Promise<T>): Promise<T> {
  // Answered before the statement that may be cancelled: it goes ahead of it.
  const pid = session.target.query<{ pid: number }>(sqlText("describe/backend_pid"));
  const stop = new AbortController();
  const cancel = (): void => {
    if (stop.signal.aborted) return;
    stop.abort();
    void pid.then(({ rows }) => cancelBackend(session, rows[0]?.pid ?? 0)).catch(() => undefined);
  };
  process.on("SIGINT", cancel).on("SIGTERM", cancel);
  try {
    const [result] = await Promise.all([work(), pid]);
    return result;
  } catch (error) {
    if (
      stop.signal.aborted &&
      (isServerError(error, SQLSTATE.queryCanceled) || isServerError(Object(error).cause, SQLSTATE.queryCanceled))
    )
      throw Object.assign(userError(`${what} was cancelled; the view is as it was`, error), { mark: CANCELLED });
    throw error;
  } finally {
    process.off("SIGINT", cancel).off("SIGTERM", cancel);
  }
}

/** True for the error of `cancellable`. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof Error && "mark" in error && error.mark === CANCELLED;
}

async function cancelBackend(session: Session, pid: number): Promise<void> {
  const other = await session.another();
  try {
    await other.query(sqlStatement("statements/cancel_backend", { raw: { pid: String(pid) } }));
  } finally {
    await other.end();
  }
}
