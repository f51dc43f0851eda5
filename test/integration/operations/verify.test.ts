import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import type { Client } from "pg";
import { checkout } from "../../../scripts/checkout.ts";
import {
  appServer,
  createDashboard,
  DAY_OF_RUNS,
  JOB,
  quietSchedule,
  recordRuns,
  runMatview,
  scheduleJob,
  setStampAge,
  STAMP,
  VIEW,
  withRuns,
} from "../../support/dashboard.ts";

// Verdicts in the order of the checks: job active, last ten runs, runs with error, state of the view, spot checks, last update, next run, summary.
type Verdicts = readonly string[];
const ALL_PASS = "pass pass pass pass pass pass pass pass".split(" ");

interface Broken {
  readonly title: string;
  readonly breakIt?: (client: Client, jobId: string) => Promise<unknown>;
  readonly verdicts: string;
  /** Flags of the command; the same goes to psql. */
  readonly maxAge?: string;
  readonly spotChecks?: readonly { flag: string; declared: object }[];
}

const everyExecutive = { flag: "ejecutivo_id:live", declared: { name: "e", column: "ejecutivo_id", live: true } };
const allRows = (expected: number) => ({ flag: `:${expected}`, declared: { name: "all", expected } });
const ofVen = (expected: number) => ({
  flag: `coordinacion_codigo=VEN:${expected}`,
  declared: { name: "ven", column: "coordinacion_codigo", value: "VEN", expected },
});

const failed = { status: "failed", message: "ERROR:  no" };
const unconnected = { status: "failed", message: "connection failed", began: false } as const;
const replaced = (...positions: readonly [number, object][]) =>
  withRuns(DAY_OF_RUNS.map((run, index) => ({ ...run, ...Object.fromEntries(positions)[index] })));
const sql = (text: string) => (client: Client) => client.query(text);

const databases: readonly Broken[] = [
  {
    title: "nothing is broken",
    verdicts: "pass pass pass pass pass pass pass pass",
    spotChecks: [everyExecutive, allRows(3230)],
  },
  {
    title: "the job is inactive",
    breakIt: sql("update cron.job set active = false"),
    verdicts: "fail pass pass pass pass pass fail fail",
  },
  {
    title: "the job is gone",
    breakIt: sql(`select cron.unschedule('${JOB}')`),
    verdicts: "fail warn warn pass pass warn fail fail",
  },
  {
    title: "the job refreshes another view",
    breakIt: sql("update cron.job set command = 'refresh materialized view public.otra'"),
    verdicts: "fail pass pass pass pass pass pass fail",
  },
  {
    title: "no key is declared, so that the job refreshes plainly and there is no index",
    breakIt: sql(
      `drop index public.mv_conversaciones_dashboard_conversacion_id_idx; update cron.job set command = 'REFRESH MATERIALIZED VIEW ${VIEW}'`,
    ),
    verdicts: "pass pass pass pass pass pass pass pass",
  },
  {
    title: "the job's command names the view without its schema",
    breakIt: sql("update cron.job set command = 'refresh materialized view concurrently MV_conversaciones_dashboard;'"),
    verdicts: "pass pass pass pass pass pass pass pass",
  },
  {
    title: "the job runs in another database",
    breakIt: sql("update cron.job set database = 'postgres'"),
    verdicts: "fail pass pass pass pass pass pass fail",
  },
  {
    title: "a second job refreshes the view",
    breakIt: (client) => scheduleJob(client, "otro"),
    verdicts: "warn pass pass pass pass pass pass warn",
  },
  {
    title: "the last run failed",
    breakIt: replaced([23, failed]),
    verdicts: "pass fail warn pass pass pass pass fail",
  },
  {
    title: "a run before the last failed",
    breakIt: replaced([20, failed]),
    verdicts: "pass warn warn pass pass pass pass warn",
  },
  {
    title: "one run of eight failed",
    breakIt: replaced([3, failed], [6, failed], [9, failed]),
    verdicts: "pass pass fail pass pass pass pass fail",
  },
  {
    title: "a run was cut off while it connected",
    breakIt: replaced([19, { status: "connecting", minutesAgo: null, seconds: null }]),
    verdicts: "pass warn pass pass pass pass pass warn",
  },
  {
    title: "no run of a day could connect",
    breakIt: withRuns(DAY_OF_RUNS.map((run) => ({ ...run, ...unconnected }))),
    verdicts: "pass fail fail pass pass pass pass fail",
  },
  {
    title: "runs could not connect before the last day, and all have since",
    breakIt: withRuns([
      ...[1, 2, 3].map(() => ({ minutesAgo: 2_900, ...unconnected })),
      { minutesAgo: 2_880 },
      ...DAY_OF_RUNS,
    ]),
    verdicts: "pass pass pass pass pass pass pass pass",
  },
  { title: "no run is recorded", breakIt: withRuns([]), verdicts: "pass warn warn pass pass pass pass warn" },
  {
    title: "the view is gone",
    breakIt: sql(`drop materialized view ${VIEW}`),
    verdicts: "pass pass pass fail pass pass pass fail",
  },
  {
    title: "the view has no data",
    breakIt: sql(`refresh materialized view ${VIEW} with no data`),
    verdicts: "pass pass pass fail fail pass pass fail",
    spotChecks: [allRows(3230)],
  },
  {
    title: "the unique index is gone",
    breakIt: sql("drop index public.mv_conversaciones_dashboard_conversacion_id_idx"),
    verdicts: "pass pass pass fail pass pass pass fail",
  },
  {
    title: "the unique index is invalid",
    breakIt: sql(
      "update pg_index set indisvalid = false where indexrelid = 'public.mv_conversaciones_dashboard_conversacion_id_idx'::regclass",
    ),
    verdicts: "pass pass pass fail pass pass pass fail",
  },
  {
    title: "the view has no rows",
    breakIt: async (client) => {
      await client.query(`drop materialized view ${VIEW}`);
      await createDashboard(client, { where: "false" });
    },
    verdicts: "pass pass pass warn pass pass pass warn",
  },
  { title: "a declared count is another", verdicts: "pass pass pass pass fail pass pass fail", spotChecks: [ofVen(3)] },
  {
    title: "a prospect was reassigned since the last refresh",
    breakIt: sql("update public.prospectos set ejecutivo_id = 8 where id = 1"),
    verdicts: "pass pass pass pass warn pass pass warn",
    spotChecks: [everyExecutive, allRows(3230)],
  },
  {
    title: "a spot check names a column that is not there",
    verdicts: "pass pass pass pass fail pass pass fail",
    spotChecks: [{ flag: "nada=1:2", declared: { name: "n", column: "nada", value: "1", expected: 2 } }],
  },
  {
    title: "the view is stale and so is its history",
    breakIt: async (client, jobId) => {
      await setStampAge(client, 200);
      await withRuns(DAY_OF_RUNS.slice(0, 20).map(({ minutesAgo }) => ({ minutesAgo: minutesAgo - 40 })))(
        client,
        jobId,
      );
    },
    verdicts: "pass pass pass pass pass fail pass fail",
  },
  {
    title: "the view is stale, and a run that waited for hours is none that takes long",
    breakIt: async (client, jobId) => {
      await setStampAge(client, 200);
      const runs = DAY_OF_RUNS.slice(0, 20).map(({ minutesAgo }) => ({ minutesAgo: minutesAgo - 40, seconds: 1 }));
      await withRuns(runs.map((run, place) => (place === 3 ? { ...run, seconds: 12_000 } : run)))(client, jobId);
    },
    verdicts: "pass pass pass pass pass fail pass fail",
  },
  {
    title: "the view is stale though runs succeed",
    breakIt: (client) => setStampAge(client, 200),
    verdicts: "pass pass pass pass fail fail pass fail",
    spotChecks: [ofVen(3)],
  },
  {
    title: "the stamp is older than the last run that succeeded",
    breakIt: (client) => setStampAge(client, 40),
    verdicts: "pass pass pass pass pass warn pass warn",
  },
  {
    title: "something that is not recorded refreshes the view",
    breakIt: withRuns(DAY_OF_RUNS.slice(0, 20)),
    verdicts: "pass pass pass pass pass warn pass warn",
  },
  {
    title: "a run is late",
    breakIt: async (client, jobId) => {
      await setStampAge(client, 80);
      await withRuns(DAY_OF_RUNS.slice(0, 23).map(({ minutesAgo }) => ({ minutesAgo: minutesAgo + 10 })))(
        client,
        jobId,
      );
    },
    verdicts: "pass pass pass pass pass warn pass warn",
  },
  { title: "the schedule cannot hold maxAge", maxAge: "30m", verdicts: "pass pass pass pass pass pass warn warn" },
  {
    title: "the schedule never fires",
    breakIt: sql("update cron.job set schedule = '@yearly'"),
    verdicts: "pass pass pass pass pass warn fail fail",
  },
  {
    title: "a job of another database belongs to a role that was renamed",
    breakIt: sql(
      "create role de_antes login; grant usage on schema cron to de_antes; select cron.schedule_in_database('suyo', '0 0 29 2 *', 'select 1', 'template1', 'de_antes', false); alter role de_antes rename to de_ahora",
    ),
    verdicts: "fail pass pass pass pass pass fail fail",
  },
  {
    title: "pg_cron is not in the database",
    breakIt: sql("drop extension pg_cron cascade"),
    verdicts: "fail warn warn pass pass warn fail fail",
  },
];

const app = appServer();

async function restore(client: Client): Promise<string> {
  await client.query("create extension if not exists pg_cron");
  await client.query("delete from cron.job_run_details");
  await client.query("select cron.unschedule(jobid) from cron.job");
  await client.query(`drop materialized view if exists ${VIEW}`);
  await client.query("update public.prospectos set ejecutivo_id = 7 where id = 1");
  await createDashboard(client, { stampMinutes: 10 });
  const jobId = await scheduleJob(client, JOB, quietSchedule());
  await recordRuns(client, jobId, DAY_OF_RUNS);
  return jobId;
}

test.each(databases)(
  "command, psql and numbers agree when $title",
  async ({ breakIt, verdicts, maxAge, spotChecks = [] }) => {
    const { client, url } = app();
    const jobId = await restore(client);
    await breakIt?.(client, jobId);
    const byCommand = await commandVerdicts(
      url,
      maxAge,
      spotChecks.map(({ flag }) => flag),
    );
    const variables = {
      stamp: STAMP,
      max_age: maxAge ?? "",
      spot_checks: JSON.stringify(spotChecks.map(({ declared }) => declared)),
    };
    const inPsql = (await psql(url, "checks", variables)).map((row) => row.split("|")[1]);
    const [numbers = ""] = await psql(url, "numbers", variables);
    expect(numbers.split("|").every((value) => Number.isFinite(Number(value)) && value !== "")).toBe(true);
    const byNumbers = numbers
      .split("|")
      .slice(0, 8)
      .map((number) => ["pass", "warn", "fail"][Number(number)]);
    expect({ byCommand, inPsql, byNumbers }).toEqual({
      byCommand: verdicts.split(" "),
      inPsql: verdicts.split(" "),
      byNumbers: verdicts.split(" "),
    });
  },
);

async function commandVerdicts(url: string, maxAge: string | undefined, flags: readonly string[]): Promise<Verdicts> {
  const checks = flags.flatMap((flag) => ["--spot-check", flag]);
  const words = ["verify", VIEW, "--job", JOB, "--stamp", STAMP, "--json", ...checks];
  const { code, stdout, stderr } = await runMatview(
    [...words, ...(maxAge === undefined ? [] : ["--max-age", maxAge])],
    url,
  );
  expect(stderr).toBe("");
  const [view] = JSON.parse(stdout) as { checks: { verdict: string }[] }[];
  const verdicts = view?.checks.map(({ verdict }) => verdict) ?? [];
  expect(code).toBe(["pass", "warn", "fail"].indexOf(verdicts.at(-1) ?? ""));
  return verdicts;
}

async function psql(url: string, file: string, variables: Record<string, string>): Promise<string[]> {
  const all = { view: VIEW, job: JOB, ...variables };
  const set = Object.entries(all).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  const script = join(checkout, "sql", "verify", `${file}.sql`);
  const { stdout } = await promisify(execFile)("psql", ["-qXAt", "-v", "ON_ERROR_STOP=1", ...set, "-f", script, url]);
  return stdout.trim().split("\n");
}

test("the checks run in psql with view and job alone", async () => {
  const { client, url } = app();
  await restore(client);
  const rows = await psql(url, "checks", {});
  expect(rows.map((row) => row.split("|")[1])).toEqual(ALL_PASS);
});
