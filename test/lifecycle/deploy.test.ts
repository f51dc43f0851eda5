import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import { runSampleFile } from "../../scripts/database/sample.ts";
import { VIEW } from "../support/dashboard.ts";
import { DEV_CONFIG, sharedDeployment, withDeployment } from "../support/deployment.ts";
import { killEngine } from "../support/processes.ts";
import { mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";
import { untilRow } from "../support/untilRow.ts";

jest.setTimeout(180_000);

describe("a deployed stack", () => {
  const deployed = sharedDeployment();

  test("shows Osmara's conversations in her new coordination after her reassignment and a refresh", async () => {
    const { client } = deployed().database;
    const perCoordination = async (): Promise<unknown> =>
      (
        await client.query(
          `select count(*) filter (where ejecutivo_nombre like 'Osmara%' and coordinacion_codigo = 'VEN')::int as ven,
                  count(*) filter (where ejecutivo_nombre like 'Osmara%' and coordinacion_codigo = 'BOOM')::int as boom,
                  count(*)::int as total
           from ${VIEW}`,
        )
      ).rows[0];
    expect(await perCoordination()).toEqual({ ven: 166, boom: 0, total: 3230 });
    await runSampleFile(client, "reassign_osmara.sql");
    expect(await perCoordination()).toEqual({ ven: 166, boom: 0, total: 3230 });
    await client.query(
      (await client.query<{ command: string }>("select command from cron.job")).rows[0]?.command ?? "",
    );
    expect(await perCoordination()).toEqual({ ven: 0, boom: 29, total: 3230 });
  });

  test("runs the job's command as its user", async () => {
    const { client } = deployed().database;
    const { rows } = await client.query<{ username: string; command: string; database: string; active: boolean }>(
      "select username, split_part(command, E'\\n', 1) as command, database, active from cron.job",
    );
    expect(rows).toEqual([
      {
        username: "matview_owner",
        command: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${VIEW}`,
        database: "postgres",
        active: true,
      },
    ]);
    await client.query("set role matview_owner");
    await client.query(rows[0]?.command ?? "");
    await client.query("reset role");
  });

  test("keeps a provider text of at most 200 bytes and no password in the state", async () => {
    const { stack, database } = deployed();
    const state = await stack.state();
    const ours = (state.deployment.resources ?? []).filter(({ type }) => type.includes("dynamic/matview"));
    expect(ours).toHaveLength(6);
    for (const { inputs } of ours) expect(String(inputs?.["__provider"]).length).toBeLessThanOrEqual(200);
    expect(JSON.stringify(state)).not.toContain(database.server.password());
  });

  test("changes only what a change of the schedule concerns", async () => {
    const { stack, database } = deployed();
    stack.configure({ ...DEV_CONFIG, schedule: "*/2 * * * *" });
    const announced = await operations(stack);
    expect(announced).toEqual(["update conversaciones-dashboard-refresh"]);
    expect(await operations(stack, UP)).toEqual(announced);
    const { rows } = await database.client.query("select jobid, schedule from cron.job");
    expect(rows).toEqual([{ jobid: "1", schedule: "*/2 * * * *" }]);
    await mustConverge(stack);
  });

  test("pauses and resumes the job by configuration alone", async () => {
    const { stack, database } = deployed();
    const active = async (): Promise<unknown> =>
      (await database.client.query("select jobid, active from cron.job")).rows;
    stack.configure({ ...DEV_CONFIG, active: false });
    await mustRun(stack, UP);
    expect(await active()).toEqual([{ jobid: "1", active: false }]);
    await mustConverge(stack);
    stack.configure(DEV_CONFIG);
    await mustRun(stack, UP);
    expect(await active()).toEqual([{ jobid: "1", active: true }]);
  });

  test("grants readers without touching the first refresh and the job", async () => {
    const { stack, database } = deployed();
    await database.client.query("create role dashboard_reader");
    stack.configure({ ...DEV_CONFIG, readers: ["dashboard_reader"] });
    expect(await operations(stack)).toEqual(["update conversaciones-dashboard"]);
    await mustRun(stack, UP);
    const { rows } = await database.client.query(
      `select has_table_privilege('dashboard_reader', '${VIEW}', 'select') as may`,
    );
    expect(rows).toEqual([{ may: true }]);
    await mustConverge(stack);
  });

  test("reports bad settings all at once and changes nothing", async () => {
    const { stack } = deployed();
    stack.configure({ ...DEV_CONFIG, schedule: "*/5 * * * * *", shedule: "x", readers: [""] });
    const { code, stdout, stderr } = await stack.pulumi(["preview"]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/matview:schedule .*\n.*matview:readers|matview:readers .*\n.*matview:schedule/s);
    expect(stdout + stderr).toMatch(/matview:shedule is no setting; did you mean matview:schedule\?/);
    expect(stdout + stderr).not.toMatch(/\bat .*\.ts:\d+/);
    stack.configure(DEV_CONFIG);
  });
});

describe("a deploy that is killed", () => {
  test("in the middle of creating the view is finished by the next one", async () => {
    await withDeployment(DEV_CONFIG, async ({ stack, database }) => {
      const blocker = new Client({ connectionString: database.url });
      blocker.on("error", () => undefined);
      await blocker.connect();
      // Whoever creates something of this name has to wait for how this ends.
      await blocker.query(`begin; create table ${VIEW} ()`);
      const engine = stack.start(UP);
      await untilRow(database.client, "the provider to wait for the name", [
        "select 1 from pg_stat_activity where application_name = 'pulumi-matview' and wait_event_type = 'Lock'",
      ]);
      // The provider's process ends by itself, and what it waits for is cancelled though the blocker goes on.
      await killEngine(engine.pid ?? 0, join(stack.directory, "state"), { alone: true });
      await untilRow(database.client, "the provider to have left", [
        "select 1 where not exists (select from pg_stat_activity where application_name = 'pulumi-matview')",
      ]);
      await blocker.end();

      const locked = await stack.pulumi(UP);
      expect(locked.stdout + locked.stderr).toMatch(/locked by 1 lock/);
      await mustRun(stack, ["cancel", "--yes"]);
      await mustRun(stack, UP);
      const { rows } = await database.client.query(`select count(*)::int as count from ${VIEW}`);
      expect(rows).toEqual([{ count: 3230 }]);
      await mustConverge(stack);
    });
  });
});
