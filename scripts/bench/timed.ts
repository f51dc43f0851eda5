import type { Ended } from "../toolchain/executables.ts";

const SHOWN = 4_000;

/**
 * What a program printed.
 * @throws with the end of it when it did not end well
 */
export async function mustRun(what: string, running: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout.slice(-SHOWN)}\n${stderr.slice(-SHOWN)}`);
  return stdout;
}

/** The seconds that it took; throws as `mustRun` does. */
export async function timed(what: string, work: () => Promise<Ended>): Promise<number> {
  const started = performance.now();
  await mustRun(what, work());
  return (performance.now() - started) / 1_000;
}
