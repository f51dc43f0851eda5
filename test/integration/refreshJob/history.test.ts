import { expect, jest, test } from "@jest/globals";
import { planJobs } from "../../../kinds/refreshJob/refreshSettings.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { uniqueName, withServer } from "../../support/database.ts";
import { cron, cronUser, JobDeploy, mustBeConverged } from "../../support/jobs.ts";
import { untilRow } from "../../support/untilRow.ts";

jest.setTimeout(60_000);

interface Kept {
  kept: string;
}

test("the purge removes old runs of its own role, also those without an end, and spares runs that are going on", async () => {
  await withServer({ sample: false }, async (database) => {
    const [owner, other] = [await cronUser(database), await cronUser(database)];
    const { purge } = planJobs({
      view: { schema: "public", name: "mv" },
      job: { name: uniqueName("job"), schedule: "0 0 29 2 *" },
      refresh: { keepRuns: "5s" },
      uniqueKey: ["id"],
    });
    const declared = { ...purge, active: true, user: owner };
    const deploy = new JobDeploy(database);
    const state = await deploy.create(declared);
    await mustBeConverged(deploy, state, declared);

    await withClient(database.server.url(database.name, owner), async (runner) => {
      // A session that has been busy for longer than runs are kept: what a run that is going on looks like.
      const { rows } = await runner.query<{ pid: number }>("select pg_backend_pid() as pid");
      const going = runner.query("select pg_sleep(600)");
      going.catch(() => undefined);
      await untilRow(database.client, "the session to be busy for longer than runs are kept", [
        "select 1 from pg_stat_activity where usename = $1 and state = 'active' and now() > backend_start + interval '6 seconds'",
        owner,
      ]);
      const pid = rows[0]?.pid;
      await cron(
        database,
        `insert into cron.job_run_details (runid, jobid, job_pid, username, status, return_message, start_time, end_time)
         select o.runid, 1, o.pid, o.username, o.status, o.kept, now() + o.start_offset, now() + o.end_offset
         from (values
           (1, null, $1, 'connecting', 'no: never started, long ago', null::interval, null::interval),
           (2, null, $1, 'succeeded', 'no: ended long ago', interval '-8 days', interval '-8 days'),
           (3, null, $1, 'failed', 'no: cut off long ago', interval '-8 days', null),
           (4, null, $1, 'running', 'no: said to be running, its process is gone', interval '-9 days', null),
           (5, $3::int, $1, 'running', 'yes: still going on', interval '-8 days', null),
           (6, null, $2, 'succeeded', 'yes: another role''s', interval '-8 days', interval '-8 days'),
           (7, null, $1, 'succeeded', 'yes: young', interval '0', interval '0'),
           (8, null, $1, 'failed', 'yes: cut off lately', interval '0', null),
           (9, null, $1, 'connecting', 'yes: never started, lately', null, null)
         ) as o (runid, pid, username, status, kept, start_offset, end_offset)`,
        [owner, other, pid],
      );
      await cron(
        database,
        "update cron.job_run_details set start_time = (select backend_start from pg_stat_activity where pid = $1) where runid = 5",
        [pid],
      );
      await withClient(database.server.url(database.name, owner), (client) => client.query(purge?.command ?? ""));
      const left = await cron<Kept>(database, "select return_message as kept from cron.job_run_details order by runid");
      expect(left.map(({ kept }) => kept)).toEqual([
        "yes: still going on",
        "yes: another role's",
        "yes: young",
        "yes: cut off lately",
        "yes: never started, lately",
      ]);
      await cron(database, "select pg_cancel_backend($1)", [pid]);
      await going.catch(() => undefined);
    });
  });
});
