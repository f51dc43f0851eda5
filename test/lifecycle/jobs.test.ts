import { describe, expect, jest, test } from "@jest/globals";
import { splitCommand } from "../../kinds/claim.ts";
import { VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import { DEV_CONFIG, sharedDeployment } from "../support/deployment.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(240_000);

const NAME = "refresh-conversaciones-dashboard";
const OPTIONS = {
  ...DEV_CONFIG,
  maxAge: "5m",
  lockTimeout: "5s",
  statementTimeout: "2m",
  minAge: "1m",
  vacuum: "2-59/30 * * * *",
  keepRuns: "7d",
};

interface JobRow {
  jobname: string;
  schedule: string;
  command: string;
  active: boolean;
  username: string;
}

describe("a stack that asks for more than the plain job", () => {
  const deployed = sharedDeployment();
  const jobs = async (): Promise<JobRow[]> =>
    (
      await deployed().database.client.query<JobRow>(
        "select jobname, schedule, command, active, username from cron.job order by jobname",
      )
    ).rows.map((job) => ({ ...job, command: splitCommand(job.command).text }));

  test("has a schedule that is derived from maxAge and says so, and jobs that vacuum and purge", async () => {
    const { stack, database } = deployed();
    stack.configure(OPTIONS);
    const preview = await mustRun(stack, ["preview"]);
    expect(preview).toMatch(
      /job refresh-conversaciones-dashboard runs every 4 minutes.*: derived from maxAge "5m", leaves 1 minute for a run/,
    );
    await mustRun(stack, UP);
    const [refresh, purge, vacuum] = await jobs();
    expect(refresh).toMatchObject({
      jobname: NAME,
      schedule: expect.stringMatching(/^\S+\/4 \* \* \* \*$/),
      username: "matview_owner",
    });
    expect(purge).toMatchObject({
      jobname: `${NAME}_purge`,
      command: expect.stringMatching(/^delete from cron\.job_run_details/),
    });
    expect(vacuum).toMatchObject({ jobname: `${NAME}_vacuum`, schedule: "2-59/30 * * * *", command: `VACUUM ${VIEW}` });
    await database.client.query("set role matview_owner");
    for (const { command } of await jobs()) await database.client.query(command);
    await database.client.query("reset role");
    const { rows } = await database.client.query(
      "select setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where r.rolname = 'matview_owner'",
    );
    expect(rows).toEqual([{ setconfig: ["statement_timeout=120000"] }]);
    await mustConverge(stack);
  });

  test("shows its jobs to observers", async () => {
    const { stack, database } = deployed();
    await database.client.query("create role watcher login");
    stack.configure({ ...OPTIONS, observers: ["watcher"] });
    await mustRun(stack, UP);
    await database.client.query("set role watcher");
    const { rows } = await database.client.query("select jobname from matview.matview_owner_jobs() order by 1");
    await database.client.query("reset role");
    expect(rows.map(({ jobname }: { jobname: string }) => jobname)).toEqual([NAME, `${NAME}_purge`, `${NAME}_vacuum`]);
    await mustConverge(stack);
  });

  test("changes nothing in another database until it is moved on purpose", async () => {
    const { stack } = deployed();
    await withServer({ extension: false, cronDatabase: "copy" }, async (other) => {
      const env = { MATVIEW_DATABASE_URL: other.url };
      for (const args of [["preview"], UP, DESTROY]) {
        const { code, stdout, stderr } = await stack.pulumi(args, env);
        expect(code).not.toBe(0);
        expect(stdout + stderr).toMatch(
          /the stack was deployed to database postgres on host 127\.0\.0\.1 .*and MATVIEW_DATABASE_URL leads to database copy on host/,
        );
      }
      expect(await jobs()).toHaveLength(3);
    });
  });

  test("takes back with its jobs what it set for them", async () => {
    const { stack, database } = deployed();
    stack.configure(DEV_CONFIG);
    await mustRun(stack, UP);
    expect(await jobs()).toMatchObject([
      { jobname: NAME, schedule: "*/5 * * * *", command: `REFRESH MATERIALIZED VIEW CONCURRENTLY ${VIEW}` },
    ]);
    const { rows } = await database.client.query(
      "select (select count(*)::int from pg_db_role_setting where setrole <> 0) as settings, (select count(*)::int from pg_proc where proname like 'matview_owner_%s') as shown",
    );
    expect(rows).toEqual([{ settings: 0, shown: 0 }]);
    await mustConverge(stack);
    await mustRun(stack, DESTROY);
    expect(await jobs()).toEqual([]);
  });
});
