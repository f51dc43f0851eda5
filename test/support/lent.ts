import { afterAll, beforeAll, test } from "@jest/globals";

/** Opens something, lends it for the time of a function, and closes it. */
type Open<Lent extends unknown[]> = (use: (...lent: Lent) => Promise<void>) => Promise<void>;

/** A `test` whose function is lent what `open` opens, anew for each: `const test = testsWith(withDatabase)`. */
export function testsWith<Lent extends unknown[]>(open: Open<Lent>) {
  return (title: string, run: (...lent: Lent) => Promise<void>, timeoutMs?: number): void =>
    test(title, () => open(run), timeoutMs);
}

/** One of what `open` opens for all tests of a file; `prepare` is run on it before the first. */
export function shared<T>(open: Open<[T]>, prepare: (lent: T) => Promise<unknown> = () => Promise.resolve()): () => T {
  const lent = Promise.withResolvers<T>();
  const returned = Promise.withResolvers<void>();
  let closed: Promise<void> | undefined;
  let value: { readonly of: T } | undefined;
  beforeAll(async () => {
    closed = open(async (opened) => {
      lent.resolve(opened);
      await returned.promise;
    });
    closed.catch(lent.reject);
    value = { of: await lent.promise };
    await prepare(value.of);
  });
  afterAll(async () => {
    returned.resolve();
    await closed;
  });
  return () => {
    if (value === undefined) throw new Error("it is opened in beforeAll");
    return value.of;
  };
}
