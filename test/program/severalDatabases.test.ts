import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(400_000);

const HEAD = `import { RefreshedView } from "pulumi-matview";
`;

const view = (resource: string, connection: string | undefined, schedule = "0 3 1 1 *"): string =>
  `new RefreshedView("${resource}", {
  name: "mv_x", definition: "select id from public.${connection ?? "xs"}", uniqueKey: ["id"],
  job: { schedule: "${schedule}" }${connection === undefined ? "" : `, connection: "${connection}"`},
})`;

const program = (schedule?: string): string =>
  `${HEAD}const all = [${view("mv_x", undefined, schedule)}, ${view("ventas", "ventas", schedule)}];
export const views = all.map(({ declaration }) => declaration);
`;

const jobsOf = async ({ client }: TestDatabase): Promise<unknown[]> =>
  (await client.query("select jobname, schedule from cron.job order by 1")).rows;
const rowsOf = async ({ client }: TestDatabase): Promise<unknown[]> =>
  (await client.query("select id from public.mv_x order by 1")).rows.map(({ id }: { id: number }) => id);

/** A port on which nobody listens. */
const NOWHERE = "postgresql://postgres:x@127.0.0.1:9/ventas";

/** Two servers, so that one can be out of reach. */
function withServers(action: (one: TestDatabase, ventas: TestDatabase) => Promise<void>): Promise<void> {
  return withServer({ sample: false, launcherStands: true }, (one) =>
    withServer({ sample: false, cronDatabase: "ventas", launcherStands: true }, async (ventas) => {
      await one.client.query("create table public.xs as select 1 as id");
      await ventas.client.query("create table public.ventas as select generate_series(7, 8) as id");
      await action(one, ventas);
    }),
  );
}

test("one program deploys to two databases, finds drift in both, and one that is out of reach harms nothing in the other", async () => {
  await withServers(async (one, ventas) => {
    const env = { MATVIEW_DATABASE_URL: one.url, MATVIEW_DATABASE_URL_VENTAS: ventas.url };
    await withProject(program(), env, async (project) => {
      const first = await mustRun(project, ["preview"]);
      expect(first.match(/^ +create public\.mv_x: is not there/gm)).toHaveLength(2);
      await mustRun(project, UP);
      await mustConverge(project);
      expect([await rowsOf(one), await rowsOf(ventas)]).toEqual([[1], [7, 8]]);
      const job = { jobname: "refresh-mv_x", schedule: "0 3 1 1 *" };
      expect([await jobsOf(one), await jobsOf(ventas)]).toEqual([[job], [job]]);

      const status = await project.matview(["status", "--stack", "bench", "--json"]);
      const shown = JSON.parse(status.stdout) as { view: string; connection?: string; rows: number }[];
      expect(shown.map(({ view, connection, rows }) => [view, connection, rows])).toEqual([
        ["public.mv_x", undefined, 1],
        ["public.mv_x", "ventas", 2],
      ]);
      const table = await project.matview(["status", "--stack", "bench"]);
      expect(table.stdout).toContain("public.mv_x (ventas)");
      const alone = await project.matview(["status", "--stack", "bench", "--database", "ventas", "--json"]);
      expect(JSON.parse(alone.stdout)).toHaveLength(1);
      const which = await project.matview(["refresh", "public.mv_x", "--stack", "bench"]);
      expect(which.stderr).toBe(
        "matview refresh: which view? the stack declares public.mv_x, public.mv_x (ventas); say which with --database NAME\n",
      );
      const refreshed = await project.matview(["refresh", "public.mv_x", "--stack", "bench", "--database", "ventas"]);
      expect(refreshed.stdout).toMatch(/^public\.mv_x refreshed beside its readers in .*: 2 rows\n$/);

      for (const { client } of [one, ventas]) await client.query("comment on materialized view public.mv_x is null");
      for (const { client } of [one, ventas])
        await client.query("select cron.alter_job(jobid, active := false) from cron.job");
      const drifted = await project.matview(["drift", "--stack", "bench", "--json"]);
      const { rows } = JSON.parse(drifted.stdout) as { rows: { resource: string; property: string }[] };
      expect([drifted.code, rows.map(({ resource, property }) => `${resource}: ${property}`)]).toEqual([
        7,
        ["refresh job refresh-mv_x: active", "refresh job refresh-mv_x in ventas: active"],
      ]);
      await mustRun(project, UP);
      await mustConverge(project);

      const away = { MATVIEW_DATABASE_URL_VENTAS: NOWHERE };
      const half = await project.matview(["status", "--stack", "bench"], away);
      expect(half.stdout).toContain("public.mv_x");
      expect([half.code, half.stderr]).toEqual([
        1,
        expect.stringMatching(/^matview status: not looked at: .*127\.0\.0\.1/),
      ]);
      const untold = await project.matview(["drift", "--stack", "bench"], away);
      expect(untold.stdout).toMatch(/no drift where it could be told/);
      expect(untold.code).toBe(1);
      project.write(
        "index.ts",
        `${HEAD}const all = [${view("mv_x", undefined, "0 4 1 1 *")}, ${view("ventas", "ventas")}];
export const views = all.map(({ declaration }) => declaration);
`,
      );
      const plan = await project.matview(["plan", "--stack", "bench"], away);
      expect(plan.code).toBe(1);
      expect(plan.stdout).toMatch(/database out of reach \(ventas\), postgres: 1 step, /);
      expect(plan.stdout).toMatch(/not looked at: [^]*127\.0\.0\.1/);
      const refused = await project.pulumi(UP, away);
      expect([refused.code === 0, await jobsOf(one)]).toEqual([false, [job]]);
      await mustRun(project, UP, { ...away, MATVIEW_UNREACHABLE: "skip" });
      expect(await jobsOf(one)).toEqual([{ ...job, schedule: "0 4 1 1 *" }]);
      await mustConverge(project);

      // Another database under another name is no place for what is there.
      project.write("index.ts", program().replace('connection: "ventas"', 'connection: "otra"'));
      const moved = { MATVIEW_DATABASE_URL_OTRA: one.url };
      const told = /leads to database postgres on host [^]*restored copy, another server/;
      expect(await mustRun(project, ["preview"], moved)).toMatch(told);
      const planned = await project.matview(["plan", "--stack", "bench"], moved);
      expect([planned.code, planned.stdout]).toEqual([1, expect.stringMatching(told)]);
      expect((await project.pulumi(UP, moved)).code).not.toBe(0);
      const sameOne = { MATVIEW_DATABASE_URL_OTRA: ventas.url };
      expect(await mustRun(project, ["preview"], sameOne)).not.toContain("refused");
      // The configuration says the same.
      await mustRun(project, ["config", "set", "--secret", "--path", "matview:databases.ventas", ventas.url]);
      await mustRun(project, DESTROY, { MATVIEW_DATABASE_URL_VENTAS: "" });
      expect([await jobsOf(one), await jobsOf(ventas)]).toEqual([[], []]);
    });
  });
});

const OWN = `import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { RefreshedView } from "pulumi-matview";
const config = new pulumi.Config("prueba");
const made = new command.local.Command("base", { create: config.requireSecret("create") });
const databaseUrl = made.stdout.apply(() => config.requireSecret("url"));
const view = new RefreshedView("mv_x", {
  definition: "select id from public.xs", uniqueKey: ["id"], job: { schedule: "0 3 1 1 *" },
  connection: { name: "propia", databaseUrl, cronDatabase: "postgres" },
});
export const views = [view.declaration];
`;

test("a database that the program makes is planned at deploy, its URL is encrypted in the state, and the command finds it there", async () => {
  await withServer({ sample: false, launcherStands: true }, async ({ server, client }) => {
    await withProject(OWN, {}, async (project) => {
      const sql = (database: string, statement: string): string =>
        `psql -qAt '${server.url(database)}' -c '${statement}'`;
      const create = `${sql("postgres", "create database propia")} && ${sql("propia", "create table public.xs as select 1 as id")}`;
      await mustRun(project, ["config", "set", "--secret", "prueba:create", create]);
      await mustRun(project, ["config", "set", "--secret", "prueba:url", server.url("propia")]);
      expect(await mustRun(project, ["preview"])).toMatch(/planned at deploy: .*databaseUrl/);
      await mustRun(project, UP);
      await mustConverge(project);
      const state = await mustRun(project, ["stack", "export"]);
      expect(state).not.toContain(server.password("postgres"));
      const status = await project.matview(["status", "--stack", "bench", "--json"]);
      expect(JSON.parse(status.stdout)).toMatchObject([{ view: "public.mv_x", connection: "propia", rows: 1 }]);
      expect((await project.matview(["drift", "--stack", "bench"])).stdout).toContain("no drift");
      expect((await client.query("select jobname, database from cron.job")).rows).toEqual([
        { jobname: "refresh-propia-public.mv_x", database: "propia" },
      ]);
      await mustRun(project, DESTROY);
      expect((await client.query("select jobname from cron.job")).rows).toEqual([]);
    });
  });
});
