import { once } from "node:events";
import { beforeEach, expect, test } from "@jest/globals";
import { until } from "../../../scripts/database/until.ts";
import {
  appServer,
  createDashboard,
  DAY_OF_RUNS,
  JOB,
  recordRuns,
  runMatview,
  scheduleJob,
  STAMP,
  startMatview,
  VIEW,
} from "../../support/dashboard.ts";
import type { Ended } from "../../support/dashboard.ts";

const app = appServer(createDashboard);
let jobId = "";
beforeEach(async () => {
  const { client } = app();
  await client.query("select cron.unschedule(jobid) from cron.job");
  await client.query("delete from cron.job_run_details");
  jobId = await scheduleJob(client);
});

const matview = (...words: string[]): Promise<Ended> => runMatview(words, app().url);

async function jobs(): Promise<Record<string, boolean>> {
  const { rows } = await app().client.query<{ jobname: string; active: boolean }>(
    "select jobname, active from cron.job order by jobname",
  );
  return Object.fromEntries(rows.map(({ jobname, active }) => [jobname, active]));
}

test("pause makes the job inactive and prints the line of the configuration, resume makes it active again", async () => {
  const paused = await matview("pause", VIEW);
  expect(paused).toEqual({
    code: 0,
    stderr: "",
    stdout: `Job ${JOB} of ${VIEW} is inactive.\nWhere the configuration says otherwise this is drift, and the next deploy undoes it, until: pulumi config set matview:active false --stack STACK\n`,
  });
  expect(await jobs()).toEqual({ [JOB]: false });
  expect((await matview("status", VIEW)).code).toBe(1);
  expect((await matview("resume", VIEW)).code).toBe(0);
  expect(await jobs()).toEqual({ [JOB]: true });
});

test("a pause for a while ends by itself, and the job that ended it is gone", async () => {
  expect((await matview("pause", VIEW, "--for", "1s")).code).toBe(0);
  expect(await jobs()).toEqual({ [JOB]: false, [`${JOB}_resume`]: true });
  await until(async () => JSON.stringify(await jobs()) === JSON.stringify({ [JOB]: true }), {
    what: "the job to be resumed by itself",
    everyMs: 200,
    atMostMs: 100_000,
  });
}, 120_000);

test("resume ends a pause for a while at once", async () => {
  await matview("pause", VIEW, "--for", "30m");
  expect((await matview("resume", VIEW)).code).toBe(0);
  expect(await jobs()).toEqual({ [JOB]: true });
});

test("pause as a role that may not alter the job says what to grant and leaves the job active", async () => {
  const { client, server, name, createRole } = app();
  const role = await createRole();
  await client.query(`grant usage on schema cron to ${role}`);
  await client.query(`update cron.job set username = '${role}'`);
  const { code, stderr } = await runMatview(["pause", VIEW], server.url(name, role));
  expect(stderr).toContain(
    `grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to ${role}`,
  );
  expect(code).toBe(1);
  expect(await jobs()).toEqual({ [JOB]: true });
});

test("quiesce shows every active job, and switches off those of the databases that are named", async () => {
  const { client } = app();
  await scheduleJob(client, "otro");
  await client.query(
    "select cron.schedule_in_database('ajeno', '0 0 29 2 *', 'select 1', 'template1'), cron.schedule_in_database('raro', '0 0 29 2 *', 'select 1', 'postgres')",
  );
  const all = { ajeno: true, otro: true, raro: true, [JOB]: true };
  const shown = await matview("quiesce");
  expect(shown.stdout).toMatch(
    /app[ │]+postgres[ │]+otro[^]*postgres[ │]+postgres[ │]+raro[^]*template1[ │]+postgres[ │]+ajeno/,
  );
  const words = "--yes --database app --database postgres --database template1";
  expect(shown.stdout).toContain(`Nothing was changed. To stop them: matview quiesce ${words}\n`);
  const unnamed = await matview("quiesce", "--yes");
  expect([unnamed.code, unnamed.stderr]).toEqual([
    2,
    `matview quiesce: which jobs? To stop them: matview quiesce ${words}\n`,
  ]);
  expect((await matview("quiesce", "--yes", "--database", "a b")).stderr).toBe(
    "matview quiesce: --database a b: no active job runs there; there are some in app, postgres, template1\n",
  );
  expect(await jobs()).toEqual(all);
  expect((await matview("quiesce", "--yes", "--database", "app")).stdout).toMatch(
    /\n2 jobs are inactive now\.\n2 jobs are active still: To stop them: matview quiesce --yes --database postgres --database template1\n$/,
  );
  expect(await jobs()).toEqual({ ...all, otro: false, [JOB]: false });
  expect((await matview("quiesce", "--yes", "--all")).stdout).toContain("2 jobs are inactive now.");
  expect((await matview("quiesce")).stdout).toBe("No active job in database app.\n");
});

test("history counts a day of hourly runs as complete", async () => {
  await recordRuns(app().client, jobId, DAY_OF_RUNS);
  const { code, stdout } = await matview("history", VIEW, "--since", "23h", "--json");
  const [{ summary }] = JSON.parse(stdout) as [{ summary: Record<string, unknown> }];
  expect(summary).toMatchObject({
    expected: 23,
    recorded: 23,
    succeeded: 23,
    failed: 0,
    successRate: 1,
    gaps: [],
    stuck: [],
  });
  expect(code).toBe(0);
});

test("history names failures, gaps, runs without an end and runs that are stuck", async () => {
  const runs = DAY_OF_RUNS.filter((_, index) => index !== 12).map((run, index) =>
    index === 3 ? { ...run, status: "failed", message: "ERROR:  no\nDETAIL: Row (secret)" } : run,
  );
  await recordRuns(app().client, jobId, [
    ...runs.slice(0, 20),
    { minutesAgo: 135, status: "failed", message: "server restarted", seconds: null },
    { minutesAgo: 133, status: "connecting", seconds: null },
    ...runs.slice(20),
  ]);
  const { code, stdout } = await matview("history", VIEW);
  expect(code).toBe(1);
  expect(stdout).toMatch(/gaps +│ .*2 h from/);
  expect(stdout).toMatch(/without end time +│ run \d+ \(the server ended meanwhile\)/);
  expect(stdout).toMatch(/stuck +│ run \d+ in connecting/);
  expect(stdout).not.toContain("secret");
  expect(stdout).toContain("×");
});

test("frequency reckons from the durations of the runs", async () => {
  await recordRuns(
    app().client,
    jobId,
    DAY_OF_RUNS.map((run) => ({ ...run, seconds: 90 })),
  );
  const { stdout } = await matview("frequency", VIEW, "--json");
  const [{ choices }] = JSON.parse(stdout) as [{ choices: Record<string, unknown>[] }];
  expect(choices[0]).toEqual({
    everyMinutes: 1,
    runsPerDay: 1440,
    busySecondsPerDay: 129_600,
    duty: 1.5,
    worstAgeSeconds: 151,
    remark: "the longest run outlasts it: runs queue up, busy for more than half of the time",
  });
});

test("status --watch shows the view until Ctrl-C, and ends with its status", async () => {
  const child = startMatview(["status", VIEW, "--stamp", STAMP, "--watch"], app().url);
  const ended = once(child, "close");
  const [shown] = (await once(child.stdout, "data")) as [Buffer];
  expect(shown.toString()).toContain(VIEW);
  child.kill("SIGINT");
  expect((await ended)[0]).toBe(0);
});

test("a stamp that is not there is told, and the age is that of the last run", async () => {
  await recordRuns(app().client, jobId, DAY_OF_RUNS);
  const { code, stderr, stdout } = await matview("status", VIEW, "--stamp", "nada");
  expect(stderr).toMatch(
    /^the stamp of public\.mv_conversaciones_dashboard cannot be read, its age is that of the last run: column v\.nada/,
  );
  expect(stdout).toMatch(/age +│ 10 min/);
  expect(code).toBe(0);
});

test("what the server refuses is told in its words, without a stack trace", async () => {
  const { server, name, createRole } = app();
  const role = await createRole();
  const { code, stderr } = await runMatview(["refresh", VIEW], server.url(name, role));
  // Up to PostgreSQL 16 in the first words, from 17 on in the others.
  expect(stderr).toMatch(
    /^matview refresh: public\.mv_conversaciones_dashboard could not be refreshed: (must be owner of|permission denied for) materialized view mv_conversaciones_dashboard \[42501\]\n$/,
  );
  expect(code).toBe(1);
});
