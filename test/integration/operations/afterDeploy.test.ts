import { expect, jest, test } from "@jest/globals";
import { until } from "../../../scripts/database/until.ts";
import { launcherRuns, quietSchedule, runMatview } from "../../support/dashboard.ts";
import { withServer } from "../../support/database.ts";

jest.setTimeout(180_000);

const VIEW = "public.mv";

test("right after a deploy nothing is missing yet, a wait proves pg_cron's own run, and what will not come is told at once", async () => {
  await withServer({ cronDatabase: "postgres", sample: false }, async ({ client, url }) => {
    await launcherRuns(client);
    const matview = (...words: string[]) => runMatview(words, url);
    const verify = async (...more: string[]) => {
      const { code, stdout } = await matview("verify", VIEW, "--json", ...more);
      const [{ checks, notRefreshed }] = JSON.parse(stdout) as [
        { checks: { name: string; verdict: string; found: string }[]; notRefreshed?: string },
      ];
      return {
        code,
        verdicts: checks.map(({ verdict }) => verdict).join(" "),
        found: checks.map((one) => one.found),
        notRefreshed,
      };
    };
    await client.query(
      `create materialized view ${VIEW} as select 1 as id with no data; create unique index on ${VIEW} (id)`,
    );
    await client.query("select cron.schedule('mv', $1, $2)", [
      quietSchedule(),
      `refresh materialized view concurrently ${VIEW}`,
    ]);
    // What a deploy does.
    expect((await matview("refresh", "--if-unpopulated", VIEW)).code).toBe(0);

    const young = await verify();
    expect(young).toMatchObject({ code: 0, verdicts: "pass pass pass pass pass pass pass pass" });
    expect(young.found.slice(1, 3)).toEqual(["none yet: deployed just now", "none yet: deployed just now"]);
    expect((await matview("doctor", VIEW)).stdout).toBe(`${VIEW}: nothing found\n`);
    const history = await matview("history", VIEW, "--json");
    expect(JSON.parse(history.stdout)).toEqual([
      expect.objectContaining({ summary: expect.objectContaining({ expected: 0, recorded: 0, gaps: [] }) }),
    ]);

    expect((await verify("--wait", "5m")).notRefreshed).toMatch(/^its next run is due at .*, later than this waits$/);
    await client.query("update cron.job set active = false");
    expect(await verify("--wait", "5m")).toMatchObject({
      code: 2,
      notRefreshed: `job mv is inactive: matview resume ${VIEW}`,
    });

    await client.query("update cron.job set active = true");
    await client.query("select cron.alter_job(jobid, schedule := '* * * * *') from cron.job");
    expect(await verify("--wait", "2m")).toMatchObject({
      code: 0,
      verdicts: "pass pass pass pass pass pass pass pass",
    });
    const { rows } = await client.query(
      "select count(*)::int as n from cron.job_run_details where status = 'succeeded'",
    );
    expect(rows[0].n).toBeGreaterThan(0);

    // A run that fails after the next deploy ends the wait.
    await client.query(`analyze ${VIEW}`);
    await client.query(`drop index ${"mv_id_idx"}; create materialized view public.resto as select 1`);
    expect(await verify("--wait", "2m")).toMatchObject({
      code: 2,
      notRefreshed: expect.stringMatching(/^no unique index/),
    });
    await client.query(`create unique index on ${VIEW} (id)`);
    await client.query("alter role postgres set default_transaction_read_only = on");
    await client.query(`set default_transaction_read_only = off; analyze ${VIEW}`);
    expect((await verify("--wait", "2m")).notRefreshed).toMatch(/^run \d+ failed: ERROR:\s+cannot execute REFRESH/);
    await until(
      async () => (await client.query("alter role postgres reset default_transaction_read_only")) !== undefined,
      {
        what: "the setting to go",
      },
    );
  });
});

test("a history says what was expected since the job is there, and a gap from before is none", async () => {
  await withServer({ cronDatabase: "postgres", sample: false }, async ({ client, url }) => {
    await launcherRuns(client);
    await client.query(`create materialized view ${VIEW} as select 1 as id; create unique index on ${VIEW} (id)`);
    await client.query("select cron.schedule('mv', '*/5 * * * *', $1)", [
      `refresh materialized view concurrently ${VIEW}`,
    ]);
    const record = (minutesAgo: number) =>
      client.query(
        `insert into cron.job_run_details (jobid, runid, database, username, command, status, return_message, start_time, end_time)
         select jobid, nextval('cron.runid_seq'), database, username, command, 'succeeded', 'REFRESH MATERIALIZED VIEW',
                now() - $1 * interval '1 minute', now() - $1 * interval '1 minute' from cron.job`,
        [minutesAgo],
      );
    for (const minutes of [18, 13, 8, 3]) await record(minutes);
    const summary = async () => {
      const { stdout } = await runMatview(["history", VIEW, "--json"], url);
      return (JSON.parse(stdout) as { summary: { expected: number; recorded: number; gaps: unknown[] } }[])[0]?.summary;
    };
    const young = await summary();
    expect(young).toMatchObject({ recorded: 4, gaps: [] });
    expect(young?.expected).toBeLessThanOrEqual(4);
    // The same with a run of before: then the runs in between are missing.
    await client.query("delete from cron.job_run_details");
    for (const minutes of [1_500, 18, 13, 8, 3]) await record(minutes);
    const old = await summary();
    expect(old).toMatchObject({ recorded: 4 });
    expect(old?.expected).toBeGreaterThan(280);
    expect(old?.gaps).toHaveLength(1);
  });
});
