import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { cancelOpen } from "../postgres/sessionPool.ts";

const LOOK_EVERY_MS = 1_000;
/** For the requests to cancel to arrive, and for what was cancelled to be undone. */
const GRACE_MS = 500;

/**
 * Ends this process soon after the engine's end. Pulumi hands its provider process the engine's address and no more: killed, the engine
 * leaves it behind for ever, and with it what it was about to do in the database.
 */
export function endWithEngine(address: string | undefined): void {
  const [, host, port] = /^(.+):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined || port === undefined) return;
  let missed = 0;
  const look = async (): Promise<void> => {
    missed = (await isThere(host, Number(port))) ? 0 : missed + 1;
    if (missed < 2) return;
    clearInterval(timer);
    cancelOpen();
    await delay(GRACE_MS);
    process.exit(1);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
}

/** False where nobody listens there any more; whatever else goes wrong says nothing. */
function isThere(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}
