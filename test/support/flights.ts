import { startProxy } from "../../scripts/database/distanceProxy.ts";
import type { TestDatabase } from "./database.ts";

/** Counts what the clients of a database wait for, and notes what they asked. */
export interface FlightCounter {
  /** The database as its far clients see it. */
  readonly url: string;
  /** The round trips of `work`, its connections, and what was sent in each round trip, a line each. */
  count(work: () => Promise<unknown>): Promise<{ trips: number; connections: number; flights: string[] }>;
}

/** Long enough for what one flight holds to have left the client before its first answer arrives. */
const DELAY_MS = 10;

/** Gives the action a database behind a proxy that counts. */
export async function withFlights<T>(
  database: TestDatabase,
  action: (counter: FlightCounter) => Promise<T>,
): Promise<T> {
  const near = new URL(database.url);
  const sent = new Map<string, string>();
  const proxy = await startProxy({
    host: near.hostname,
    port: Number(near.port),
    delayMs: DELAY_MS,
    onSent: (bytes, connection, trip) => {
      const flight = `${connection}.${trip}`;
      sent.set(flight, `${sent.get(flight) ?? ""} ${textOf(bytes)}`);
    },
  });
  const far = new URL(near);
  far.port = String(proxy.port);
  try {
    return await action({
      url: far.href,
      count: async (work) => {
        proxy.reset();
        sent.clear();
        await work();
        const flights = [...sent].map(([flight, text]) => `${flight}:${text}`);
        return { trips: proxy.roundTrips(), connections: proxy.perConnection().length, flights };
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
