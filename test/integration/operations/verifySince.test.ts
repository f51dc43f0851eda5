import { expect, test } from "@jest/globals";
import {
  appServer,
  createDashboard,
  DAY_OF_RUNS,
  JOB,
  recordRuns,
  runMatview,
  scheduleJob,
  STAMP,
  VIEW,
} from "../../support/dashboard.ts";

const app = appServer();

test("a failed run that was looked at is told and does not count, and the next one counts", async () => {
  const { client, url } = app();
  await createDashboard(client, { stampMinutes: 10 });
  const jobId = await scheduleJob(client, JOB);
  await recordRuns(client, jobId, DAY_OF_RUNS);
  await recordRuns(client, jobId, [{ minutesAgo: 5, status: "failed", message: "ERROR:  division by zero" }]);
  const checksSince = async (...since: string[]): Promise<{ code: number; runs: string[] }> => {
    const { code, stdout } = await runMatview(
      ["verify", VIEW, "--job", JOB, "--stamp", STAMP, "--json", ...since.flatMap((time) => ["--since", time])],
      url,
    );
    const [view] = JSON.parse(stdout) as [{ checks: { name: string; verdict: string; found: string }[] }];
    return { code, runs: view.checks.slice(1, 3).map(({ verdict, found }) => `${verdict}: ${found}`) };
  };
  expect(await checksSince()).toMatchObject({
    code: 2,
    runs: [/^fail: 9 of 10/, /^warn: 1 of 25/].map((one): unknown => expect.stringMatching(one)),
  });
  const looked = new Date().toISOString();
  const seen = await checksSince(looked);
  expect(seen).toMatchObject({
    code: 0,
    runs: [0, 1].map((): unknown => expect.stringMatching(/^pass: no run since .* UTC; 1 failed before$/)),
  });
  await recordRuns(client, jobId, [{ minutesAgo: 0 }]);
  expect((await checksSince("1m")).runs).toEqual([
    expect.stringMatching(/^pass: 1 of 1 succeeded since .* UTC; 1 failed before$/),
    expect.stringMatching(/^pass: 0 of 1 failed, .* succeeded since .* UTC; 1 failed before$/),
  ]);
  const { code, stderr } = await runMatview(["verify", VIEW, "--since", "ayer"], url);
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining("write an age such as 2h, or a time with its zone such as 2026-11-29T10:00Z"),
  ]);
});
