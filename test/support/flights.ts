import { startProxy } from "../../scripts/database/distanceProxy.ts";
import type { TestDatabase } from "./database.ts";

/** Counts what the clients of a database wait for, and notes what they asked. */
export interface FlightCounter {
  /** The database as its far clients see it. */
  readonly url: string;
  /** The round trips of `work`, and what was sent in each, a line a flight. */
  count(work: () => Promise<unknown>): Promise<{ trips: number; flights: string[] }>;
}

/** Long enough for what one flight holds to have left the client before its first answer arrives. */
const DELAY_MS = 10;

/** Gives the action a database behind a proxy that counts. */
export async function withFlights<T>(
  database: TestDatabase,
  action: (counter: FlightCounter) => Promise<T>,
): Promise<T> {
  const near = new URL(database.url);
  let sent: { connection: number; text: string }[] = [];
  const proxy = await startProxy({
    host: near.hostname,
    port: Number(near.port),
    delayMs: DELAY_MS,
    onSent: (bytes, connection) => void sent.push({ connection, text: textOf(bytes) }),
  });
  const far = new URL(near);
  far.port = String(proxy.port);
  try {
    return await action({
      url: far.href,
      count: async (work) => {
        proxy.reset();
        sent = [];
        await work();
        return { trips: proxy.roundTrips(), flights: sent.map(({ connection, text }) => `${connection}: ${text}`) };
      },
    });
  } finally {
    await proxy.stop();
  }
}

/** What a person reads in the bytes of the protocol: the words, on one line. */
function textOf(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}
