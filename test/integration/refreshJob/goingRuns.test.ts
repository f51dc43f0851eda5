import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import { checkoutVariables } from "../../../scripts/checkoutVariables.ts";
import { until } from "../../../scripts/database/until.ts";
import { withServer } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { cron, JobDeploy, jobs, mustBeConverged, QUIET } from "../../support/jobs.ts";
import { shared } from "../../support/lent.ts";
import { untilRow } from "../../support/untilRow.ts";

// Real runs: pg_cron starts one a minute, and one that is going is kept going by a lock on its source.
jest.setTimeout(400_000);

const EVERY_MINUTE = "* * * * *";
const NAMES = ["edited", "removed", "owing"] as const;
type Name = (typeof NAMES)[number];

interface Scene {
  readonly blocker: Client;
  readonly declared: { name: string; schedule: string; command: string; active: boolean };
  readonly state: Record<string, unknown>;
}

const scenes = new Map<Name, Scene>();
const sceneOf = (name: Name): Scene => {
  const scene = scenes.get(name);
  if (scene === undefined) throw new Error(`${name} is made in beforeAll`);
  return scene;
};
const usesWorkers = checkoutVariables.MATVIEW_CRON_MODE === "workers";

afterAll(async () => {
  for (const { blocker } of scenes.values()) await blocker.end();
});
const world = shared<TestDatabase>((use) =>
  withServer({ sample: false, settings: { "cron.max_running_jobs": "16" } }, use),
);
beforeAll(async () => {
  for (const name of NAMES) scenes.set(name, await prepare(name));
  await makeView("renamed");
  await world().client.query("select cron.schedule('handmade', $1, 'refresh materialized view concurrently renamed')", [
    EVERY_MINUTE,
  ]);
  await world().client.query("select cron.schedule('clock', $1, 'select 1')", [EVERY_MINUTE]);
});

async function makeView(name: string): Promise<string> {
  await world().client.query(`create table public.${name}_source (id int)`);
  await world().client.query(`create materialized view public.${name} as select id from public.${name}_source`);
  await world().client.query(`create unique index on public.${name} (id)`);
  return `REFRESH MATERIALIZED VIEW CONCURRENTLY public.${name}`;
}

async function prepare(name: Name): Promise<Scene> {
  const declared = { name, schedule: EVERY_MINUTE, command: await makeView(name), active: true };
  await world().client.query(`insert into public.${name}_source values (1)`);
  const blocker = new Client({ connectionString: world().url });
  blocker.on("error", () => undefined);
  await blocker.connect();
  await blocker.query(`begin; lock table public.${name}_source in access exclusive mode`);
  return { blocker, declared, state: await new JobDeploy(world()).create(declared) };
}

interface RunRow {
  status: string;
  jobid: string;
  start_time: Date;
}

async function runs(command: string): Promise<RunRow[]> {
  return cron<RunRow>(
    world(),
    "select status, jobid, start_time from cron.job_run_details where lower(command) like lower($1) order by runid",
    [command],
  );
}

async function going(command: string): Promise<void> {
  const waiting =
    "select 1 from pg_stat_activity where query = $1 and wait_event_type = 'Lock' and pid <> pg_backend_pid()";
  await untilRow(world().client, `a run of ${command}`, [waiting, command], { everyMs: 100, atMostMs: 90_000 });
}

async function rowsOf(name: string): Promise<number> {
  return (await world().client.query(`select 1 from public.${name}`)).rows.length;
}

test("an edit while a run is going leaves the run alone, and the view is fresh after it", async () => {
  const { blocker, declared, state } = sceneOf("edited");
  const deploy = new JobDeploy(world());
  await going(declared.command);
  const [before] = await jobs(world(), declared.name);
  const changed = await deploy.update(state, { ...declared, schedule: QUIET });
  expect(await jobs(world(), declared.name)).toMatchObject([{ jobid: before?.jobid, schedule: QUIET }]);
  expect(await rowsOf("edited")).toBe(0);
  await blocker.query("commit");
  // By what readers see: in worker mode the launcher waits for another run's end before it writes down this one's.
  await until(async () => (await rowsOf("edited")) === 1, { what: "the run to end" });
  await mustBeConverged(deploy, changed, { ...declared, schedule: QUIET });
});

test("a removal while a run is going ends when the refresh has ended, of its own in libpq mode, cancelled with its worker else", async () => {
  const { blocker, declared, state } = sceneOf("removed");
  await going(declared.command);
  let isDone = false;
  const removal = new JobDeploy(world()).delete(state).then(() => (isDone = true));
  await until(async () => (await jobs(world(), declared.name)).length === 0, { what: "the job to be gone" });
  if (!usesWorkers) {
    // pg_cron has closed its connection, and the refresh goes on.
    await until(async () => (await runs(declared.command))[0]?.status === "failed", {
      what: "pg_cron to give the run up",
    });
    await going(declared.command);
    expect(isDone).toBe(false);
    await blocker.query("commit");
  }
  await removal;
  if (usesWorkers) await blocker.query("commit");
  expect(await rowsOf("removed")).toBe(usesWorkers ? 0 : 1);
  await world().client.query("set lock_timeout = '2s'");
  await world().client.query("drop materialized view public.removed");
});

test("an edit of a job that owes runs drops them, so that none fires with the new text", async () => {
  const { blocker, declared, state } = sceneOf("owing");
  const deploy = new JobDeploy(world());
  await going(declared.command);
  const [before] = await jobs(world(), declared.name);
  const [first] = await runs(declared.command);
  // Its next time has come while it was going.
  const owed = "select 1 where now() > date_trunc('minute', $1::timestamptz) + interval '62 seconds'";
  await untilRow(world().client, "a run to be owed", [owed, first?.start_time], { everyMs: 500, atMostMs: 90_000 });
  const changed = await deploy.update(state, { ...declared, schedule: QUIET });
  const [after] = await jobs(world(), declared.name);
  expect(after).toMatchObject({ schedule: QUIET });
  expect(after?.jobid).not.toBe(before?.jobid);
  await blocker.query("commit");
  const counted = (await runs("select 1")).length;
  await until(async () => (await runs("select 1")).length > counted, {
    what: "another minute of pg_cron's clock",
    everyMs: 500,
    atMostMs: 90_000,
  });
  expect((await runs(declared.command)).map(({ jobid }) => jobid)).toEqual([before?.jobid]);
  await mustBeConverged(deploy, changed, { ...declared, schedule: QUIET });
});

test("a rename while the job runs every minute misses no minute and doubles none", async () => {
  const command = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.renamed";
  const declared = { name: "renamed", schedule: EVERY_MINUTE, command, active: true };
  const deploy = new JobDeploy(world());
  const counted = (await runs("refresh materialized view concurrently %renamed")).length;
  expect(counted).toBeGreaterThan(0);
  await deploy.create({ ...declared, adopt: true });
  expect(await jobs(world(), "handmade")).toEqual([]);
  await until(async () => (await runs(command)).filter(({ status }) => status === "succeeded").length >= 1, {
    what: "a run under the new name",
    everyMs: 500,
    atMostMs: 120_000,
  });
  const all = await runs("refresh materialized view concurrently %renamed");
  const minutesOf = (rows: readonly RunRow[]): number[] =>
    rows.map(({ start_time }) => Math.floor(start_time.getTime() / 60_000));
  const minutes = minutesOf(all);
  // A job beside it that nobody touched tells when pg_cron's launcher had time for its minutes: in worker mode it waits for runs.
  const clock = minutesOf(await runs("select 1")).filter((minute) => minute <= (minutes.at(-1) ?? 0));
  expect(minutes).toEqual(clock);
  expect(new Set(all.map(({ jobid }) => jobid)).size).toBe(2);
});
