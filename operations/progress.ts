/** Says how long something has been going on: in place on a terminal, every half minute elsewhere. */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const terminal = process.stderr.isTTY === true;
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r${what} ... ${seconds()} s` : `${what} ... ${seconds()} s\n`),
    terminal ? 1_000 : 30_000,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (terminal && seconds() >= 1) process.stderr.write("\r\x1b[K");
  }
}
