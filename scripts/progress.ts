const quietMs = 2_000;
const terminalIntervalMs = 1_000;
const plainIntervalMs = 30_000;

/**
 * Runs `work` and says on stderr that it goes on: a line with the seconds, redrawn, on a terminal; a plain line every half
 * minute elsewhere. Work that ends within two seconds says nothing.
 */
export async function withProgress<T>(label: string, work: () => Promise<T>): Promise<T> {
  const onTerminal = process.stderr.isTTY === true;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000);
  let spoken = false;
  const speak = () => {
    if (onTerminal) process.stderr.write(`\r${label} ... ${seconds()} s`);
    else console.error(spoken ? `${label}: still at it after ${seconds()} s` : `${label} ...`);
    spoken = true;
  };
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    speak();
    repeat = setInterval(speak, onTerminal ? terminalIntervalMs : plainIntervalMs);
  }, quietMs);
  let outcome = "failed";
  try {
    const result = await work();
    outcome = "done";
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
    if (spoken) console.error(`${onTerminal ? "\r" : ""}${label}: ${outcome} after ${seconds()} s`);
  }
}
