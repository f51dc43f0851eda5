import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { startProxy } from "../../../scripts/database/distanceProxy.ts";
import type { DistanceProxy } from "../../../scripts/database/distanceProxy.ts";

/** A server that answers every byte with one of its own. */
async function withEcho(
  delayMs: number,
  action: (client: Socket, proxy: DistanceProxy) => Promise<void>,
): Promise<void> {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await startProxy({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, delayMs });
  const client = connect(proxy.port, "127.0.0.1");
  try {
    await action(client, proxy);
  } finally {
    client.destroy();
    await proxy.stop();
    server.close();
  }
}

async function answers(client: Socket, count: number): Promise<void> {
  for (let got = 0; got < count; got += ((await once(client, "data")) as [Buffer])[0].length);
}

test("counts how often a client waited, and not how much it sent before that", () =>
  withEcho(10, async (client, proxy) => {
    client.write("a");
    client.write("b");
    await answers(client, 2);
    expect(proxy.roundTrips()).toBe(1);
    client.write("c");
    await answers(client, 1);
    expect(proxy.perConnection()).toEqual([2]);
    proxy.reset();
    expect(proxy.roundTrips()).toBe(0);
  }));

test("makes each way as long as was asked", () =>
  withEcho(40, async (client) => {
    const started = Date.now();
    client.write("a");
    await answers(client, 1);
    expect(Date.now() - started).toBeGreaterThanOrEqual(78);
  }));
