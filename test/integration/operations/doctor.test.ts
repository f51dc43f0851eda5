import { expect, test } from "@jest/globals";
import type { Client } from "pg";
import { runtimeFunctions } from "../../../kinds/runtimeObjects/functions.ts";
import { checkoutVariables } from "../../../scripts/checkoutVariables.ts";
import { BROKEN } from "../../support/brokenWorlds.ts";
import {
  appServer,
  createDashboard,
  DAY_OF_RUNS,
  JOB,
  recordRuns,
  runMatview,
  scheduleJob,
  setStampAge,
  launcherRuns,
  STAMP,
  VIEW,
} from "../../support/dashboard.ts";
import { runPrinted } from "../../support/printedFix.ts";
import type { PrintedFinding } from "../../support/printedFix.ts";

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

test.each(BROKEN)(
  "the doctor finds $finding and nothing else when $title, and nothing once what it prints was run",
  async ({ breakIt, finding, then, spotChecks }) => {
    const { client, url } = app();
    const jobId = await restore(client);
    await breakIt(client, jobId);
    const found = await diagnoses(url, spotChecks);
    expect(found.map(({ id }) => id)).toEqual([finding]);
    const [told] = found as [PrintedFinding];
    expect(await runPrinted(told, url)).toBe("");
    // It comes back by itself.
    await launcherRuns(client);
    if (then === "next run") {
      await setStampAge(client, 0);
      await recordRuns(client, jobId, [{ minutesAgo: 0 }]);
    }
    if (then instanceof RegExp) expect(told.fix).toMatch(then);
    else expect(await findings(url, spotChecks)).toEqual([]);
  },
);

const since15 = Number(checkoutVariables.MATVIEW_POSTGRES_VERSION ?? 15) >= 15 ? test : test.skip;

since15(
  "two rows with a null in the key are a duplicate where the index takes nulls for equal, and only there",
  async () => {
    const { client, url } = app();
    await restore(client);
    await client.query(
      "create table public.claves (id int, n int); insert into public.claves values (1, 1), (null, 1)",
    );
    await client.query("create materialized view public.nulos as select id, n from public.claves");
    for (const [words, finding, code] of [
      ["", [], undefined],
      ["nulls not distinct", ["duplicate-keys"], "23505"],
    ] as const) {
      await client.query("drop index if exists public.nulos_key");
      await client.query("delete from public.claves where n = 2");
      await client.query("refresh materialized view public.nulos");
      await client.query(`create unique index nulos_key on public.nulos (id) ${words}`);
      await client.query("insert into public.claves values (null, 2)");
      await scheduleJob(client, "nulos", "0 0 29 2 *", "public.nulos");
      const { stdout } = await runMatview(["doctor", "public.nulos", "--job", "nulos", "--json"], url);
      const [view] = JSON.parse(stdout) as [{ findings: PrintedFinding[] }];
      expect(view.findings.map(({ id }) => id).filter((id) => id === "duplicate-keys")).toEqual(finding);
      const refreshed = client.query("refresh materialized view concurrently public.nulos").then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
      expect(await refreshed).toBe(code);
    }
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
