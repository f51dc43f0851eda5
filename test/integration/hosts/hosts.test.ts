import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import type { dynamic } from "@pulumi/pulumi";
import { materializedViewKind } from "../../../kinds/materializedView/kind.ts";
import { refreshCommand } from "../../../kinds/refreshJob/command.ts";
import { viewIndexKind } from "../../../kinds/viewIndex/kind.ts";
import { lifecycle } from "../../../lifecycle/lifecycle.ts";
import { checkout } from "../../../scripts/checkout.ts";
import type { Server } from "../../../scripts/database/server.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import type { TestDatabase } from "../../support/database.ts";
import { HOST_ROLE, HOSTS, NO_PG_CRON, withHost } from "../../support/hosts.ts";
import type { Host, HostDeployer } from "../../support/hosts.ts";
import { cron, JobDeploy, jobs, mustBeConverged, QUIET } from "../../support/jobs.ts";
import { readDocument } from "../../support/pages.ts";

jest.setTimeout(90_000);

type Props = Record<string, unknown>;

// Schema and table are what the scripts of docs/hosts make and grant.
const view = {
  schema: "reports",
  name: "mv",
  definition: "select day, count(*) as orders from public.orders group by day",
  uniqueKey: ["day"],
};
const index = { schema: "reports", view: "mv", name: "mv_day_idx", columns: ["day"], unique: true };
const job = { name: "refresh-mv", schedule: QUIET, command: refreshCommand(view), active: true };

function configured(kind: dynamic.ResourceProvider, url: string): dynamic.ResourceProvider {
  const config: Record<string, string> = { "matview:databaseUrl": url, "matview:cronDatabase": "postgres" };
  void kind.configure?.({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
  return kind;
}

async function make(kind: dynamic.ResourceProvider, props: Props): Promise<Props> {
  const { inputs } = (await kind.check?.({}, props)) as { inputs: Props };
  return (await kind.create(inputs)).outs as Props;
}

async function mustRead(kind: dynamic.ResourceProvider, state: Props): Promise<void> {
  expect((await kind.read?.("id", state))?.props).toEqual(state);
}

test("docs/hosts has a page for each of these hosts and for no other", () => {
  const pages = readdirSync(join(checkout, "docs/hosts")).sort();
  const tested = [...HOSTS, NO_PG_CRON].map(({ page }) => `${page}.md`);
  expect(pages).toEqual([...tested, "README.md"].sort());
});

test("the table of docs/hosts says what is found here", () => {
  const rows = readDocument("hosts/README").matchAll(
    /^\| \[([^\]]+)\]\(([^)]+)\.md\) +\| ([^|]+?) +\| ([^|]+?) +\| ([^|]+?) +\|/gm,
  );
  const told = [...rows].map(([, ...cells]) => cells);
  const found = HOSTS.map(({ name, page, altersInPlace, paused, otherDatabases }) => [
    name,
    page,
    altersInPlace ? "in place" : "new job",
    paused === "absent" ? "is absent" : "inactive",
    otherDatabases ? "yes" : "says what to grant",
  ]);
  expect(told).toEqual(found);
});

/** Puts a job into another database than pg_cron's, or expects to be told what is missing. */
async function goElsewhere(host: Host, server: Server, { role, url: urlTo }: HostDeployer): Promise<void> {
  await withClient(server.url("postgres", HOST_ROLE), (client) => client.query("create database app"));
  const url = urlTo("app");
  const database = { server, name: "app", url, cronUrl: server.url() } as TestDatabase;
  const deploy = new JobDeploy(database, { url, cronDatabase: "postgres" });
  const declared = { ...job, command: "select 1" };
  if (host.otherDatabases) {
    const state = await deploy.create(declared);
    expect(await jobs(database, job.name)).toMatchObject([{ database: "app", username: role }]);
    await mustBeConverged(deploy, state, declared);
    return;
  }
  await expect(deploy.create(declared)).rejects.toThrow(
    `job refresh-mv runs in database app and pg_cron lives in postgres: role ${role} needs cron.schedule_in_database; let a superuser ` +
      `run: grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to ${role}`,
  );
  expect(await jobs(database, "")).toEqual([]);
}

test.each(HOSTS)(
  "a host like $name deploys, changes, pauses, notices drift, heals and destroys, and knows other databases",
  async (host) => {
    await withHost(host, async (server, deployer) => {
      const url = deployer.url();
      const database = { server, name: "postgres", url, cronUrl: server.url() } as TestDatabase;
      const admin = { cronUrl: server.url() };
      const [views, indexes] = [
        configured(lifecycle(materializedViewKind), url),
        configured(lifecycle(viewIndexKind), url),
      ];
      const deploy = new JobDeploy(database, { url });
      await withClient(url, async (client) => {
        const viewState = await make(views, view);
        const indexState = await make(indexes, index);
        await client.query("refresh materialized view reports.mv");
        const state = await deploy.create(job);
        await mustBeConverged(deploy, state, job);
        const [made] = await jobs(admin, job.name);
        expect(made).toMatchObject({ username: deployer.role, database: "postgres", active: true });
        await client.query(made?.command ?? "");
        await client.query("select from cron.job_run_details");
        await mustRead(views, viewState);
        await mustRead(indexes, indexState);

        const changed = { ...job, schedule: "0 1 29 2 *" };
        const changedState = await deploy.update(state, changed);
        const [altered] = await jobs(admin, job.name);
        expect(altered?.jobid === made?.jobid).toBe(host.altersInPlace);
        await mustBeConverged(deploy, changedState, changed);

        const paused = { ...changed, active: false };
        const pausedState = await deploy.update(changedState, paused);
        expect((await jobs(admin, job.name)).map(({ active }) => active)).toEqual(
          host.paused === "absent" ? [] : [false],
        );
        await mustBeConverged(deploy, pausedState, paused);
        const resumed = await deploy.update(pausedState, changed);
        await mustBeConverged(deploy, resumed, changed);

        await cron(
          admin,
          "select cron.alter_job(jobid, schedule := '0 9 29 2 *', active := false) from cron.job where jobname = $1",
          [job.name],
        );
        const drifted = await deploy.read(resumed);
        expect(drifted).toEqual({ ...changed, schedule: "0 9 29 2 *", active: false });
        const healed = await deploy.update(drifted ?? {}, changed);
        await mustBeConverged(deploy, healed, changed);
        await cron(admin, "select cron.unschedule(jobid) from cron.job where jobname = $1", [job.name]);
        expect(await deploy.read(healed)).toBeUndefined();
        const anew = await deploy.create(changed);

        await deploy.delete(anew);
        await indexes.delete?.("id", indexState);
        await views.delete?.("id", viewState);
        expect(await jobs(admin, "")).toEqual([]);
        expect((await client.query("select 1 from pg_class where relname like 'mv%'")).rows).toEqual([]);
      });
      await goElsewhere(host, server, deployer);
    });
  },
);

test("the job of an owner rests while its view is empty, where who deploys may act as the owner", async () => {
  const [supabase] = HOSTS;
  if (supabase === undefined) throw new Error("there is no host");
  await withHost(supabase, async (server) => {
    const url = server.url("postgres", HOST_ROLE);
    const admin = { cronUrl: server.url() };
    const owned = { ...view, owner: "mv_owner" };
    const views = configured(lifecycle(materializedViewKind), url);
    await withClient(url, async (client) => {
      await client.query(`create role mv_owner login; grant mv_owner to ${HOST_ROLE}`);
      await client.query("grant usage on schema cron to mv_owner; grant usage, create on schema reports to mv_owner");
      await client.query("grant select on public.orders to mv_owner");
      await server.mapRole("mv_owner");
    });
    const first = await make(views, owned);
    await cron(admin, "select cron.schedule_in_database($1, $2, $3, 'postgres', 'mv_owner')", [
      job.name,
      job.schedule,
      job.command,
    ]);
    await views.delete?.("id", first);
    const isActive = async (): Promise<boolean | undefined> => (await jobs(admin, job.name))[0]?.active;

    // Without the right to call alter_job nothing can be said but by removing the job, which is not the view's to do.
    const second = await make(views, owned);
    expect(await isActive()).toBe(true);
    await views.delete?.("id", second);

    await cron(admin, "grant execute on function cron.alter_job to mv_owner");
    await make(views, owned);
    expect(await isActive()).toBe(false);
  });
});

test("an owner that the host role made can be acted as, also where a membership does not bring that along", async () => {
  const [supabase] = HOSTS;
  if (supabase === undefined) throw new Error("there is no host");
  await withHost(supabase, async (server) => {
    const url = server.url("postgres", HOST_ROLE);
    const database = { server, name: "postgres", url, cronUrl: server.url() } as TestDatabase;
    const deploy = new JobDeploy(database, { url });
    const declared = { ...job, command: "select 1", user: "mv_owner" };
    await withClient(url, async (client) => {
      await client.query("create role mv_owner login");
      await server.mapRole("mv_owner");
      await expect(deploy.create(declared)).rejects.toThrow(
        `refresh job refresh-mv@mv_owner cannot be deployed: 2 problems\n` +
          "  - role mv_owner may not use pg_cron: let a superuser run: grant usage on schema cron to mv_owner\n" +
          `  - role ${HOST_ROLE} may not act as mv_owner: grant mv_owner to ${HOST_ROLE}`,
      );
      await client.query(`grant mv_owner to ${HOST_ROLE}`);
      await client.query("grant usage on schema cron to mv_owner");
    });
    const state = await deploy.create(declared);
    expect(await jobs(database, job.name)).toMatchObject([{ username: "mv_owner", active: true }]);
    await mustBeConverged(deploy, state, declared);
    const paused = await deploy.update(state, { ...declared, active: false });
    // The owner may not call alter_job or schedule_in_database, though the role that deploys may: nothing is done with more than its rights.
    expect(await jobs(database, job.name)).toEqual([]);
    await mustBeConverged(deploy, paused, { ...declared, active: false });
  });
});
