import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { checkout } from "../../scripts/checkout.ts";
import { withServer } from "./database.ts";
import type { TestDatabase } from "./database.ts";
import { shared } from "./lent.ts";
import { untilRow } from "./untilRow.ts";

export const VIEW = "public.mv_conversaciones_dashboard";
export const JOB = "refresh-conversaciones-dashboard";
export const STAMP = "vista_actualizada_at";

/** The shipped definition. */
export const DEFINITION = readFileSync(join(checkout, "sql/views/mv_conversaciones_dashboard.sql"), "utf8");

/** How a test's dashboard differs from the deployed one. */
export interface DashboardOptions {
  /** How far back its stamp lies, as if it had been refreshed then. */
  readonly stampMinutes?: number;
  readonly where?: string;
  /** A text of the definition and what stands there instead. */
  readonly from?: readonly [string, string];
}

/**
 * Makes the dashboard's view with its unique index, as if it had been refreshed some minutes ago: its stamp lies that far
 * back, at this refresh and at later ones, until `setStampAge` says otherwise.
 */
export async function createDashboard(client: Client, options: DashboardOptions = {}): Promise<void> {
  const { stampMinutes = 0, where = "true", from = ["", ""] } = options;
  await client.query("create table if not exists public.reloj (atraso interval not null)");
  await client.query("truncate public.reloj");
  await client.query("insert into public.reloj values ($1 * interval '1 minute')", [stampMinutes]);
  const late = DEFINITION.replace(...from).replace(
    "pg_catalog.now()",
    "pg_catalog.now() - (select atraso from public.reloj)",
  );
  await client.query(`create materialized view ${VIEW} as select * from (${late}) todo where ${where}`);
  await client.query(`create unique index on ${VIEW} (conversacion_id)`);
}

/** Refreshes the view so that its stamp lies some minutes back. */
export async function setStampAge(client: Client, minutes: number): Promise<void> {
  await client.query("update public.reloj set atraso = $1 * interval '1 minute'", [minutes]);
  await client.query(`refresh materialized view ${VIEW}`);
}

/** Waits until pg_cron's launcher is there: it looks for its database once a second. */
export async function launcherRuns(client: Client): Promise<void> {
  const question = "select 1 from pg_stat_activity where application_name = 'pg_cron scheduler'";
  await untilRow(client, "pg_cron's launcher to start", [question]);
}

/** A server for all tests of a file, with the sample and pg_cron in its database app. */
export function appServer(prepare: (client: Client) => Promise<unknown> = () => Promise.resolve()): () => TestDatabase {
  return shared<TestDatabase>(
    (use) => withServer({ cronDatabase: "app" }, use),
    async ({ client }) => {
      await launcherRuns(client);
      await prepare(client);
    },
  );
}

/** An hourly schedule that does not fire while a test runs. */
export function quietSchedule(): string {
  return `${(new Date().getUTCMinutes() + 30) % 60} * * * *`;
}

/** Schedules the job that refreshes the view; pg_cron lives in the client's database. */
export async function scheduleJob(
  client: Client,
  name = JOB,
  schedule = quietSchedule(),
  view = VIEW,
): Promise<string> {
  const { rows } = await client.query<{ id: string }>("select cron.schedule($1, $2, $3) as id", [
    name,
    schedule,
    `REFRESH MATERIALIZED VIEW CONCURRENTLY ${view}`,
  ]);
  return rows[0]?.id ?? "";
}

/** A run to be recorded. */
export interface RecordedRun {
  readonly minutesAgo: number;
  readonly status?: string;
  readonly message?: string;
  readonly seconds?: number | null;
  /** False for a run that never got a connection: pg_cron notes no time of it. */
  readonly began?: false;
}

/** Writes runs into pg_cron's history, oldest first, as pg_cron would have. */
export async function recordRuns(client: Client, jobId: string, runs: readonly RecordedRun[]): Promise<void> {
  for (const { minutesAgo, status = "succeeded", message = "REFRESH MATERIALIZED VIEW", seconds = 1, began } of runs) {
    await client.query(
      `insert into cron.job_run_details (jobid, runid, database, username, command, status, return_message, start_time, end_time)
       select j.jobid, nextval('cron.runid_seq'), j.database, j.username, j.command, $2, $3,
              t.start, t.start + $5 * interval '1 second'
       from cron.job j, (select case when $6 then now() - $4 * interval '1 minute' end as start) t where j.jobid = $1::int8`,
      [jobId, status, message, minutesAgo, seconds, began ?? true],
    );
  }
}

/** Makes these runs the whole history. */
export const withRuns = (runs: readonly RecordedRun[]) => async (client: Client, jobId: string) => {
  await client.query("delete from cron.job_run_details");
  await recordRuns(client, jobId, runs);
};

/** A day of hourly runs that succeeded, the last one ten minutes ago. */
export const DAY_OF_RUNS: readonly RecordedRun[] = Array.from({ length: 24 }, (_, hour) => ({
  minutesAgo: 10 + 60 * (23 - hour),
}));

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `matview` as a process of its own, against a database. */
export function runMatview(words: readonly string[], url: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = startMatview(words, url, env);
    const text = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (text.stdout += String(chunk)));
    child.stderr.on("data", (chunk) => (text.stderr += String(chunk)));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...text }));
  });
}

/** Starts `matview` for tests that do not let it end by itself. */
export function startMatview(words: readonly string[], url: string, env: NodeJS.ProcessEnv = {}) {
  const program = join(checkout, "operations", "commandLine", "matview.ts");
  const clean = { ...process.env, NO_COLOR: "1", MATVIEW_DATABASE_URL: url };
  return spawn(process.execPath, [program, ...words], { env: { ...clean, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}
