import { expect, jest, test } from "@jest/globals";
import type { Client } from "pg";
import { until } from "../../../scripts/database/until.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import {
  createDashboard,
  DAY_OF_RUNS,
  launcherRuns,
  recordRuns,
  runMatview,
  scheduleJob,
  setStampAge,
  STAMP,
  VIEW,
} from "../../support/dashboard.ts";
import { withStandby } from "../../support/standby.ts";
import type { Replicated } from "../../support/standby.ts";

jest.setTimeout(120_000);

interface Told {
  readonly replicas: readonly { name: string; ageSeconds?: number; problem?: string }[];
  readonly findings: readonly { id: string; evidence: string; fix: string }[];
  readonly checks: readonly { name: string; verdict: string; found: string; advice?: string }[];
}

/** A dashboard that is refreshed every hour, and a standby that has it. */
async function withDashboard(action: (replicated: Replicated) => Promise<void>): Promise<void> {
  await withStandby(async (replicated) => {
    const { client } = replicated.database;
    await launcherRuns(client);
    await createDashboard(client);
    await recordRuns(client, await scheduleJob(client), DAY_OF_RUNS);
    await setStampAge(client, 10);
    await replicated.caughtUp();
    await action(replicated);
  });
}

/** What a verb says of the view, with the standby named. */
async function told(verb: string, { database, url }: Replicated, named = url): Promise<Told> {
  const env = { MATVIEW_READ_REPLICAS: named };
  const { stdout } = await runMatview([verb, VIEW, "--stamp", STAMP, "--json"], database.url, env);
  const [view] = JSON.parse(stdout) as Told[];
  if (view === undefined) throw new Error(`${verb} says nothing of the view`);
  return view;
}

const ids = ({ findings }: Told): string[] => findings.map(({ id }) => id);
const lastUpdate = ({ checks }: Told) => checks.find(({ name }) => name === "last update");

test("status, verify and doctor say how old the view is for readers of a replica that stopped, and what lets it go on", async () => {
  await withDashboard(async (replicated) => {
    const { database, url, name } = replicated;
    expect((await told("status", replicated)).replicas).toMatchObject([{ name, ageSeconds: expect.closeTo(600, -2) }]);
    expect(lastUpdate(await told("verify", replicated))).toMatchObject({
      verdict: "pass",
      found: expect.stringMatching(new RegExp(`^10 min .*ago; 10 min .*ago on replica ${name}$`)),
    });
    expect(ids(await told("doctor", replicated))).toEqual([]);

    await setStampAge(database.client, 200);
    await replicated.caughtUp();
    await withClient(url, (client) => client.query("select pg_wal_replay_pause()"));
    await setStampAge(database.client, 10);
    expect(lastUpdate(await told("verify", replicated))).toMatchObject({
      verdict: "fail",
      found: expect.stringMatching(new RegExp(`^10 min .*ago; 3.3 h ago on replica ${name}$`)),
      advice: `matview doctor ${VIEW} says why`,
    });
    const [finding] = (await told("doctor", replicated)).findings;
    expect(finding).toMatchObject({
      id: "replica-stopped",
      evidence: `replica ${name}: its replay is paused; ${VIEW} is 3.3 h old there`,
      fix: `select pg_wal_replay_resume() -- on ${name}`,
    });
    await withClient(url, (client) => client.query(finding?.fix ?? ""));
    await replicated.caughtUp();
    expect(ids(await told("doctor", replicated))).toEqual([]);
  });
});

test("who holds up replay is named, and the fix ends the wait", async () => {
  await withDashboard(async (replicated) => {
    const { database, url, name } = replicated;
    const read = async (client: Client): Promise<void> => {
      client.on("error", () => undefined);
      await client.query(`select count(*), pg_sleep(60) from ${VIEW}`);
    };
    const long = withClient(url, read, "long reader");
    const ended = long.catch((error: unknown) => String(error));
    const held = `select 1 from pg_locks where relation = '${VIEW}'::regclass and granted`;
    await until(() => withClient(url, async (client) => (await client.query(held)).rowCount), { what: "the reader" });
    await database.client.query(`refresh materialized view ${VIEW}`);
    const waits = "select 1 from pg_locks where mode = 'AccessExclusiveLock' and not granted";
    await until(() => withClient(url, async (client) => (await client.query(waits)).rowCount), {
      what: "replay to wait",
    });
    const [finding] = (await told("doctor", replicated)).findings;
    expect(finding).toMatchObject({
      id: "replica-stopped",
      evidence: expect.stringMatching(
        new RegExp(
          `^replica ${name}: replay waits for pid \\d+ \\(application "long reader", user postgres, active since`,
        ),
      ),
      fix: expect.stringMatching(new RegExp(`^select pg_terminate_backend\\(\\d+\\) -- on ${name}$`)),
    });
    await withClient(url, (client) => client.query(finding?.fix ?? ""));
    expect(await ended).toMatch(/terminat/);
    await replicated.caughtUp();
    expect(ids(await told("doctor", replicated))).toEqual([]);
  });
});

test("a replica that cannot be reached, and one that is none, are told of as unknown", async () => {
  await withDashboard(async (replicated) => {
    const { database, name, stop } = replicated;
    const [other] = (await told("doctor", replicated, database.url)).findings;
    expect(other).toMatchObject({
      id: "replica-unknown",
      evidence: expect.stringContaining("is no standby: it is the primary itself, or was promoted"),
    });
    await stop();
    const [gone] = (await told("doctor", replicated)).findings;
    expect(gone).toMatchObject({
      id: "replica-unknown",
      evidence: expect.stringContaining(`read replica ${name}: cannot`),
    });
    expect(lastUpdate(await told("verify", replicated))).toMatchObject({
      verdict: "warn",
      found: expect.stringMatching(new RegExp(`unknown on replica ${name}$`)),
    });
  });
});

test("a connection to a standby by mistake is told as that by each verb", async () => {
  await withDashboard(async ({ database, url }) => {
    const advice = `connect to its primary, which it reaches at 127.0.0.1:${database.server.port}`;
    const doctor = await runMatview(["doctor", VIEW, "--json"], url);
    const [seen] = JSON.parse(doctor.stdout) as Told[];
    expect(seen && ids(seen)).toEqual(["standby"]);
    expect(seen?.findings[0]).toMatchObject({ evidence: "the server at 127.0.0.1 is a standby", fix: advice });
    for (const verb of ["status", "verify"]) {
      expect((await runMatview([verb, VIEW], url)).stdout.replaceAll(/[\s│]+/g, " ")).toContain("this is a standby");
    }
    for (const words of [["refresh", VIEW], ["pause", VIEW], ["quiesce"]]) {
      const { code, stderr } = await runMatview(words, url);
      expect(stderr).toBe(
        `matview ${words[0]}: the server at 127.0.0.1 is a standby, which takes no changes and runs no jobs: ${advice}\n`,
      );
      expect(code).not.toBe(0);
    }
  });
});
