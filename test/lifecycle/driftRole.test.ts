import { expect, jest, test } from "@jest/globals";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { withStack } from "../support/engine.ts";
import { mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(240_000);

/** What somebody has prepared for a stack that manages no platform: pg_cron, the owner, and its function that shows its jobs. */
async function prepare({ client, server }: TestDatabase): Promise<void> {
  await client.query(`create role matview_owner login password '${server.password("matview_owner")}'`);
  await server.mapRole("matview_owner");
  await client.query("grant usage on schema cron to matview_owner");
  await client.query("grant select on all tables in schema public to matview_owner");
  await client.query("create schema matview");
  await client.query(sqlStatement("runtime/jobs", { names: { function: "matview_owner_jobs" } }));
  await client.query("alter function matview.matview_owner_jobs() owner to matview_owner");
  await client.query("revoke all on function matview.matview_owner_jobs() from public");
}

/** The grants of docs/drift.md, and no more. */
async function makeDriftRole({ client, server, name }: TestDatabase): Promise<string> {
  await client.query(`create role drift_reader login password '${server.password("drift_reader")}'`);
  await client.query(`revoke temporary on database ${name} from public`);
  await client.query(`grant temporary on database ${name} to drift_reader`);
  await client.query("grant usage on schema cron to drift_reader");
  await client.query("grant usage on schema matview to drift_reader");
  await client.query("grant execute on function matview.matview_owner_jobs() to drift_reader");
  return server.url(name, "drift_reader");
}

test("a role that may change neither view nor job nor sources, and read none, is enough to look for drift", async () => {
  await withServer({}, async (database) => {
    await prepare(database);
    const config = { owner: "matview_owner" };
    await withStack({ config, env: { MATVIEW_DATABASE_URL: database.url } }, async (stack) => {
      await mustRun(stack, UP);
      const reader = { MATVIEW_DATABASE_URL: await makeDriftRole(database) };
      const check = async (): Promise<{ code: number; text: string }> => {
        const { code, stdout, stderr } = await stack.matview(["drift", "--stack", "test"], reader);
        return { code, text: stdout + stderr };
      };
      const clean = await check();
      expect(clean.code === 0 ? "" : clean.text).toBe("");

      await database.client.query("select cron.alter_job(jobid, schedule := '7 * * * *') from cron.job");
      await database.client.query(`comment on materialized view ${VIEW} is 'by hand'`);
      const drifted = await check();
      expect(drifted.code).toBe(7);
      expect(drifted.text).toMatch(/schedule[^]*\*\/5 \* \* \* \*[^]*7 \* \* \* \*/);
      expect(drifted.text).toContain("undeclared comment");

      await withClient(reader.MATVIEW_DATABASE_URL, async (client) => {
        for (const statement of [
          `select 1 from ${VIEW}`,
          "select 1 from public.ejecutivos",
          `refresh materialized view ${VIEW}`,
          `comment on materialized view ${VIEW} is 'x'`,
          "select cron.unschedule('refresh-conversaciones-dashboard')",
        ]) {
          await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner|could not find/);
        }
      });
    });
  });
});
