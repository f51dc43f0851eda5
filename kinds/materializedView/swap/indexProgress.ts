import { withProgress } from "../../../postgres/progress.ts";
import type { Session } from "../../../postgres/session.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";

/** Shows how far the index build of the connection is while `work` goes on, by looking from another connection. */
export async function withIndexProgress<T>(
  { target, another }: Session,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  // Not waited for: it is answered before the first index is built.
  const asked = target.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  asked.catch(() => undefined);
  let onlooker: ReturnType<typeof another> | undefined;
  try {
    return await withProgress(what, work, async () => {
      onlooker ??= another();
      const client = await onlooker;
      const found = await client.query<{ phase: string; percent: string | null }>(sqlText("describe/index_progress"), [
        (await asked).rows[0]?.pid,
      ]);
      const [progress] = found.rows;
      return progress && `${progress.phase}${progress.percent === null ? "" : ` ${progress.percent} %`}`;
    });
  } finally {
    await onlooker?.then((client) => client.end()).catch(() => undefined);
  }
}
