import type { Blockage } from "../../postgres/waits.ts";
import { duration } from "../commandLine/text.ts";

/** An autovacuum in the way of a refresh is cancelled within deadlock_timeout, a second; what is shorter needs nobody. */
const LONG_SECONDS = 2;

export function isLongBlocked({ waiter }: Blockage): boolean {
  return (waiter.waitedSeconds ?? 0) >= LONG_SECONDS;
}

/** Who waits for whom and how long: "pid 7 (pg_cron) waits for 45 s for pid 9". */
export function blockageText({ waiter, holders }: Blockage): string {
  const by = holders.map(({ pid, prepared }) =>
    prepared === null ? `pid ${pid}` : `prepared transaction ${prepared}`,
  );
  const who = waiter.application === "" ? "" : ` (${waiter.application})`;
  return `pid ${waiter.pid}${who} has waited for ${by.join(", ")} for ${duration(waiter.waitedSeconds ?? 0)}`;
}
