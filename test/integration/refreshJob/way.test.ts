import { expect, test } from "@jest/globals";
import { withServer } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { cron, cronUser, JobDeploy, mustBeConverged, QUIET } from "../../support/jobs.ts";

const declared = { name: "way", schedule: QUIET, command: "select 1", active: true };

type Way = readonly [nodename: string, nodeport: number];

async function wayOf(database: TestDatabase, name = declared.name): Promise<Way> {
  const found = await cron<{ way: Way }>(
    database,
    "select json_build_array(nodename, nodeport) as way from cron.job where jobname = $1",
    [name],
  );
  expect(found.length).toBe(1);
  return found[0]!.way;
}

const goThrough = (database: TestDatabase, [nodename, nodeport]: Way): Promise<unknown> =>
  cron(database, "update cron.job set nodename = $1, nodeport = $2", [nodename, nodeport]);

test("a job that was made at another port, or on a server of another name, is drift, and is made again", async () => {
  await withServer({ sample: false, cronMode: "libpq" }, async (database) => {
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    const own = await wayOf(database);
    for (const [way, found] of [
      [[own[0], 1], { nodeport: "1" }],
      [["db.example.com", own[1]], { nodename: "db.example.com" }],
      [["db.example.com", 1], { nodename: "db.example.com", nodeport: "1" }],
      // What somebody chose stays.
      [["127.0.0.1", 1], { nodeport: "1" }],
    ] as const) {
      await goThrough(database, way);
      const drifted = await deploy.read(state);
      expect(drifted).toEqual({ ...declared, ...found });
      await deploy.update(drifted ?? {}, declared);
      expect(await wayOf(database)).toEqual(way[0] === "127.0.0.1" ? ["127.0.0.1", own[1]] : own);
      await mustBeConverged(deploy, state, declared);
    }
  });
});

test("a socket or an address of this computer that somebody gave a job stays, whatever is changed of it", async () => {
  await withServer({ sample: false, cronMode: "libpq" }, async (database) => {
    const deploy = new JobDeploy(database);
    let state = await deploy.create(declared);
    const [, port] = await wayOf(database);
    await goThrough(database, ["", port]);
    expect(await deploy.read(state)).toEqual(declared);
    const user = await cronUser(database, ["schedule_in_database"]);
    for (const changed of [
      { ...declared, schedule: "0 7 29 2 *" },
      { ...declared, name: "renamed", active: false },
      { ...declared, name: "renamed", user },
    ]) {
      state = await deploy.update(state, changed);
      expect(await wayOf(database, changed.name)).toEqual(["", port]);
      await mustBeConverged(deploy, state, changed);
    }
    // Its own role has to make it again to change it, and may not write to pg_cron's table.
    const own = new JobDeploy(database, { url: database.server.url(database.name, user) });
    const changed = { ...declared, name: "renamed", user, schedule: "0 9 29 2 *" };
    await cron(database, `grant update (nodename) on cron.job to ${user}`);
    state = await own.update(state, changed);
    expect(await wayOf(database, "renamed")).toEqual(["", port]);
    await cron(database, `revoke update (nodename) on cron.job from ${user}`);
    await own.update(state, { ...changed, schedule: "0 6 29 2 *" });
    expect((await wayOf(database, "renamed"))[0]).not.toBe("");
  });
});

test("where runs are background workers, which do not connect, a job's host and port are no difference", async () => {
  await withServer({ sample: false, cronMode: "workers" }, async (database) => {
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    await goThrough(database, ["db.example.com", 1]);
    await mustBeConverged(deploy, state, declared);
  });
});
