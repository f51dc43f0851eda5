import { expect, jest, test } from "@jest/globals";
import { runtimeObjectsKind } from "../../../kinds/runtimeObjects/kind.ts";
import { lifecycle } from "../../../lifecycle/lifecycle.ts";
import type { ResourceProvider } from "../../../lifecycle/resourceProvider.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { withServer } from "../../support/database.ts";
import type { TestDatabase } from "../../support/database.ts";
import { cron, cronUser, JobDeploy, mustBeConverged, QUIET } from "../../support/jobs.ts";

jest.setTimeout(60_000);

type Props = Record<string, unknown>;

function runtime(database: TestDatabase): ResourceProvider {
  const kind = lifecycle(runtimeObjectsKind);
  const config: Record<string, string> = { "matview:databaseUrl": database.url, "matview:cronDatabase": database.name };
  void kind.configure({ config: { get: (key) => config[key] } });
  return kind;
}

test("observers see the owner's jobs and runs through the owner's functions, and nobody else does", async () => {
  await withServer({ sample: false }, async (database) => {
    const [owner, observer, stranger] = [await cronUser(database), await cronUser(database), await cronUser(database)];
    const declared = { name: "refresh", schedule: QUIET, command: "select 1", active: true, user: owner };
    const state = await new JobDeploy(database).create(declared);
    await cron(
      database,
      `insert into cron.job_run_details (jobid, username, status, return_message) values
       (1, '${owner}', 'failed', E'ERROR:  duplicate key\\nDETAIL:  (Ana, 5512345678)'), (9, '${stranger}', 'succeeded', 'hidden')`,
    );
    const watcher = new JobDeploy(database, { url: database.server.url(database.name, observer) });
    await expect(watcher.read(state)).rejects.toThrow(`cannot be seen by role ${observer}`);

    const objects = runtime(database);
    const wanted = { owner, observers: [observer] };
    const { outs } = (await objects.create(wanted)) as { outs: Props };
    expect(await watcher.read(state)).toEqual(declared);
    expect(await watcher.planAgain(declared)).toEqual([]);
    const runs = await withClient(
      database.server.url(database.name, observer),
      async (client) => (await client.query(`select status, message from matview.${owner}_runs()`)).rows,
    );
    expect(runs).toEqual([{ status: "failed", message: "ERROR:  duplicate key" }]);
    await expect(
      withClient(database.server.url(database.name, stranger), (client) =>
        client.query(`select * from matview.${owner}_jobs()`),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(watcher.delete(state)).rejects.toThrow(/permission denied/);

    // One that was taken from the observers is drift, and so is a body that is not the module's.
    await cron(database, `revoke execute on function matview.${owner}_jobs() from ${observer}`);
    const drifted = (await objects.read("id", outs)) as { inputs: Props };
    expect(drifted.inputs).toMatchObject({ observers: [] });
    await objects.update("id", outs, wanted);
    expect(((await objects.read("id", outs)) as { inputs: Props }).inputs).toEqual(wanted);
    await cron(database, `alter function matview.${owner}_runs() security invoker`);
    expect(((await objects.read("id", outs)) as { inputs: Props }).inputs).toMatchObject({
      changed: expect.any(String),
    });
    const { outs: healed } = (await objects.update("id", outs, { ...wanted, observers: [stranger] })) as {
      outs: Props;
    };
    expect(((await objects.read("id", healed)) as { inputs: Props }).inputs).toEqual({ owner, observers: [stranger] });
    await expect(watcher.read(state)).rejects.toThrow(/cannot be seen/);

    await objects.delete("id", healed);
    expect(await cron(database, "select 1 from pg_proc where pronamespace = 'matview'::regnamespace")).toEqual([]);
    await mustBeConverged(new JobDeploy(database), state, declared);
  });
});

test("functions stay while the owner has jobs in another database, for the stack that these are of", async () => {
  await withServer({ sample: false }, async (database) => {
    const [owner, observer] = [await cronUser(database), await cronUser(database)];
    const objects = runtime(database);
    const { outs } = (await objects.create({ owner, observers: [observer] })) as { outs: Props };
    await cron(database, "create database otra");
    await cron(
      database,
      `select cron.schedule_in_database('refresh', '${QUIET}', 'select 1', 'otra', '${owner}', true)`,
    );
    await objects.delete("id", outs);
    const seen = `select * from matview.${owner}_jobs()`;
    const asObserver = (text: string): Promise<object[]> =>
      withClient(
        database.server.url(database.name, observer),
        async (client) => (await client.query<object>(text)).rows,
      );
    expect(await asObserver(seen)).toHaveLength(1);
    await cron(database, "select cron.unschedule(jobid) from cron.job");
    await objects.delete("id", outs);
    await expect(asObserver(seen)).rejects.toMatchObject({ code: "42883" });
  });
});

test("a function that somebody else made under that name is not believed", async () => {
  await withServer({ sample: false }, async (database) => {
    const [owner, observer] = [await cronUser(database), await cronUser(database)];
    const state = { name: "refresh", schedule: QUIET, command: "select 1", active: true, user: owner };
    await cron(database, "create schema matview");
    await cron(database, "grant usage on schema matview to public");
    await cron(
      database,
      `create function matview.${owner}_jobs() returns setof cron.job language sql security definer as 'select * from cron.job'`,
    );
    const watcher = new JobDeploy(database, { url: database.server.url(database.name, observer) });
    await expect(watcher.read(state)).rejects.toThrow(`cannot be seen by role ${observer}`);
    await expect(runtime(database).create({ owner, observers: [observer] })).rejects.toThrow(
      `runtime objects matview of ${owner} exists and differs from the declaration`,
    );
  });
});
