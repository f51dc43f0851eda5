import { setTimeout as pause } from "node:timers/promises";

/** What is waited for, how often it is looked at and how long at most. */
export interface Wait {
  readonly what: string;
  readonly everyMs?: number;
  readonly atMostMs?: number;
}

/**
 * Looks again and again until the condition gives something that is not undefined, null or false, and returns that.
 * @throws when the time is up, with what was waited for.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, everyMs = 10, atMostMs = 60_000 }: Wait,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + atMostMs;
  for (;;) {
    const seen = await condition();
    if (seen !== undefined && seen !== null && seen !== false) return seen as Exclude<T, undefined | null | false>;
    if (Date.now() > deadline) throw new Error(`waited ${atMostMs / 1000} s for ${what}`);
    await pause(everyMs);
  }
}
