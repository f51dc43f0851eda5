import type { Client } from "pg";
import { endingSql, holderLine } from "./lockHolders.ts";
import { withProgress } from "./progress.ts";
import type { Detail } from "./progress.ts";
import type { Session } from "./session.ts";
import { sqlText } from "./sqlFiles.ts";
import { blockageOf, readWaits } from "./waits.ts";
import type { Blockage } from "./waits.ts";

/**
 * Shows how long work on the session's connection goes on, by looking from another connection: how far an index build is, and who makes it
 * wait. `blocked` is told the same.
 */
export async function withLookout<T>(
  { target, another }: Pick<Session, "target" | "another">,
  what: string,
  work: () => Promise<T>,
  blocked: (blockage: Blockage) => void = () => undefined,
): Promise<T> {
  // Not waited for: it is answered before the work begins.
  const asked = target.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  asked.catch(() => undefined);
  let onlooker: ReturnType<typeof another> | undefined;
  try {
    return await withProgress(what, work, async () => {
      onlooker ??= another();
      return look(await onlooker, (await asked).rows[0]?.pid, blocked);
    });
  } finally {
    await onlooker?.then((client) => client.end()).catch(() => undefined);
  }
}

async function look(
  client: Client,
  worker: number | undefined,
  blocked: (blockage: Blockage) => void,
): Promise<Detail> {
  const [waits, { rows }] = await Promise.all([
    readWaits(client, []),
    client.query<{ phase: string; percent: string | null }>(sqlText("describe/index_progress"), [worker]),
  ]);
  const blockage = blockageOf(
    waits,
    waits.find(({ pid }) => pid === worker),
  );
  if (blockage !== undefined) {
    blocked(blockage);
    const pids = blockage.holders.map(({ pid, prepared }) =>
      prepared === null ? `pid ${pid}` : "a prepared transaction",
    );
    const line = `waits for ${blockage.holders.map(holderLine).join(", ")}; what ends it: ${blockage.holders.map(endingSql).join("; ")}`;
    return { short: `waits for ${pids.join(", ")}`, line };
  }
  const [progress] = rows;
  return { short: progress && `${progress.phase}${progress.percent === null ? "" : ` ${progress.percent} %`}` };
}
