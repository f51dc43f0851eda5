import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { withStack } from "../support/engine.ts";
import type { TestStack } from "../support/engine.ts";
import { mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(240_000);

/** Two roles that may deploy, neither of which sees the other's jobs. */
async function makeRoles({ client, server }: TestDatabase): Promise<void> {
  for (const role of ["deployer", "looker"]) {
    await client.query(`create role ${role} login password '${server.password(role)}'`);
    await server.mapRole(role);
    await client.query(`grant usage on schema cron to ${role}`);
    await client.query(`grant select on all tables in schema public to ${role}`);
    await client.query(`grant all on schema public to ${role}`);
  }
}

async function jobsInState(stack: TestStack): Promise<number> {
  const { resources = [] } = (await stack.state()).deployment;
  return resources.filter(({ type }) => type.endsWith("RefreshJob")).length;
}

test("a role that cannot see the job of the one that deployed loses it from no state, and is told the grant", async () => {
  await withServer({}, async (database) => {
    await makeRoles(database);
    const as = (role: string) => ({ MATVIEW_DATABASE_URL: database.server.url(database.name, role) });
    await withStack({ env: as("deployer") }, async (stack) => {
      await mustRun(stack, UP);
      const look = async (args: readonly string[]): Promise<string> => {
        const { code, stdout, stderr } = await stack.pulumi(args, as("looker"));
        expect(code).not.toBe(0);
        return stdout + stderr;
      };
      const hidden = /of role deployer cannot be seen by role looker[^]*grant deployer to looker/;
      const refused: (readonly string[])[] = [
        ["refresh", "--preview-only"],
        ["refresh", "--yes", "--skip-preview"],
        ["destroy", "--yes", "--skip-preview", "--target", "**refresh"],
      ];
      for (const args of refused) {
        expect(await look(args)).toMatch(hidden);
        expect(await jobsInState(stack)).toBe(1);
      }
      const drift = await stack.matview(["drift", "--stack", "test"], as("looker"));
      expect(drift.code).toBe(1);
      expect(drift.stderr).toMatch(hidden);
      expect(drift.stderr).not.toContain("schedule_in_database");

      await database.client.query("grant deployer to looker");
      const seen = await stack.matview(["drift", "--stack", "test"], as("looker"));
      expect(seen.code === 0 ? "" : seen.stdout + seen.stderr).toBe("");
      await database.client.query("revoke deployer from looker");

      await forgetWho(stack);
      const unknown =
        /The state is from before it was kept which role deployed the job[^]*run once as the role that deployed it/;
      for (const args of refused) {
        expect(await look(args)).toMatch(unknown);
        expect(await jobsInState(stack)).toBe(1);
      }
      await mustRun(stack, ["refresh", "--yes", "--skip-preview"]);
      expect(await look(["refresh", "--preview-only"])).toMatch(hidden);

      // Gone is said by who would have seen it.
      await database.client.query("select cron.unschedule(jobid) from cron.job");
      await mustRun(stack, ["refresh", "--yes", "--skip-preview"]);
      expect(await jobsInState(stack)).toBe(0);
    });
  });
});

/** The state as it was before it kept which role deployed. */
async function forgetWho(stack: TestStack): Promise<void> {
  const state = JSON.parse(JSON.stringify(await stack.state())) as {
    deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
  };
  for (const { type, outputs } of state.deployment.resources)
    if (type.endsWith("RefreshJob")) delete outputs?.["recorded"];
  const file = join(stack.directory, "before.json");
  writeFileSync(file, JSON.stringify(state));
  await mustRun(stack, ["stack", "import", "--file", file]);
}
