import { describe, expect, test } from "@jest/globals";
import { parseSchedule } from "../../../kinds/refreshJob/schedule.ts";
import { featuresOf } from "../../../postgres/capabilities.ts";
import { uniqueName, withServer } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { cron, cronUser, JobDeploy, jobs, mustBeConverged, QUIET } from "../../support/jobs.ts";
import type { CronGrant } from "../../support/jobs.ts";
import { shared } from "../../support/lent.ts";

/** Who deploys: a superuser, and roles to which a host grants more or less. */
const WHO: readonly (readonly [who: string, grants: readonly CronGrant[] | undefined])[] = [
  ["a superuser", undefined],
  ["a role with alter_job and schedule_in_database", ["alter_job", "schedule_in_database"]],
  ["a role with alter_job", ["alter_job"]],
  ["a role with schedule_in_database", ["schedule_in_database"]],
  ["a role with neither", []],
];

const DRIFTS: readonly (readonly [property: string, change: string])[] = [
  ["schedule", "schedule := '0 7 29 2 *'"],
  ["command", "command := 'select 2'"],
  ["database", "database := 'template1'"],
  ["active", "active := false"],
  ["all of them", "schedule := '0 7 29 2 *', command := 'select 2', database := 'template1', active := false"],
];

const database = shared<TestDatabase>((use) => withServer({ sample: false }, use));

async function deployer(grants: readonly CronGrant[] | undefined): Promise<{ user: string; deploy: JobDeploy }> {
  if (grants === undefined) return { user: "postgres", deploy: new JobDeploy(database()) };
  const user = await cronUser(database(), grants);
  return { user, deploy: new JobDeploy(database(), { url: database().server.url(database().name, user) }) };
}

async function drift(name: string, change: string): Promise<void> {
  await cron(database(), `select cron.alter_job(jobid, ${change}) from cron.job where jobname = $1`, [name]);
}

describe.each(WHO)("%s", (_who, grants) => {
  test.each(DRIFTS)("repairs %s when it was changed by hand, and reads it back", async (_property, change) => {
    const { user, deploy } = await deployer(grants);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: true };
    const state = await deploy.create(declared);
    const before = await jobs(database(), declared.name);
    expect(before).toMatchObject([{ username: user, database: database().name, active: true }]);
    await drift(declared.name, change);
    const drifted = await deploy.read(state);
    expect(drifted).not.toEqual(declared);
    await deploy.update(drifted ?? {}, declared);
    const [{ jobid = "" } = {}] = before;
    const altered = grants === undefined || grants.includes("alter_job");
    expect(await jobs(database(), declared.name)).toEqual([
      { ...before[0], jobid: altered ? jobid : expect.any(String) },
    ]);
    await mustBeConverged(deploy, state, declared);
  });

  test("pauses and resumes a job, or says absence where it cannot say inactive", async () => {
    const { deploy } = await deployer(grants);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: true };
    const paused = { ...declared, active: false };
    const state = await deploy.create(declared);
    const resting = await deploy.update(state, paused);
    const saysInactive = grants === undefined || grants.length > 0;
    expect((await jobs(database(), declared.name)).map(({ active }) => active)).toEqual(saysInactive ? [false] : []);
    await mustBeConverged(deploy, resting, paused);
    const changed = await deploy.update(resting, { ...paused, schedule: "0 8 29 2 *" });
    expect((await jobs(database(), declared.name)).map(({ active }) => active)).toEqual(saysInactive ? [false] : []);
    await mustBeConverged(deploy, changed, { ...paused, schedule: "0 8 29 2 *" });
    const resumed = await deploy.update(changed, declared);
    expect(await jobs(database(), declared.name)).toMatchObject([{ schedule: QUIET, active: true }]);
    await mustBeConverged(deploy, resumed, declared);
    await deploy.delete(resumed);
    expect(await deploy.read(resumed)).toBeUndefined();
  });

  test("creates an inactive job in one transaction, or none where absence says it", async () => {
    const { deploy } = await deployer(grants);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: false };
    const state = await deploy.create(declared);
    await mustBeConverged(deploy, state, declared);
    // pg_cron's launcher reads what is committed, and the plan makes it inactive in the transaction that makes it.
    expect((await jobs(database(), declared.name)).map(({ active }) => active)).toEqual(
      grants?.length === 0 ? [] : [false],
    );
    await deploy.delete(state);
    await deploy.delete(state);
  });
});

describe("what decides how a job is written", () => {
  test("is what the role may do at this moment, not a version", async () => {
    const { user, deploy } = await deployer([]);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: true };
    const state = await deploy.create(declared);
    const numberOf = async (): Promise<string | undefined> => (await jobs(database(), declared.name))[0]?.jobid;
    const first = await numberOf();
    await deploy.update(state, { ...declared, schedule: "0 1 29 2 *" });
    const second = await numberOf();
    expect(second).not.toBe(first);
    await cron(
      database(),
      `grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to ${user}`,
    );
    await deploy.update(state, declared);
    expect(await numberOf()).toBe(second);
    expect(
      ["1.4-1", "1.5", "1.6", "1.6.4", "1.10", "2.0"].map((version) => Object.values(featuresOf(version))),
    ).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [true, true],
      [true, true],
      [true, true],
    ]);
  });

  test("is the target database: another one needs schedule_in_database, and a change of it is made on every version", async () => {
    const { deploy } = await deployer(["schedule_in_database"]);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: true };
    const state = await deploy.create({ ...declared, database: "template1" });
    expect(await jobs(database(), declared.name)).toMatchObject([{ database: "template1" }]);
    const moved = await deploy.update(state, { ...declared, database: "postgres" });
    expect(await jobs(database(), declared.name)).toMatchObject([{ database: "postgres" }]);
    await mustBeConverged(deploy, moved, { ...declared, database: "postgres" });

    const without = await deployer([]);
    await expect(
      without.deploy.create({ ...declared, name: uniqueName("job"), database: "template1" }),
    ).rejects.toThrow(
      `role ${without.user} needs cron.schedule_in_database; let a superuser run: grant execute on function ` +
        `cron.schedule_in_database(text, text, text, text, text, boolean) to ${without.user}`,
    );
    await expect(deploy.create({ ...declared, name: uniqueName("job"), database: "nowhere" })).rejects.toThrow(
      "database nowhere, in which the job is to run, does not exist",
    );
  });

  test("is the role that acts: a member makes the owner's job as the owner, whose name it never passes", async () => {
    const { user: owner } = await deployer([]);
    const { user: member, deploy } = await deployer([]);
    const declared = { name: uniqueName("job"), schedule: QUIET, command: "select 1", active: true, user: owner };
    await expect(deploy.create(declared)).rejects.toThrow(
      `role ${member} may not act as ${owner}: grant ${owner} to ${member}`,
    );
    await cron(database(), `grant ${owner} to ${member}`);
    const state = await deploy.create(declared);
    expect(await jobs(database(), declared.name)).toMatchObject([{ username: owner }]);
    await mustBeConverged(deploy, state, declared);
    const changed = await deploy.update(state, { ...declared, schedule: "0 1 29 2 *" });
    expect(await jobs(database(), declared.name)).toMatchObject([{ username: owner, schedule: "0 1 29 2 *" }]);
    await deploy.delete(changed);
    expect(await jobs(database(), declared.name)).toEqual([]);

    const asleep = uniqueName("role");
    await cron(database(), `create role ${asleep} nologin`);
    await cron(database(), `grant usage on schema cron to ${asleep}`);
    await cron(database(), `revoke connect on database template1 from public`);
    const problems = new JobDeploy(database()).create({ ...declared, user: asleep, database: "template1" });
    await expect(problems).rejects.toThrow(
      `refresh job ${declared.name}@${asleep} cannot be deployed: 2 problems\n` +
        `  - role ${asleep} may not log in, so each run of its jobs would fail: alter role ${asleep} login\n` +
        `  - role ${asleep} may not connect to database template1: grant connect on database template1 to ${asleep}`,
    );
    await cron(database(), "grant connect on database template1 to public");
  });
});

describe("the text of a job", () => {
  test("is refused where pg_cron would take it and mean something else, or cannot do it on this server", async () => {
    const { deploy } = await deployer(undefined);
    const props = { name: uniqueName("job"), command: "select 1", active: true };
    for (const schedule of ["@yearly", "0 */5 * * * *", "22-2 * * * *", "MON * * * *"]) {
      expect(await deploy.check({ ...props, schedule })).toEqual([expect.stringMatching(/^schedule: schedule "/)]);
    }
    expect(await deploy.check({ ...props, schedule: QUIET, command: " " })).toEqual([
      "command: is empty; pg_cron would accept it and do nothing",
    ]);
    const [{ version = "" } = {}] = await cron<{ version: string }>(
      database(),
      "select extversion as version from pg_extension where extname = 'pg_cron'",
    );
    for (const schedule of ["30 seconds", "0 0 $ 2 *"]) {
      const parsed = parseSchedule(schedule, featuresOf(version));
      const made = deploy.create({ ...props, name: uniqueName("job"), schedule, active: false });
      if (parsed.ok) expect(await made).toMatchObject({ schedule });
      else await expect(made).rejects.toThrow(parsed.problem);
    }
  });

  test("is stored and compared to the letter", async () => {
    const { deploy } = await deployer([]);
    const declared = {
      name: uniqueName("job"),
      schedule: "*/5  0\t29 2 *",
      command: `select 'it''s', E'\\\\', "Ñ", $$ $1 $$ -- :"x" :'y'\n  ; `,
      active: true,
    };
    const state = await deploy.create(declared);
    expect(await jobs(database(), declared.name)).toMatchObject([
      { schedule: declared.schedule, command: declared.command },
    ]);
    await mustBeConverged(deploy, state, declared);
    await deploy.update(state, { ...declared, command: `${declared.command} ` });
    expect(await jobs(database(), declared.name)).toMatchObject([{ command: `${declared.command} ` }]);
  });
});
