import { describe, expect } from "@jest/globals";
import { uniqueName, withDatabase } from "../../support/database.ts";
import { cron, cronUser, JobDeploy, jobs, mustBeConverged, QUIET } from "../../support/jobs.ts";
import { testsWith } from "../../support/lent.ts";

const COMMAND = "select 1";

const test = testsWith(withDatabase);

describe("a job's place and name", () => {
  test("lives where pg_cron lives and runs in the view's database", async (database) => {
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    expect(await jobs(database, declared.name)).toMatchObject([{ database: database.name, username: "postgres" }]);
    await mustBeConverged(deploy, state, declared);

    const astray = new JobDeploy(database, { cronDatabase: database.name });
    await expect(astray.create(declared)).rejects.toThrow(
      `pg_cron is not installed in database ${database.name}: set matview:managePlatform to true, or run: create extension pg_cron ` +
        "(in the database that cron.database_name names; name it in matview:cronDatabase where that is another one)",
    );
  });

  test("has a name of at most 63 bytes, which no pg_cron cuts", async (database) => {
    const deploy = new JobDeploy(database);
    const props = { schedule: QUIET, command: COMMAND, active: true };
    expect(await deploy.check({ ...props, name: "ñ".repeat(32) })).toEqual([
      expect.stringMatching(/^name: "ñ{32}" is 64 bytes long and PostgreSQL keeps 63: it would be cut to "ñ{31}"$/),
    ]);
    expect(await deploy.check({ ...props, name: "" })).toEqual(['name: "" is empty']);
    const declared = { ...props, name: `${uniqueName("job")}${"x".repeat(48)}`.slice(0, 63) };
    const state = await deploy.create(declared);
    expect((await jobs(database, declared.name)).map(({ jobname }) => jobname)).toEqual([declared.name]);
    await mustBeConverged(deploy, state, declared);
  });

  test("given by hand for two databases is not stolen by the second", async (first) => {
    await withDatabase(async (second) => {
      const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
      const state = await new JobDeploy(first).create(declared);
      for (const adopt of [false, true]) {
        await expect(new JobDeploy(second).create({ ...declared, adopt })).rejects.toThrow(
          `job ${declared.name} (number ${(await jobs(first, declared.name))[0]?.jobid}, ${QUIET}, as postgres in database ${first.name}) ` +
            `has the declared name and user, which for pg_cron is one job; the declared one runs in database ${second.name}: ` +
            `choose another name, such as ${declared.name}-${second.name}, or unschedule it there first`,
        );
      }
      await mustBeConverged(new JobDeploy(first), state, declared);
    });
  });
});

describe("a job's identity", () => {
  test("is name and user: another role's job of that name is another job, and one that cannot be seen is not gone", async (database) => {
    const [owner, stranger] = [await cronUser(database), await cronUser(database)];
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const admin = new JobDeploy(database);
    const [ours, theirs] = [
      { ...declared, user: owner },
      { ...declared, user: stranger, schedule: "0 1 29 2 *" },
    ];
    const state = await admin.create(ours);
    await admin.create(theirs);
    expect((await jobs(database, declared.name)).map(({ username }) => username).sort()).toEqual(
      [owner, stranger].sort(),
    );
    await mustBeConverged(admin, state, ours);

    const blind = new JobDeploy(database, { url: database.server.url(database.name, stranger) });
    await expect(blind.read(state)).rejects.toThrow(
      `job ${declared.name} of role ${owner} cannot be seen by role ${stranger}: row security on cron.job shows a role its own jobs; ` +
        `connect as ${owner} or as a superuser, or let a superuser run: grant ${owner} to ${stranger}`,
    );
    await expect(blind.delete(state)).rejects.toThrow(/cannot be seen by role/);
    await expect(blind.create(ours)).rejects.toThrow(
      `role ${stranger} may not act as ${owner}: grant ${owner} to ${stranger}`,
    );
    await expect(blind.update(state, { ...ours, schedule: "0 2 29 2 *" })).rejects.toThrow(/may not act as/);
    expect(await jobs(database, declared.name)).toHaveLength(2);
  });

  test("is not its number: one that was made anew by hand is the same job, and creating never overwrites", async (database) => {
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    const [before] = await jobs(database, declared.name);
    await cron(database, `select cron.unschedule(${before?.jobid}::bigint)`);
    await cron(database, "select cron.schedule_in_database($1, '0 3 29 2 *', 'select 2', $2)", [
      declared.name,
      database.name,
    ]);
    const [after] = await jobs(database, declared.name);
    expect(after?.jobid).not.toBe(before?.jobid);
    expect(await deploy.read(state)).toMatchObject({ schedule: "0 3 29 2 *", command: "select 2" });

    await expect(deploy.create(declared)).rejects.toThrow(
      `refresh job ${declared.name} exists and differs from the declaration; declare what it is, or set adopt: true to change it: ` +
        `2 problems\n  - schedule: declared ${QUIET}, found 0 3 29 2 *\n  - command: declared select 1, found select 2`,
    );
    await deploy.update(state, declared);
    expect((await jobs(database, declared.name))[0]?.jobid).toBe(after?.jobid);
    await mustBeConverged(deploy, state, declared);
  });
});

describe("removing a job", () => {
  test("removes the one with its number, not one that is called by that number", async (database) => {
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    const [{ jobid = "" } = {}] = await jobs(database, declared.name);
    await cron(database, "select cron.schedule_in_database($1, $2, 'select 1', $3)", [jobid, QUIET, database.name]);
    await deploy.delete(state);
    expect(await jobs(database, declared.name)).toEqual([]);
    expect((await jobs(database, jobid)).filter(({ jobname }) => jobname === jobid)).toHaveLength(1);
  });

  test("is done when it is gone already, and works for another role's job by number", async (database) => {
    const owner = await cronUser(database);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true, user: owner };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    await deploy.delete(state);
    expect(await jobs(database, declared.name)).toEqual([]);
    await deploy.delete(state);
    expect(await deploy.read(state)).toBeUndefined();
  });

  test("leaves every other job as it is", async (database) => {
    const owner = await cronUser(database);
    const name = uniqueName("job");
    const declared = { name, schedule: QUIET, command: COMMAND, active: true };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    await deploy.create({ ...declared, user: owner });
    await deploy.create({ ...declared, name: `${name}_2` });
    const others = (await jobs(database, name)).filter((job) => job.jobname !== name || job.username !== "postgres");
    await deploy.delete(state);
    expect(await jobs(database, name)).toEqual(others);
  });

  test("leaves a job alone that runs in another database by now", async (database) => {
    const declared = { name: uniqueName("job"), schedule: QUIET, command: COMMAND, active: true };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    await cron(database, "select cron.alter_job(jobid, database := 'postgres') from cron.job where jobname = $1", [
      declared.name,
    ]);
    await expect(deploy.delete(state)).rejects.toThrow(
      /is not the declared one, which ran in database test_\w+: unschedule it by hand/,
    );
    expect(await jobs(database, declared.name)).toHaveLength(1);
    await cron(database, "select cron.unschedule(jobid) from cron.job where jobname = $1", [declared.name]);
  });
});

describe("two deploys at once", () => {
  test("make one job, and the one that declares it otherwise is told", async (database) => {
    const name = uniqueName("job");
    const schedules = Array.from({ length: 6 }, (_, hour) => `0 ${hour} 29 2 *`);
    const results = await Promise.allSettled(
      schedules.map((schedule) => new JobDeploy(database).create({ name, schedule, command: COMMAND, active: true })),
    );
    const made = await jobs(database, name);
    expect(made).toHaveLength(1);
    const winners = results.flatMap((result, index) => (result.status === "fulfilled" ? [schedules[index]] : []));
    expect(winners).toEqual([made[0]?.schedule]);
    for (const result of results) {
      if (result.status === "rejected") {
        expect(String(result.reason)).toMatch(
          /exists and differs from the declaration|was applied and is still not as declared/,
        );
      }
    }
  });
});
