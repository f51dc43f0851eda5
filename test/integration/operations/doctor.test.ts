import { expect, test } from "@jest/globals";
import type { Client } from "pg";
import { runtimeFunctions } from "../../../kinds/runtimeObjects/functions.ts";
import { checkoutVariables } from "../../../scripts/checkoutVariables.ts";
import {
  appServer,
  createDashboard,
  DAY_OF_RUNS,
  JOB,
  recordRuns,
  runMatview,
  scheduleJob,
  setStampAge,
  STAMP,
  VIEW,
  withRuns,
} from "../../support/dashboard.ts";
import { runPrinted } from "../../support/printedFix.ts";
import type { PrintedFinding } from "../../support/printedFix.ts";

interface Broken {
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

const databases: readonly Broken[] = [
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

const app = appServer((client) => client.query("create role dueno login; create role ajeno login"));

// The view reads through a plain view, which a test can replace by one that gives a key two rows.
async function restore(client: Client): Promise<string> {
  await client.query("delete from cron.job_run_details");
  await client.query("select cron.unschedule(jobid) from cron.job");
  await client.query("alter role ajeno login nosuperuser");
  await client.query(`drop materialized view if exists ${VIEW}`);
  await client.query(
    "update public.prospectos set etapa = rtrim(etapa, '.'), ejecutivo_id = case when id = 1 then 7 else ejecutivo_id end",
  );
  await client.query("create or replace view public.otros_ejecutivos as select id, nombre from public.ejecutivos");
  await createDashboard(client, {
    stampMinutes: 10,
    from: ["public.ejecutivos on", "public.otros_ejecutivos as ejecutivos on"],
  });
  await client.query("alter table public.prospectos disable row level security");
  await client.query("grant select on all tables in schema public to dueno");
  await client.query("grant create on schema public to dueno");
  await client.query(`alter materialized view ${VIEW} owner to dueno`);
  const jobId = await scheduleJob(client);
  await client.query("update cron.job set username = 'dueno'");
  await recordRuns(client, jobId, DAY_OF_RUNS);
  return jobId;
}

async function diagnoses(url: string, spotChecks: readonly string[] = []): Promise<readonly PrintedFinding[]> {
  const words = [
    "doctor",
    VIEW,
    "--job",
    JOB,
    "--stamp",
    STAMP,
    "--json",
    ...spotChecks.flatMap((check) => ["--spot-check", check]),
  ];
  const { code, stdout, stderr } = await runMatview(words, url);
  expect(stderr).toBe("");
  const [view] = JSON.parse(stdout) as { findings: PrintedFinding[] }[];
  const ids = view?.findings.map(({ id }) => id) ?? [];
  expect(code).toBe(ids.length === 0 ? 0 : 1);
  return view?.findings ?? [];
}

async function findings(...asked: Parameters<typeof diagnoses>): Promise<string[]> {
  return (await diagnoses(...asked)).map(({ id }) => id);
}

test("the doctor finds nothing where nothing is broken", async () => {
  const { client, url } = app();
  await restore(client);
  expect(await findings(url, ["ejecutivo_id:live", ":3230"])).toEqual([]);
});

test.each(databases)(
  "the doctor finds $finding and nothing else when $title, and nothing once what it prints was run",
  async ({ breakIt, finding, then, spotChecks }) => {
    const { client, url } = app();
    const jobId = await restore(client);
    await breakIt(client, jobId);
    const found = await diagnoses(url, spotChecks);
    expect(found.map(({ id }) => id)).toEqual([finding]);
    const [told] = found as [PrintedFinding];
    expect(await runPrinted(told, url)).toBe("");
    if (then === "next run") await recordRuns(client, jobId, [{ minutesAgo: 0 }]);
    if (then instanceof RegExp) expect(told.fix).toMatch(then);
    else expect(await findings(url, spotChecks)).toEqual([]);
  },
);

test("a role that may not see the job is told so, and as a member of the owner's role it sees it", async () => {
  const { client, server, name, createRole } = app();
  await restore(client);
  const role = await createRole();
  await client.query(`grant usage on schema cron to ${role}`);
  await client.query(`grant select on all tables in schema public to ${role}`);
  await client.query("grant usage on schema cron to dueno");
  expect(await findings(server.url(name, role))).toEqual(["job-hidden"]);
  await client.query(`grant select on ${VIEW} to ${role}`);
  await client.query(`grant dueno to ${role}`);
  expect(await findings(server.url(name, role))).toEqual([]);
});

test("an observer of the platform part sees job and runs without being a member of the owner's role", async () => {
  const { client, server, name, createRole } = app();
  await restore(client);
  const role = await createRole();
  await client.query(`grant select on all tables in schema public to ${role}`);
  await client.query(`grant select on ${VIEW} to ${role}`);
  await client.query("grant usage on schema cron to dueno");
  await client.query("create schema if not exists matview");
  await client.query(`grant usage on schema matview to ${role}`);
  for (const made of runtimeFunctions("dueno")) {
    await client.query(made.create);
    await client.query(`alter function matview.${made.name}() owner to dueno`);
  }
  const { code, stdout } = await runMatview(["history", VIEW, "--since", "23h", "--json"], server.url(name, role));
  const [{ summary }] = JSON.parse(stdout) as [{ summary: { recorded: number; succeeded: number } }];
  expect({ code, recorded: summary.recorded, succeeded: summary.succeeded }).toEqual({
    code: 0,
    recorded: 23,
    succeeded: 23,
  });
  expect(await findings(server.url(name, role))).toEqual([]);
});

const since17 = Number(checkoutVariables.MATVIEW_POSTGRES_VERSION ?? 15) >= 17 ? test : test.skip;

// Before 17 a refresh keeps the search path, so that there is nothing to find.
since17("the doctor finds a function that a refresh cannot run without its search_path", async () => {
  const { client, url } = app();
  const jobId = await restore(client);
  await client.query(
    "create or replace function public.cuantos() returns bigint language plpgsql stable set search_path = public as $$ begin return (select count(*) from prospectos); end $$",
  );
  await client.query(`drop materialized view ${VIEW}`);
  await createDashboard(client, {
    stampMinutes: 10,
    from: ["conversaciones.estado,", "conversaciones.estado, public.cuantos() as cuantos,"],
  });
  await client.query(`alter materialized view ${VIEW} owner to dueno`);
  await client.query("alter function public.cuantos() reset search_path");
  const failure = await client.query(`refresh materialized view ${VIEW}`).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(failure).toBe('relation "prospectos" does not exist');
  await recordRuns(client, jobId, [{ minutesAgo: 5, status: "failed", message: `ERROR:  ${failure}` }]);
  expect(await findings(url)).toEqual(["search-path"]);
});

// The last one: the server's sessions keep the old extension's tables in mind.
test("the doctor finds that pg_cron is not in the database", async () => {
  const { client, url } = app();
  await restore(client);
  await client.query("drop extension pg_cron cascade");
  const [told] = (await diagnoses(url)) as [PrintedFinding];
  expect(told).toMatchObject({ id: "pg-cron-missing", fix: "make it as a superuser, and deploy the stack" });
  expect(await runPrinted(told, url)).toBe("");
  expect(await findings(url)).toEqual(["job-missing"]);
});
