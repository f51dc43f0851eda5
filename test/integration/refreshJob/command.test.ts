import { describe, expect, jest } from "@jest/globals";
import { materializedViewKind } from "../../../kinds/materializedView/kind.ts";
import { refreshCommand } from "../../../kinds/refreshJob/command.ts";
import { lifecycle } from "../../../lifecycle/lifecycle.ts";
import { until } from "../../../scripts/database/until.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { uniqueName, withDatabase } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { cronUser, firstRun, JobDeploy, jobs, mustBeConverged, QUIET } from "../../support/jobs.ts";
import { testsWith } from "../../support/lent.ts";
import { provider } from "../../support/provider.ts";
import { untilRow } from "../../support/untilRow.ts";

jest.setTimeout(150_000);

const VIEW = { schema: "public", name: "mv" };
const COMMAND = refreshCommand(VIEW);

async function makeView(database: TestDatabase, owner: string): Promise<void> {
  await database.client.query("create materialized view public.mv as select id from public.ejecutivos");
  await database.client.query("create unique index on public.mv (id)");
  await database.client.query(`alter materialized view public.mv owner to ${owner}`);
  await database.client.query(`grant select on public.ejecutivos to ${owner}`);
}

const test = testsWith(withDatabase);

describe("a command that every run would fail with", () => {
  test("is refused with each reason and what to do", async (database) => {
    const owner = await cronUser(database);
    const deploy = new JobDeploy(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, active: true, user: owner };
    const problems = async (command: string): Promise<string> =>
      deploy.create({ ...declared, command }).then(
        () => "none",
        (error: unknown) => (error instanceof Error ? error.message.split("\n").slice(1).join("\n") : String(error)),
      );
    expect(await problems("refresh materialized view concurrently mv")).toBe(
      "  - the command names mv without its schema, and pg_cron uses the role's search_path: write schema.mv",
    );
    expect(await problems(COMMAND)).toBe(
      `  - the command refreshes public.mv, and there is no such materialized view in database ${database.name}`,
    );
    await database.client.query("create materialized view public.mv as select id from public.ejecutivos with no data");
    await database.client.query("create unique index on public.mv (id) where id is not null");
    expect(await problems(COMMAND)).toMatch(
      new RegExp(
        `^ {2}- role ${owner} may not refresh public\\.mv, which postgres owns: let the job run as postgres, or alter materialized view ` +
          `public\\.mv owner to ${owner}(, or grant maintain on public\\.mv to ${owner})?\n` +
          " {2}- public\\.mv has no valid unique index on plain columns without WHERE, so that each concurrent refresh would fail: declare one\n" +
          " {2}- public\\.mv has no data, so that each concurrent refresh would fail: refresh materialized view public\\.mv$",
      ),
    );
    expect(await jobs(database, declared.name)).toEqual([]);
    await database.client.query("drop materialized view public.mv");
    await makeView(database, owner);
    const state = await deploy.create({ ...declared, command: COMMAND });
    await mustBeConverged(deploy, state, { ...declared, command: COMMAND });
  });

  test("is one whose lock timeout gives up before an autovacuum gives way, or whose guard cannot be asked", async (database) => {
    await database.client.query("create materialized view public.mv as select 1 as id, now() as at");
    await database.client.query("create unique index on public.mv (id)");
    const deploy = new JobDeploy(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, active: true };
    for (const [stampColumn, reason] of [
      ["att", "column v.att does not exist"],
      ["id", "operator does not exist: timestamp with time zone - integer"],
    ] as const) {
      const command = refreshCommand(VIEW, { backlogGuard: { minAgeSeconds: 90, stampColumn } });
      await expect(deploy.create({ ...declared, command })).rejects.toThrow(`minAge cannot be measured: ${reason}`);
    }
    await expect(
      deploy.create({ ...declared, command: refreshCommand(VIEW, { lockTimeoutMs: 1_500 }) }),
    ).rejects.toThrow(
      "a lock timeout of 1500 ms is shorter than deadlock_timeout plus a second (2000 ms): a refresh that meets an autovacuum would " +
        "fail, where a little later the autovacuum gives way",
    );
    for (const command of [
      refreshCommand(VIEW, { lockTimeoutMs: 2_000 }),
      refreshCommand(VIEW, { lockTimeoutMs: 2_000, backlogGuard: { minAgeSeconds: 90, stampColumn: "at" } }),
    ]) {
      const state = await deploy.create({ ...declared, name: uniqueName("job"), command });
      await deploy.delete(state);
    }
  });
});

describe("a statement timeout", () => {
  test("is the role's in the job's database, ends a run in both of pg_cron's modes, and is taken back with the job", async (database) => {
    const owner = await cronUser(database);
    const deploy = new JobDeploy(database);
    const declared = {
      name: uniqueName("job"),
      schedule: "* * * * *",
      command: "select pg_sleep(50)",
      active: true,
      user: owner,
      statementTimeoutMs: 1_000,
    };
    const state = await deploy.create(declared);
    await mustBeConverged(deploy, state, declared);
    expect(await firstRun(database, declared.name)).toMatchObject({
      status: "failed",
      return_message: expect.stringMatching(/statement timeout/),
    });
    await database.client.query(`alter role ${owner} in database ${database.name} set statement_timeout = '5min'`);
    expect(await deploy.read(state)).toEqual({ ...declared, statementTimeoutMs: 300_000 });
    await deploy.delete(await deploy.update(state, declared));
    const { rows } = await database.client.query(
      "select 1 from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where rolname = $1",
      [owner],
    );
    expect(rows).toEqual([]);
  });
});

describe("removing a job whose refresh is going on", () => {
  test("waits for the refresh, so that the view can go next", async (database) => {
    const owner = await cronUser(database);
    await makeView(database, owner);
    const deploy = new JobDeploy(database);
    const state = await deploy.create({
      name: uniqueName("job"),
      schedule: QUIET,
      command: COMMAND,
      active: true,
      user: owner,
    });
    await withClient(database.url, async (blocker) => {
      await blocker.query("begin; lock table public.ejecutivos in access exclusive mode");
      await withClient(database.server.url(database.name, owner), async (runner) => {
        const refresh = runner.query(COMMAND);
        await waiting(database, owner);
        let isDone = false;
        const removal = deploy.delete(state).then(() => (isDone = true));
        await until(async () => (await jobs(database, String(state["name"]))).length === 0, {
          what: "the job to be gone",
        });
        expect(isDone).toBe(false);
        await blocker.query("commit");
        await refresh;
        await removal;
      });
    });
    await database.client.query("set lock_timeout = '1s'");
    await database.client.query("drop materialized view public.mv");
  });
});

describe("a view that is made anew", () => {
  test("has its job switched off until the job's own turn, so that no run meets a view without data", async (database) => {
    const view = { ...VIEW, definition: "select id from public.ejecutivos" };
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    await makeView(database, "postgres");
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    await database.client.query("drop materialized view public.mv");
    await provider(lifecycle(materializedViewKind), database).create({ ...view, job: declared.name });
    expect(await jobs(database, declared.name)).toMatchObject([{ active: false }]);
    await expect(deploy.update(state, declared)).rejects.toThrow("public.mv has no data");
    await database.client.query("create unique index on public.mv (id)");
    await database.client.query("refresh materialized view public.mv");
    await mustBeConverged(deploy, await deploy.update(state, declared), declared);
  });
});

describe("a refresh with a guard against a backlog", () => {
  test("leaves a run out while another one is going or the view is young, and runs otherwise", async (database) => {
    await database.client.query(
      "create materialized view public.mv as select id, case when id = (select min(id) from public.ejecutivos) then now() end as stamp from public.ejecutivos",
    );
    await database.client.query("create unique index on public.mv (id)");
    const stamp = async (): Promise<string> =>
      (await database.client.query<{ at: string }>("select max(stamp)::text as at from public.mv")).rows[0]?.at ?? "";
    const guard = (minAgeSeconds: number): string =>
      refreshCommand(VIEW, { lockTimeoutMs: 5_000, backlogGuard: { minAgeSeconds, stampColumn: "stamp" } });
    const first = await stamp();
    await database.client.query(guard(3_600));
    expect(await stamp()).toBe(first);
    await database.client.query(guard(0));
    const second = await stamp();
    expect(second).not.toBe(first);
    await withClient(database.url, async (blocker) => {
      await blocker.query("begin; lock table public.ejecutivos in access exclusive mode");
      await withClient(database.url, async (runner) => {
        const going = runner.query(guard(0));
        await waiting(database, "postgres");
        await database.client.query(guard(0));
        await blocker.query("commit");
        await going;
      });
    });
    expect(await stamp()).not.toBe(second);
  });
});

async function waiting(database: TestDatabase, user: string): Promise<void> {
  await untilRow(database.client, "the refresh to wait for the source", [
    "select 1 from pg_stat_activity where usename = $1 and datname = current_database() and wait_event_type = 'Lock'",
    user,
  ]);
}
