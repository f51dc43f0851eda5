const QUIET_MS = 2_000;
const TERMINAL_MS = 1_000;
const PLAIN_MS = 30_000;

/** What is known of work that goes on. */
export interface Detail {
  /** A few words for the line that is written again and again. */
  readonly short?: string | undefined;
  /** A line of its own, said once. */
  readonly line?: string | undefined;
}

/**
 * Says on stderr that long work goes on, with its elapsed time and what `detail` knows: in place on a terminal, a plain line
 * every half minute elsewhere. Work that ends within two seconds says nothing.
 */
export async function withProgress<T>(
  what: string,
  work: () => Promise<T>,
  detail: () => Promise<Detail> = () => Promise.resolve({}),
): Promise<T> {
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1_000);
  const onTerminal = process.stderr.isTTY === true;
  const clear = onTerminal ? "\r\x1b[K" : "";
  let isOver = false;
  let spoken = false;
  let said: string | undefined;
  const speak = async (): Promise<void> => {
    const { short, line } = await detail().catch((): Detail => ({}));
    if (isOver) return;
    if (line !== undefined && line !== said) process.stderr.write(`${clear}${line}\n`);
    said = line;
    const text = `${what}: ${short === undefined ? "" : `${short}, `}${seconds()} s`;
    process.stderr.write(onTerminal ? `${clear}${text}` : `${text}\n`);
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
    isOver = true;
    clearTimeout(first);
    clearInterval(repeat);
    if (spoken) process.stderr.write(`${clear}${what}: ${outcome} after ${seconds()} s\n`);
  }
}
