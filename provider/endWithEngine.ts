import { connect } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { isBusy, stopStatements } from "../postgres/stopping.ts";

const LOOK_AGAIN_MS = 100;
/** For the requests to cancel to arrive, and for what was cancelled to be undone. The engine waits for five seconds. */
const GRACE_MS = 1_500;
const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Stops what runs in the database when the engine is asked to stop, and ends this process with the engine's. Pulumi's provider process says
 * nothing of a cancelled deploy to the provider in it, hands on the engine's address and no more, and outlives an engine that is killed.
 */
export function endWithEngine(address: string | undefined): void {
  if (!/^.+:\d+$/.test(address ?? "")) return;
  whenCancelled(() => void stopStatements());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void end());
  watch(`http://${address}`, () => void end());
}

async function end(): Promise<void> {
  void stopStatements();
  const until = Date.now() + GRACE_MS;
  while (isBusy() && Date.now() < until) await delay(LOOK_AGAIN_MS);
  process.exit(1);
}

/** A connection that stays open as long as the engine does. */
function watch(engine: string, gone: () => void): void {
  const session = connect(engine);
  session.unref();
  let isRefused = false;
  session.on("error", (error: NodeJS.ErrnoException) => (isRefused ||= error.code === "ECONNREFUSED"));
  session.once("close", () => (isRefused ? gone() : setTimeout(() => watch(engine, gone), LOOK_AGAIN_MS).unref()));
}

/** Calls back when the engine tells this process that the deploy is cancelled, which Pulumi's own code there answers and forgets. */
function whenCancelled(callback: () => void): void {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles?: () => NodeJS.EventEmitter[] };
  for (const handle of handles?.() ?? []) {
    if (handle.listenerCount?.("stream") === 0) continue;
    handle.on("stream", (_stream: unknown, headers?: Readonly<Record<string, unknown>>) => {
      if (headers?.[":path"] === CANCEL) callback();
    });
  }
}
