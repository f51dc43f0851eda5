import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";
import { untilRow } from "../support/untilRow.ts";

jest.setTimeout(300_000);

interface Declared {
  readonly owner?: string;
  readonly schedule?: string;
  readonly factor?: number;
}

const program = ({ owner, schedule = "0 3 1 1 *", factor = 1 }: Declared): string => `
import { RefreshedView } from "pulumi-matview";
new RefreshedView("mv_x", {
  definition: "select id * ${factor} as id from public.xs", uniqueKey: ["id"],
  ${owner === undefined ? "" : `owner: "${owner}",`} job: { schedule: "${schedule}" },
});
`;

async function withRoles(
  roles: readonly string[],
  action: (project: ConsumerProject, database: TestDatabase) => Promise<void>,
): Promise<void> {
  await withServer({ sample: false, launcherStands: true }, async (database) => {
    const { client, server, name } = database;
    await client.query("create table public.xs as select generate_series(1, 9) as id");
    for (const role of roles) {
      await client.query(`create role ${role} login password '${server.password(role)}'`);
      await server.mapRole(role);
      await client.query(
        `grant usage on schema cron to ${role}; grant create on schema public to ${role}; grant select on public.xs to ${role}`,
      );
    }
    const first = { MATVIEW_DATABASE_URL: server.url(name, roles[0]) };
    await withProject(program({}), first, (project) => action(project, database));
  });
}

const whose = async ({ client }: TestDatabase): Promise<unknown[]> => {
  const { rows } = await client.query(
    `select (select json_agg(matviewowner || ' ' || matviewname) from pg_matviews) as views,
       (select json_agg(username || ' ' || schedule) from cron.job) as jobs`,
  );
  return [rows[0].views, rows[0].jobs];
};

test("view and job stay those of the role that deployed them, whoever deploys next", async () => {
  await withRoles(["uno", "dos"], async (project, database) => {
    const { client, server, name } = database;
    await mustRun(project, UP);
    const made = [["uno mv_x"], ["uno 0 3 1 1 *"]];
    expect(await whose(database)).toEqual(made);
    const dos = { MATVIEW_DATABASE_URL: server.url(name, "dos") };
    project.write("index.ts", program({ schedule: "0 4 1 1 *" }));
    for (const args of [["preview"], UP, DESTROY]) {
      const { code, stdout } = await project.pulumi(args, dos);
      expect([args[0], code === 0]).toEqual([args[0], false]);
      expect(stdout).toMatch(/role uno cannot be seen by role dos: [^]*grant uno to dos/);
      expect(await whose(database)).toEqual(made);
    }
    await client.query("grant uno to dos");
    project.write("index.ts", program({ schedule: "0 5 1 1 *", factor: 2 }));
    await mustRun(project, UP, dos);
    expect(await whose(database)).toEqual([["uno mv_x"], ["uno 0 5 1 1 *"]]);
    // The superuser of every test, and nobody declared an owner.
    const admin = { MATVIEW_DATABASE_URL: database.url };
    project.write("index.ts", program({ schedule: "0 6 1 1 *", factor: 3 }));
    await mustRun(project, UP, admin);
    expect(await whose(database)).toEqual([["uno mv_x"], ["uno 0 6 1 1 *"]]);
    await mustConverge(project);
    await mustRun(project, DESTROY, admin);
    expect(await whose(database)).toEqual([null, null]);
  });
});

test("an owner that was renamed is declared by its new name, and all that was its stays", async () => {
  await withRoles(["dueno"], async (project, database) => {
    const { client, server, name } = database;
    const admin = { MATVIEW_DATABASE_URL: database.url };
    project.write("index.ts", program({ owner: "dueno" }));
    await mustRun(project, UP, admin);
    await client.query("alter role dueno rename to duena");
    await client.query(`alter role duena password '${server.password("duena")}'`);
    await server.mapRole("duena");
    expect(await whose(database)).toEqual([["duena mv_x"], ["dueno 0 3 1 1 *"]]);
    // pg_cron falls over a job whose role is gone, and a deploy waits for one that runs.
    await client.query("select cron.unschedule(jobid) from cron.job");
    await untilRow(client, "pg_cron to run again", [
      "select 1 from pg_stat_activity where application_name = 'pg_cron scheduler'",
    ]);
    project.write("index.ts", program({ owner: "duena" }));
    await mustRun(project, UP, admin);
    expect(await whose(database)).toEqual([["duena mv_x"], ["duena 0 3 1 1 *"]]);
    await mustRun(project, ["preview", "--expect-no-changes"], admin);
    await mustRun(project, DESTROY, { MATVIEW_DATABASE_URL: server.url(name, "duena") });
    expect(await whose(database)).toEqual([null, null]);
  });
});
