import type { Client } from "pg";
import { isRefreshing } from "./lockHolders.ts";
import type { Holder } from "./lockHolders.ts";
import { displayName } from "./names.ts";
import type { QualifiedName } from "./names.ts";
import { sqlText } from "./sqlFiles.ts";

/** A session, or a prepared transaction, that waits for others or makes them wait. A row of describe/waits.sql. */
export interface Waiting extends Holder {
  readonly waitsFor: readonly number[];
  readonly waitsForPrepared: readonly string[];
  readonly waitedSeconds: number | null;
  readonly wants: string | null;
  readonly refreshes: readonly string[];
}

/** Why somebody waits. */
export interface Blockage {
  readonly waiter: Waiting;
  /** Those that wait for nobody: the wait ends with them. */
  readonly holders: readonly Waiting[];
  /** Between the two: they wait for the holders, and the waiter for them. */
  readonly between: readonly Waiting[];
  /** All others who wait for the same holders. */
  readonly behind: readonly Waiting[];
}

/** Who waits for whom now, with the views that each refreshes. */
export async function readWaits(client: Client, views: readonly QualifiedName[]): Promise<Waiting[]> {
  const names = [views.map(({ schema }) => schema), views.map(({ name }) => name)];
  return (await client.query<Waiting>(sqlText("describe/waits"), names)).rows;
}

/** Why one of them waits; undefined where it does not. Pure. */
export function blockageOf(all: readonly Waiting[], waiter: Waiting | undefined): Blockage | undefined {
  if (waiter === undefined || !isWaiting(waiter)) return undefined;
  const reached = reachedFrom(all, waiter).filter((one) => one !== waiter);
  const free = reached.filter((one) => !isWaiting(one));
  // A deadlock, which the server is about to resolve, has no end.
  const holders = free.length > 0 ? free : reached;
  const between = reached.filter((one) => !holders.includes(one));
  const behind = all.filter(
    (one) => one !== waiter && !reached.includes(one) && reachedFrom(all, one).some((found) => holders.includes(found)),
  );
  return holders.length === 0 ? undefined : { waiter, holders, between, behind };
}

/** Why a refresh of the view waits, else why anybody waits for it; the longest wait. Pure. */
export function blockageOfView(all: readonly Waiting[], view: QualifiedName): Blockage | undefined {
  const name = displayName(view);
  const longest = (some: readonly Waiting[]): Blockage | undefined => {
    const blockages = some.flatMap((one) => blockageOf(all, one) ?? []).filter((one) => !isAtWork(one, name));
    return blockages.sort((a, b) => (b.waiter.waitedSeconds ?? 0) - (a.waiter.waitedSeconds ?? 0))[0];
  };
  return (
    longest(all.filter(({ refreshes }) => refreshes.includes(name))) ??
    longest(all.filter(({ wants }) => wants === name))
  );
}

/** Pids and the number of those who wait behind; undefined where nobody does. */
export function behindLine({ behind }: Blockage): string | undefined {
  if (behind.length === 0) return undefined;
  const shown = behind.slice(0, MOST_SHOWN).map(({ pid, user }) => `pid ${pid}${user === null ? "" : ` of ${user}`}`);
  const more = behind.length > MOST_SHOWN ? ` and ${behind.length - MOST_SHOWN} more` : "";
  return `${behind.length} more ${behind.length === 1 ? "waits" : "wait"} behind it: ${shown.join(", ")}${more}`;
}

const MOST_SHOWN = 5;

function isWaiting({ waitsFor }: Waiting): boolean {
  return waitsFor.length > 0;
}

/** A refresh that others wait for is work that goes on. */
function isAtWork({ holders }: Blockage, view: string): boolean {
  return holders.every((holder) => holder.refreshes.includes(view) && isRefreshing(holder));
}

function reachedFrom(all: readonly Waiting[], start: Waiting): Waiting[] {
  const reached: Waiting[] = [start];
  for (const one of reached) {
    const next = all.filter(
      ({ pid, prepared }) =>
        (prepared === null && one.waitsFor.includes(pid)) ||
        (prepared !== null && one.waitsForPrepared.includes(prepared)),
    );
    for (const found of next) if (!reached.includes(found)) reached.push(found);
  }
  return reached;
}
