import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A server that seems to be far away, and a count of how often its clients waited for it. */
export interface DistanceProxy {
  readonly port: number;
  /** Of every connection since the start or the last reset. */
  readonly roundTrips: () => number;
  /** One number a connection, in the order in which they were opened; those without a round trip are left out. */
  readonly perConnection: () => number[];
  readonly reset: () => void;
  /** Closes every connection, and the port. */
  readonly stop: () => Promise<void>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  /** Each way; a round trip takes twice as long. */
  readonly delayMs: number;
  /** Is handed what a client sends, piece by piece, with the number of its connection and of the round trip that it is part of. */
  readonly onSent?: (bytes: Buffer, connection: number, trip: number) => void;
}

/**
 * Listens on a free port of the loopback, and passes everything on. A round trip is counted each time that a client has sent
 * something and an answer reaches it. What it sends before that is one flight: so the count is exact with a delay of a few
 * milliseconds, and too high without one, where an answer may overtake the rest of the flight.
 */
export async function startProxy(place: Place): Promise<DistanceProxy> {
  const sockets = new Set<Socket>();
  let trips: number[] = [];
  let opened = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const number = opened++;
    const upstream = connect({ host: place.host, port: place.port, noDelay: true });
    let isWaiting = false;
    client.on("data", (bytes: Buffer) => {
      isWaiting = true;
      place.onSent?.(bytes, number, (trips[number] ?? 0) + 1);
    });
    const answered = (): void => {
      if (isWaiting) trips[number] = (trips[number] ?? 0) + 1;
      isWaiting = false;
    };
    pass(client, upstream, place.delayMs, () => undefined);
    pass(upstream, client, place.delayMs, answered);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const perConnection = (): number[] => trips.filter((count) => count > 0);
  return {
    port: (server.address() as AddressInfo).port,
    roundTrips: () => perConnection().reduce((sum, count) => sum + count, 0),
    perConnection,
    reset: () => (trips = []),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Timers of one length fire in the order in which they were set, so the bytes keep theirs. */
function pass(from: Socket, to: Socket, delayMs: number, arrived: () => void): void {
  const later = (work: () => void): void => void setTimeout(() => to.destroyed || work(), delayMs);
  from.on("data", (bytes: Buffer) =>
    later(() => {
      arrived();
      to.write(bytes);
    }),
  );
  from.on("end", () => later(() => to.end()));
  from.on("error", () => later(() => to.destroy()));
  from.on("close", () => later(() => to.destroy()));
}
