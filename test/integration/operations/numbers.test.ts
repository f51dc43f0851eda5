import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { nextRuns } from "../../../kinds/refreshJob/schedule/nextRuns.ts";
import { longestGapSeconds } from "../../../kinds/refreshJob/schedule/runRate.ts";
import { checkout } from "../../../scripts/checkout.ts";
import { runSampleFile } from "../../../scripts/database/sample.ts";
import { appServer, createDashboard, JOB, runMatview, scheduleJob, STAMP, VIEW } from "../../support/dashboard.ts";
import { cronSchedules } from "../../support/schedules.ts";

const YEAR_SECONDS = 366 * 86_400;

const app = appServer(async (client) => {
  await createDashboard(client);
  await scheduleJob(client);
});

async function numbers(): Promise<Record<string, number>> {
  const script = join(checkout, "sql", "verify", "numbers.sql");
  const variables = ["-v", `view=${VIEW}`, "-v", `job=${JOB}`];
  const { stdout } = await promisify(execFile)("psql", ["-qXA", "-F", "|", ...variables, "-f", script, app().url]);
  const [names = "", values = ""] = stdout.split("\n");
  return Object.fromEntries(names.split("|").map((name, index) => [name, Number(values.split("|")[index])]));
}

test("the numbers read every schedule as the command does: the limit and the next run", async () => {
  const { client } = app();
  const schedules = cronSchedules.filter(
    (schedule) => !schedule.lastDay && longestGapSeconds(schedule) <= YEAR_SECONDS,
  );
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      await client.query("update cron.job set schedule = $1 where jobname = $2", [schedule.text, JOB]);
      const before = Date.now();
      const read = await numbers();
      const interval = longestGapSeconds(schedule);
      expect(read["limit_seconds"]).toBeCloseTo(Math.max(2 * interval, interval + 60 + longest(read)), 0);
      // A minute may pass between both answers.
      const [soon, later] = nextRuns(schedule, new Date(before), 2).map((run) => run.getTime());
      const found = before + (read["next_run_in_seconds"] ?? NaN) * 1000;
      expect(Math.min(...[soon, later].map((run) => Math.abs(found - (run ?? NaN))))).toBeLessThan(5_000);
    }),
    { numRuns: 40 },
  );
});

// The job may have run meanwhile, which takes far less than a second.
function longest(read: Record<string, number>): number {
  return (read["runs_of_last_day"] ?? 0) > 0 ? 0.2 : 0;
}

test("Osmara's reassignment shows as rows that lag until the next refresh", async () => {
  const { client, url } = app();
  const checks = ["ejecutivo_nombre=Osmara Salcedo:live", "coordinacion_codigo:live", ":3230"];
  const verify = async () => {
    const words = ["verify", VIEW, "--stamp", STAMP, "--json", ...checks.flatMap((check) => ["--spot-check", check])];
    const [view] = JSON.parse((await runMatview(words, url)).stdout) as { checks: Record<string, string>[] }[];
    return view?.checks.find(({ name }) => name === "spot checks");
  };
  expect(await verify()).toMatchObject({ verdict: "pass", found: "3 met" });
  await runSampleFile(client, "reassign_osmara.sql");
  const lagging = await verify();
  expect(lagging).toMatchObject({ verdict: "warn", found: "2 of 3 not met" });
  expect(lagging?.["advice"]).toContain(
    "ejecutivo_nombre=Osmara Salcedo:live: 166 rows, 29 in the sources, 137 rows lag",
  );
  expect((await runMatview(["refresh", VIEW], url)).code).toBe(0);
  expect(await verify()).toMatchObject({ verdict: "pass", found: "3 met" });
});
