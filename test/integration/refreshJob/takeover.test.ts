import { describe, expect, jest, test as plain } from "@jest/globals";
import { refreshCommand } from "../../../kinds/refreshJob/command.ts";
import type { DesiredJob } from "../../../kinds/refreshJob/desired.ts";
import { warnOfJob } from "../../../kinds/refreshJob/warnings.ts";
import { resolveConnection } from "../../../postgres/connection.ts";
import { releaseWarning } from "../../../postgres/safeRelease.ts";
import { withSession } from "../../../postgres/session.ts";
import { uniqueName, withDatabase } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { cron, cronUser, JobDeploy, jobs, mustBeConverged, QUIET } from "../../support/jobs.ts";
import { testsWith } from "../../support/lent.ts";

jest.setTimeout(60_000);

const COMMAND = refreshCommand({ schema: "public", name: "mv" });

async function makeView(database: TestDatabase): Promise<void> {
  await database.client.query("create materialized view public.mv as select id from public.ejecutivos");
  await database.client.query("create unique index on public.mv (id)");
}

/** A job as somebody makes it by hand: without the schema, in another case, with a semicolon. */
async function byHand(database: TestDatabase, name: string, user = "postgres", schedule = QUIET): Promise<string> {
  const [row] = await cron<{ jobid: string }>(
    database,
    "select cron.schedule_in_database($1, $2, 'refresh materialized view concurrently mv;', $3, $4) as jobid",
    [name, schedule, database.name, user],
  );
  return row?.jobid ?? "";
}

async function warnings(database: TestDatabase, desired: DesiredJob, previous?: DesiredJob): Promise<string[]> {
  const connection = resolveConnection({ databaseUrl: database.url, cronDatabase: database.server.cronDatabase }, {});
  return withSession(connection, "test", (session) => warnOfJob(session, desired, previous));
}

const test = testsWith(withDatabase);

describe("a job that was made by hand", () => {
  test("under the declared name is taken over in place: its command is made whole, its number stays", async (database) => {
    await makeView(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const jobid = await byHand(database, declared.name);
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    expect(await jobs(database, declared.name)).toMatchObject([{ jobid, command: COMMAND }]);
    await mustBeConverged(deploy, state, declared);
  });

  test("under another name is found and named, and renamed in one transaction when adopt says so", async (database) => {
    await makeView(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const handmade = uniqueName("handmade");
    await byHand(database, handmade, "postgres", "0 5 29 2 *");
    const deploy = new JobDeploy(database);
    await expect(deploy.create(declared)).rejects.toThrow(
      `refresh job ${declared.name} exists and differs from the declaration; declare what it is, or set adopt: true to change it: 2 problems\n` +
        `  - name: declared ${declared.name}, found ${handmade}, which refreshes the same view\n` +
        `  - schedule: declared ${QUIET}, found 0 5 29 2 *`,
    );
    expect(await jobs(database, declared.name)).toEqual([]);
    const state = await deploy.create({ ...declared, adopt: true });
    expect(await jobs(database, handmade)).toEqual([]);
    expect(await jobs(database, declared.name)).toMatchObject([{ schedule: QUIET, command: COMMAND, active: true }]);
    await mustBeConverged(deploy, state, { ...declared, adopt: true });
  });

  test("that is there twice is left alone, and both are named", async (database) => {
    await makeView(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const handmade = uniqueName("handmade");
    await byHand(database, `${handmade}_1`);
    await byHand(database, `${handmade}_2`);
    await expect(new JobDeploy(database).create({ ...declared, adopt: true })).rejects.toThrow(
      new RegExp(
        `job ${handmade}_1 \\(.*\\) and job ${handmade}_2 \\(.*\\) refresh the same view: unschedule all but one`,
      ),
    );
    expect(await jobs(database, handmade)).toHaveLength(2);
  });

  test("for a view of that name in another database is another job", async (first) => {
    await withDatabase(async (second) => {
      await makeView(first);
      await makeView(second);
      const handmade = uniqueName("handmade");
      await byHand(second, handmade);
      const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
      const state = await new JobDeploy(first).create(declared);
      expect(await jobs(first, handmade)).toHaveLength(1);
      await mustBeConverged(new JobDeploy(first), state, declared);
    });
  });
});

describe("what a deploy warns of", () => {
  test("is not the job itself, which goes to another role", async (database) => {
    await makeView(database);
    const other = await cronUser(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    await new JobDeploy(database).create(declared);
    const moved = { ...declared, user: other };
    const twice = expect.stringMatching(/refreshes the same view, so that it is refreshed twice/);
    expect(await warnings(database, moved)).toContainEqual(twice);
    expect(await warnings(database, moved, declared)).not.toContainEqual(twice);
  });

  test("is another role's job that refreshes the same view, which it leaves alone", async (database) => {
    await makeView(database);
    const other = await cronUser(database);
    const handmade = uniqueName("handmade");
    const jobid = await byHand(database, handmade, other);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    await new JobDeploy(database).create(declared);
    expect(await jobs(database, handmade)).toMatchObject([{ username: other, active: true }]);
    expect(await warnings(database, declared)).toContain(
      `job ${handmade} (number ${jobid}, ${QUIET}, as ${other} in database ${database.name}) refreshes the same view, so that it is refreshed ` +
        `twice: select cron.unschedule(${jobid}), as ${other} or as superuser`,
    );
  });

  test("is a maxAge that the longest run as measured makes too short, and a schedule that surprises", async (database) => {
    const declared = {
      name: uniqueName("job"),
      schedule: "*/7 * * * *",
      command: "select 1",
      active: false,
      maxAge: "8m",
    };
    await new JobDeploy(database).create(declared);
    expect((await warnings(database, declared)).join("\n")).toMatch(/starts again every hour/);
    await cron(
      database,
      `insert into cron.job_run_details (jobid, status, start_time, end_time)
         select jobid, 'succeeded', now() - interval '90 seconds', now() from cron.job where jobname = $1`,
      [declared.name],
    );
    expect((await warnings(database, declared)).join("\n")).toMatch(
      /schedule "\*\/7 \* \* \* \*" cannot hold maxAge "8m": two runs can be 7 minutes apart, and the longest run took 1 minute and 30 seconds/,
    );
    expect(await new JobDeploy(database).check({ ...declared, maxAge: "5m" })).toEqual([
      expect.stringMatching(/^maxAge: schedule "\*\/7 \* \* \* \*" cannot hold maxAge "5m"/),
    ]);
  });

  test("is that the last run failed, with the first line of its message alone", async (database) => {
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: true };
    await new JobDeploy(database).create(declared);
    expect(await warnings(database, declared)).toEqual([]);
    await cron(
      database,
      `insert into cron.job_run_details (jobid, status, return_message, start_time)
         select jobid, 'failed', E'ERROR:  duplicate key\nDETAIL:  (Ana, 5512345678)', '2026-01-02 03:04:05Z' from cron.job where jobname = $1`,
      [declared.name],
    );
    expect(await warnings(database, declared)).toEqual([
      "its last run failed at 2026-01-02T03:04:05.000Z: ERROR:  duplicate key",
    ]);
  });

  plain("is a minor release in which a refresh runs with the wrong role's rights", async () => {
    expect([140_010, 150_005, 160_001].map((version) => releaseWarning(version)?.slice(0, 16))).toEqual([
      "PostgreSQL 14.10",
      "PostgreSQL 15.5 ",
      "PostgreSQL 16.1 ",
    ]);
    expect([140_011, 150_006, 150_020, 160_002, 170_000, 180_004].map(releaseWarning)).toEqual(
      Array(6).fill(undefined),
    );
    await withDatabase(async (database) => {
      const { rows } = await database.client.query<{ version: number }>(
        "select current_setting('server_version_num')::int as version",
      );
      const expected = releaseWarning(rows[0]?.version ?? 0);
      const found = await warnings(database, { name: "x", schedule: QUIET, command: "select 1", active: true });
      expect(found.filter((warning) => warning.includes("CVE"))).toEqual(expected === undefined ? [] : [expected]);
    });
  });

  test("is that inactive means absent for a role that cannot say it", async (database) => {
    const owner = await cronUser(database);
    const declared = {
      name: uniqueName("job"),
      schedule: QUIET,
      command: "select 1",
      active: false,
      user: owner,
      database: "postgres",
    };
    const member = await cronUser(database);
    await cron(database, `grant ${owner} to ${member}`);
    const url = database.server.url(database.name, member);
    const connection = resolveConnection({ databaseUrl: url, cronDatabase: database.server.cronDatabase }, {});
    const found = await withSession(connection, "test", (session) => warnOfJob(session, declared));
    expect(found).toContain(
      `job ${declared.name} is declared inactive, and role ${owner} may not call cron.alter_job, which says so: the job is not there until it is ` +
        `declared active. A superuser may run: grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to ${owner}`,
    );
  });
});
