/** Something that an `open` function lends for the time of its callback, kept open until it is released. */
export interface Held<T> {
  readonly value: T;
  release(): Promise<void>;
}

/** Turns `withX(use => ...)` into a value that several tests of a file share: beforeAll holds it, afterAll releases it. */
export async function hold<T>(open: (use: (value: T) => Promise<void>) => Promise<void>): Promise<Held<T>> {
  const lent = Promise.withResolvers<T>();
  const returned = Promise.withResolvers<undefined>();
  const closed = open(async (value) => {
    lent.resolve(value);
    await returned.promise;
  });
  closed.catch(lent.reject);
  return {
    value: await lent.promise,
    release: async () => {
      returned.resolve(undefined);
      await closed;
    },
  };
}
