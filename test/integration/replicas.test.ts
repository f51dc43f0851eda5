import { expect, jest } from "@jest/globals";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { previewChange } from "../../lifecycle/preview/previewChange.ts";
import type { ResourcePreview } from "../../lifecycle/preview/previewChange.ts";
import { resolveConnection, resolveReplicas } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connectionParts.ts";
import { withSession } from "../../postgres/session.ts";
import type { Session } from "../../postgres/session.ts";
import { startServer } from "../../scripts/database/server.ts";
import { until } from "../../scripts/database/until.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { testsWith } from "../support/lent.ts";
import { withStandby } from "../support/standby.ts";
import type { Replicated } from "../support/standby.ts";
import { CHANGED, createOld, OLD } from "../support/swappedView.ts";
import { untilRow } from "../support/untilRow.ts";
import { change, one, run, startReader } from "../support/viewChange.ts";

jest.setTimeout(120_000);

const test = testsWith<[Replicated]>((use) => withStandby(use, { hot_standby_feedback: "on" }));

const RENAMED: DesiredView = { ...CHANGED, definition: OLD, name: "mv2" };
const OLD_VIEW: DesiredView = { ...CHANGED, definition: OLD };

/** A query there that holds the view for some seconds; settles when it ends. */
async function longReader(url: string, seconds: number): Promise<{ readonly ended: Promise<string> }> {
  const read = (): Promise<string> =>
    withClient(
      url,
      async (client) => {
        await client.query(`select count(*), pg_sleep(${seconds}) from public.mv`);
        return "read";
      },
      "long reader",
    );
  const ended = read().catch((error: unknown) => String(error));
  const held = "select 1 from pg_locks where relation = 'public.mv'::regclass and granted";
  await until(() => withClient(url, async (client) => (await client.query(held)).rowCount), {
    what: "the long reader",
  });
  return { ended };
}

function preview(
  url: string,
  desired: DesiredView,
  previous: DesiredView | undefined,
  replicas: readonly Connection[] = [],
): Promise<ResourcePreview> {
  const connection = resolveConnection({ databaseUrl: url }, {});
  const open = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    withSession(connection, "test", work, "look", replicas);
  const see = (wanted: DesiredView) =>
    open(async (session) => ({
      actual: (await materializedViewKind.describe(session, [wanted]))[0],
      capabilities: session.capabilities,
    }));
  return previewChange(materializedViewKind, { open, see }, { desired, previous, adopt: true, deployer: {} }, false);
}

async function systemIdentifier(url: string): Promise<string | undefined> {
  const text = "select system_identifier::text as id from pg_control_system()";
  return withClient(url, async (client) => (await client.query<{ id: string }>(text)).rows[0]?.id);
}

test("readers of a replica do not wait for a swap behind one of them that takes long, who is not cancelled", async (replicated) => {
  const { database, url, replicas, caughtUp } = replicated;
  await createOld(database);
  await caughtUp();
  const long = await longReader(url, 5);
  const reader = await startReader(url, "select max(largo) from public.mv");
  const startedAt = Date.now();
  const { rest } = await change(database, CHANGED, undefined, undefined, replicas);
  expect(Date.now() - startedAt).toBeGreaterThan(3_000);
  await caughtUp();
  const { failures, longestMs } = await reader.stop();
  expect(failures).toEqual([]);
  expect(longestMs).toBeLessThan(1_000);
  expect(await long.ended).toBe("read");
  expect(rest).toEqual({ steps: [], differences: [] });
});

test("who is in the way on a replica is named with it, and the old view stays", async (replicated) => {
  const { database, url, name, replicas, caughtUp } = replicated;
  await createOld(database);
  await caughtUp();
  const long = await longReader(url, 4);
  await expect(
    change(database, { ...CHANGED, swapDeadlineSeconds: 1 }, undefined, undefined, replicas),
  ).rejects.toThrow(
    new RegExp(
      `^public.mv: could not swap: there was no moment without a reader for 1 s; the old one still serves and the new one is removed. ` +
        `In the way: on read replica ${name} pid \\d+ \\(application "long reader", user postgres, from 127.0.0.1, active since [^)]*\\)\\. End those`,
    ),
  );
  expect(await one(database, "select max(largo) < 100 from public.mv")).toBe(true);
  expect(await long.ended).toBe("read");
  await withClient(url, (client) => client.query("select pg_wal_replay_pause()"));
  await run(database, "create table public.later ()");
  await expect(
    change(database, { ...CHANGED, swapDeadlineSeconds: 1 }, undefined, undefined, replicas),
  ).rejects.toThrow(
    `In the way: read replica ${name}, whose replay is paused (run there: select pg_wal_replay_resume())`,
  );
  await withClient(url, (client) => client.query("select pg_wal_replay_resume()"));
  expect((await change(database, CHANGED, undefined, undefined, replicas)).rest).toEqual({
    steps: [],
    differences: [],
  });
});

test("a preview says what a swap or a rename does to readers of standbys, and what is not waited for", async (replicated) => {
  const { database, name, replicas, stop, caughtUp } = replicated;
  await createOld(database);
  const connected = ["select application_name as name from pg_stat_replication"] as const;
  const standby = await untilRow<{ name: string }>(database.client, "the standby to be connected", connected);
  const application = `${standby.name} at 127.0.0.1`;
  const lock = (what: string, advice: string): string =>
    `a standby replays from here (${application}), and it takes the exclusive lock of ${what} too: a query there that holds the view keeps all ` +
    `other readers of it there and all replay waiting, and is cancelled after max_standby_streaming_delay${advice}; concurrent refreshes and index builds take no such lock`;
  const named = "; readReplicas names standbys whose readers are waited for";
  expect((await preview(database.url, CHANGED, OLD_VIEW)).warnings).toContain(lock("swap", named));
  expect((await preview(database.url, RENAMED, OLD_VIEW)).warnings).toContain(lock("rename", ""));
  const watched = await preview(database.url, CHANGED, OLD_VIEW, replicas);
  expect(watched.refusals).toEqual([]);
  expect(watched.warnings).toEqual([`the swap waits for a moment in which nobody reads the view on ${name} either`]);
  await caughtUp();
  await stop();
  const [gone] = (await preview(database.url, CHANGED, OLD_VIEW, replicas)).warnings;
  expect(gone).toMatch(
    new RegExp(
      `^read replica ${name}: cannot connect to PostgreSQL at .*ECONNREFUSED.*; its readers are not waited for$`,
    ),
  );
  expect((await change(database, CHANGED, undefined, undefined, replicas)).rest).toEqual({
    steps: [],
    differences: [],
  });
});

test("a server that is no standby of this one is refused by name, in the preview and before anything is built", async (replicated) => {
  const { database, url, name } = replicated;
  await createOld(database);
  const [primary, elsewhere] = [`127.0.0.1:${database.server.port}`, url.replace(/\/[^/]*$/, "/nada")];
  // One that is durable is no copy of the servers' template, and has an identifier of its own.
  const other = await startServer({ durable: true, directory: `${database.server.directory}-other` });
  const [ours, theirs] = await Promise.all([database.url, other.url()].map(systemIdentifier));
  const cases: [url: string, problem: string][] = [
    [
      other.url(),
      `read replica 127.0.0.1:${other.port} is another server: it has system identifier ${theirs}, and the database of the views ` +
        `${ours}; name a standby of this one in readReplicas`,
    ],
    [
      database.url,
      `read replica ${primary} is no standby: it is the primary itself, or was promoted; take it out of readReplicas`,
    ],
    [
      url.replace(/\/[^/]*$/, "/template1"),
      `read replica ${name}: its URL names database template1, and the views are in ${database.name}`,
    ],
    [
      elsewhere,
      `read replica ${name}: cannot connect to PostgreSQL at ${name}, database "nada", user "postgres": database "nada" does not exist [3D000]; the connection is from readReplicas, URL 1`,
    ],
  ];
  try {
    for (const [wrong, problem] of cases) {
      const replicas = resolveReplicas({ argument: [wrong] }, {});
      expect((await preview(database.url, CHANGED, OLD_VIEW, replicas)).refusals).toEqual([problem]);
      await expect(change(database, CHANGED, undefined, undefined, replicas)).rejects.toThrow(
        `public.mv: could not swap: its readers elsewhere cannot be looked at: 1 problem\n  - ${problem}`,
      );
    }
  } finally {
    await other.stop({ clean: false, keep: false });
  }
  expect(await one(database, "select max(largo) < 100 from public.mv")).toBe(true);
});

test("a connection to a standby by mistake is told as that, with where its primary is", async (replicated) => {
  const { database, url, caughtUp } = replicated;
  await createOld(database);
  await caughtUp();
  const problem =
    `the server at 127.0.0.1 is a standby, which takes no changes and runs no jobs: connect to its primary, ` +
    `which it reaches at 127.0.0.1:${database.server.port}`;
  const { steps, refusals } = await preview(url, CHANGED, OLD_VIEW);
  expect({ steps, refusals }).toEqual({ steps: [], refusals: [problem] });
  expect((await preview(url, { ...CHANGED, name: "new" }, undefined)).refusals).toEqual([problem]);
  await expect(change({ ...database, url }, CHANGED)).rejects.toThrow(problem);
});
