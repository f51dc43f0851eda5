const QUIET_MS = 2_000;
const TERMINAL_MS = 1_000;
const PLAIN_MS = 30_000;

/**
 * Says on stderr that long work goes on, with its elapsed time and what `detail` knows: in place on a terminal, a plain line
 * every half minute elsewhere. Work that ends within two seconds says nothing.
 */
export async function withProgress<T>(
  what: string,
  work: () => Promise<T>,
  detail: () => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<T> {
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1_000);
  const onTerminal = process.stderr.isTTY === true;
  let spoken = false;
  const speak = async (): Promise<void> => {
    const more = await detail().catch(() => undefined);
    const line = `${what}: ${more === undefined ? "" : `${more}, `}${seconds()} s`;
    process.stderr.write(onTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    spoken = true;
  };
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    void speak();
    repeat = setInterval(() => void speak(), onTerminal ? TERMINAL_MS : PLAIN_MS);
  }, QUIET_MS);
  let outcome = "failed";
  try {
    const result = await work();
    outcome = "done";
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
    if (spoken) process.stderr.write(`${onTerminal ? "\r\x1b[K" : ""}${what}: ${outcome} after ${seconds()} s\n`);
  }
}
