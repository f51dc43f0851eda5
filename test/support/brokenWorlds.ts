import type { Client } from "pg";
import { DAY_OF_RUNS, recordRuns, scheduleJob, setStampAge, VIEW, withRuns } from "./dashboard.ts";

/** What is done to a healthy view, and what the doctor has to find. */
export interface Broken {
  readonly title: string;
  readonly breakIt: (client: Client, jobId: string) => Promise<unknown>;
  readonly finding: string;
  /** What a person does besides running what is printed: waits for the next run, or edits and deploys as the words say. */
  readonly then?: "next run" | RegExp;
  readonly spotChecks?: readonly string[];
}

const sql =
  (...texts: string[]) =>
  async (client: Client) => {
    for (const text of texts) await client.query(text);
  };

const DEPLOY = /deploy /;

/** A world for each finding that a statement or a row of the history makes. */
export const BROKEN: readonly Broken[] = [
  { title: "the job is inactive", breakIt: sql("update cron.job set active = false"), finding: "job-inactive" },
  {
    title: "the job is gone",
    breakIt: sql("select cron.unschedule(jobid) from cron.job"),
    finding: "job-missing",
    then: DEPLOY,
  },
  {
    title: "the role of a job of another database was dropped",
    breakIt: sql(
      "create role ida login",
      "grant usage on schema cron to ida",
      "select cron.schedule_in_database('suyo', '0 0 29 2 *', 'select 1', 'template1', 'ida', false)",
      "drop owned by ida",
      "drop role ida",
    ),
    finding: "job-without-role",
  },
  {
    title: "the job's command refreshes another view",
    breakIt: sql("update cron.job set command = 'refresh materialized view public.otra'"),
    finding: "job-refreshes-something-else",
    then: DEPLOY,
  },
  {
    title: "the schedule never fires",
    breakIt: sql("update cron.job set schedule = '@yearly'"),
    finding: "schedule-never-fires",
    then: /^declare a schedule that pg_cron keeps, such as/,
  },
  {
    title: "a second job refreshes the view",
    breakIt: (client) => scheduleJob(client, "otro"),
    finding: "several-jobs",
  },
  {
    title: "the job belongs to a role that is not the view's owner",
    breakIt: sql("update cron.job set username = 'ajeno'"),
    finding: "job-of-another-role",
  },
  {
    title: "the job's role may not log in",
    breakIt: sql("alter role ajeno nologin superuser", "update cron.job set username = 'ajeno'"),
    finding: "role-cannot-log-in",
  },
  {
    title: "a copy was restored elsewhere",
    breakIt: sql("update cron.job set nodeport = nodeport + 1"),
    finding: "restored-copy",
    then: DEPLOY,
  },
  { title: "the view is gone", breakIt: sql(`drop materialized view ${VIEW}`), finding: "view-missing", then: DEPLOY },
  { title: "the view has no data", breakIt: sql(`refresh materialized view ${VIEW} with no data`), finding: "no-data" },
  {
    title: "the unique index is gone",
    breakIt: sql("drop index public.mv_conversaciones_dashboard_conversacion_id_idx"),
    finding: "no-usable-index",
    then: DEPLOY,
  },
  {
    title: "the unique index is invalid",
    breakIt: sql(
      "update pg_index set indisvalid = false where indexrelid = 'public.mv_conversaciones_dashboard_conversacion_id_idx'::regclass",
    ),
    finding: "no-usable-index",
    then: DEPLOY,
  },
  {
    title: "the owner lost the right to read a source",
    breakIt: sql("revoke select on public.prospectos from dueno"),
    finding: "permission-lost",
  },
  {
    title: "the owner may not call a function of an index",
    breakIt: sql(
      "create or replace function public.cerrada(x anyelement) returns anyelement language sql immutable as 'select x'",
      `create index on ${VIEW} (public.cerrada(conversacion_id))`,
      "revoke execute on function public.cerrada from public",
    ),
    finding: "permission-lost",
  },
  {
    title: "row security hides rows from the owner",
    breakIt: sql("alter table public.prospectos enable row level security"),
    finding: "rows-hidden",
  },
  {
    title: "a source is unlogged",
    breakIt: sql(
      "create unlogged table public.volatil as select id, nombre from public.ejecutivos",
      "create or replace view public.otros_ejecutivos as select id, nombre from public.volatil",
    ),
    finding: "unlogged-source",
  },
  {
    title: "the collation of an index has another version",
    breakIt: sql(
      `create index on ${VIEW} (estado collate "es-x-icu")`,
      "update pg_collation set collversion = '0' where collname = 'es-x-icu'",
    ),
    finding: "collation-changed",
  },
  {
    title: "an old view is kept longer than its time",
    breakIt: sql(
      `create materialized view ${VIEW}_matview_previous as select 1 as n`,
      `comment on materialized view ${VIEW}_matview_previous is 'pulumi-matview-previous: {"until":"2026-01-01T00:00:00.000Z"}'`,
    ),
    finding: "kept-overdue",
  },
  {
    title: "the sources give a key two rows",
    breakIt: sql(
      "create or replace view public.otros_ejecutivos as select id, nombre from public.ejecutivos union all select 7, 'Otra'",
    ),
    finding: "duplicate-keys",
    then: /^correct the join in the definition of the view, or widen uniqueKey, and deploy the stack; this lists the values:$/,
  },
  {
    title: "the last run failed for no reason that lasts",
    breakIt: (client, jobId) =>
      recordRuns(client, jobId, [{ minutesAgo: 5, status: "failed", message: "ERROR:  division by zero" }]),
    finding: "runs-fail",
    then: "next run",
  },
  ...(
    [
      ["no-worker", "could not start background process; more details may be available in the server log"],
      ["startup-timeout", "job startup timeout"],
      ["run-lost", "server restarted"],
      ["run-cancelled", "job canceled"],
      ["deadlock", "ERROR: deadlock detected"],
      ["disk-full", 'ERROR:  could not extend file "base/1/2": No space left on device\nHINT:  Check free disk space.'],
      ["out-of-memory", "ERROR:  out of memory\nDETAIL:  Failed on request of size 1024."],
      ["too-many-connections", 'FATAL:  too many connections for role "dueno"'],
    ] as const
  ).map(([finding, message]): Broken => ({
    title: `the last run says: ${message}`,
    breakIt: (client, jobId) => recordRuns(client, jobId, [{ minutesAgo: 5, status: "failed", message }]),
    finding,
    then: "next run",
  })),
  {
    title: "runs that are due do not begin",
    breakIt: async (client, jobId) => {
      await setStampAge(client, 600);
      await withRuns(DAY_OF_RUNS.slice(0, 14))(client, jobId);
    },
    finding: "runs-do-not-begin",
    then: "next run",
  },
  {
    title: "runs are no longer recorded",
    breakIt: withRuns(DAY_OF_RUNS.slice(0, 14)),
    finding: "runs-not-recorded",
    then: "next run",
  },
  {
    title: "the view is stale though runs succeed",
    breakIt: (client) => setStampAge(client, 200),
    finding: "stale-though-runs-succeed",
    then: "next run",
  },
  {
    title: "a run was cut off",
    breakIt: (client, jobId) =>
      withRuns([
        ...DAY_OF_RUNS.slice(0, 23),
        { minutesAgo: 65, status: "connecting", seconds: null },
        ...DAY_OF_RUNS.slice(23),
      ])(client, jobId),
    finding: "runs-cut-off",
  },
  {
    title: "runs outlast the interval",
    breakIt: withRuns(DAY_OF_RUNS.map(({ minutesAgo }) => ({ minutesAgo: minutesAgo + 60, seconds: 3700 }))),
    finding: "backlog",
    then: /^declare a longer interval /,
  },
  {
    title: "a refresh is slower than before",
    breakIt: withRuns(DAY_OF_RUNS.map((run, index) => ({ ...run, seconds: index > 18 ? 60 : 10 }))),
    finding: "refresh-slower",
    then: /^let the planner know the sources of now; /,
  },
  {
    title: "the view is bloated",
    breakIt: async (client) => {
      await client.query(`alter materialized view ${VIEW} set (autovacuum_enabled = false)`);
      for (let round = 0; round < 6; round++) {
        await client.query("update public.prospectos set etapa = etapa || '.'");
        await client.query(`refresh materialized view concurrently ${VIEW}`);
      }
    },
    finding: "bloat",
  },
  {
    title: "a prospect was reassigned after the last refresh",
    breakIt: sql("update public.prospectos set ejecutivo_id = 8 where id = 1"),
    spotChecks: ["ejecutivo_id:live"],
    finding: "rows-not-seen",
  },
];
