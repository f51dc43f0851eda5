import { deafen, isBusy, isStopError, stopStatements } from "../../postgres/stopping.ts";
import type { Verb } from "./verb.ts";

const STOPPED_STATUS = 130;
/** What is being undone then is not waited for. */
const GRACE_MS = 1_500;

/** Ctrl-C, a request to end, a terminal that was closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Has what runs on the server stopped by a signal, and says in one line what holds: `status` for a verb that fails of it. */
export function stopOnSignal({ verb, reads }: Pick<Verb, "verb" | "reads">): {
  readonly status: (error: unknown) => number;
  readonly end: () => void;
} {
  const status = (error: unknown): number => {
    const holds = reads ? "stopped; nothing was changed" : "stopped before it was done; run it again";
    process.stderr.write(`matview ${verb}: ${isStopError(error) ? error.message : holds}\n`);
    return STOPPED_STATUS;
  };
  const exit = (): never => process.exit(status(undefined));
  const stop = (signal: NodeJS.Signals): void => {
    // A verb that goes on until it is stopped ends by itself.
    if (process.listenerCount(signal) > 1 && !isBusy()) return;
    if (reads) deafen();
    const asked = stopStatements();
    if (reads) void asked.then(exit);
    setTimeout(exit, GRACE_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return { status, end: () => SIGNALS.forEach((signal) => process.off(signal, stop)) };
}
