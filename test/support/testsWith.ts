import { test } from "@jest/globals";

/** A `test` whose function is lent what `open` opens and closes, anew for each: `const test = testsWith(withDatabase)`. */
export function testsWith<Lent extends unknown[]>(open: (use: (...lent: Lent) => Promise<void>) => Promise<void>) {
  return (title: string, run: (...lent: Lent) => Promise<void>, timeoutMs?: number): void =>
    test(title, () => open(run), timeoutMs);
}
