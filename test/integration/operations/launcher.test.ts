import { expect, test } from "@jest/globals";
import { startServer } from "../../../scripts/database/server.ts";
import { withClient } from "../../../scripts/database/withClient.ts";
import { JOB, runMatview, scheduleJob, STAMP } from "../../support/dashboard.ts";

test("the doctor finds a launcher that does not run", async () => {
  const first = await startServer({ cronDatabase: "postgres" });
  await withClient(first.url(), async (client) => {
    await client.query("create extension pg_cron");
    await client.query(`create materialized view public.uno as select 1 as id, now() as ${STAMP}`);
    await client.query("create unique index on public.uno (id)");
    await scheduleJob(client, JOB, "0 * * * *", "public.uno");
  });
  const { directory, port } = first;
  await first.stop({ clean: true, keep: true });
  const second = await startServer({ directory, preferredPort: port, settings: { shared_preload_libraries: "" } });
  try {
    await withClient(second.url(), async (client) => {
      // Without the library its trigger cannot run.
      await client.query("set session_replication_role = replica");
      await client.query(`update cron.job set nodeport = ${second.port}`);
    });
    const { stdout } = await runMatview(["doctor", "public.uno", "--stamp", STAMP, "--json"], second.url());
    const [view] = JSON.parse(stdout) as { findings: { id: string }[] }[];
    expect(view?.findings.map(({ id }) => id)).toEqual(["launcher-dead"]);
  } finally {
    await second.stop({ keep: false });
  }
});
