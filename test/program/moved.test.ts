import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { withServer } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(400_000);

const PROGRAM = `import { RefreshedView } from "pulumi-matview";
new RefreshedView("mv_x", {
  schema: "public", name: "mv_x", definition: "select id from public.xs", uniqueKey: ["id"],
  job: { schedule: "0 3 1 1 *" },
});
`;

/** A stack whose connection is its configuration's alone, deployed. */
async function withConfigured(
  action: (
    project: ConsumerProject,
    database: TestDatabase,
    set: (key: string, value: string | undefined) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  await withServer({ sample: false, launcherStands: true }, async (database) => {
    const { client, server, name } = database;
    await client.query("create table public.xs (id int primary key); insert into xs values (1), (2)");
    await withProject(PROGRAM, {}, async (project) => {
      const set = async (key: string, value: string | undefined): Promise<void> => {
        const words =
          value === undefined ? ["rm", key] : ["set", ...(key.endsWith("Url") ? ["--secret"] : []), key, value];
        await mustRun(project, ["config", ...words]);
      };
      await set("matview:cronDatabase", name);
      await set("matview:databaseUrl", server.url(name));
      await mustRun(project, UP);
      await action(project, database, set);
    });
  });
}

const jobsOf = async ({ client }: TestDatabase): Promise<unknown> =>
  (await client.query("select jobname, database from cron.job order by 2")).rows;

test("every run connects as the configuration says now, although the state keeps that of the last up", async () => {
  await withConfigured(async (project, database, set) => {
    const { client, server, name } = database;
    const old = "postgres_two";
    await client.query(`create role ${old} superuser login password '${server.password(old)}'`);
    await server.mapRole(old);
    await set("matview:databaseUrl", server.url(name, old));
    await mustRun(project, UP);
    await client.query(`alter role ${old} nologin`);
    for (const args of [["refresh", "--yes"], DESTROY]) {
      const refused = await project.pulumi(args);
      expect([args[0], refused.code === 0]).toEqual([args[0], false]);
      expect(refused.stdout).toContain("; the connection is from matview:databaseUrl");
    }
    await set("matview:databaseUrl", server.url(name));
    expect(await mustRun(project, ["preview"])).not.toMatch(/ refresh \[diff: /);
    // The first refresh is handed the URL, and so takes note of the new one.
    await mustRun(project, UP);
    await mustConverge(project);
    expect((await project.matview(["drift", "--stack", "bench"])).code).toBe(0);
    expect((await project.matview(["plan", "--stack", "bench"])).code).toBe(0);
    await mustRun(project, ["refresh", "--yes"]);
    await mustRun(project, DESTROY);
    expect(await jobsOf(database)).toEqual([]);
  });
});

test("another database is refused in every run until the configuration names it, and then no third one is taken", async () => {
  await withConfigured(async (project, database, set) => {
    const { client, server, name } = database;
    for (const other of ["copia", "tercera"]) {
      await client.query(`create database ${other} template template0`);
      await withClient(server.url(other), (there) => there.query("create table public.xs (id int primary key)"));
    }
    const move = async (other: string): Promise<void> => set("matview:databaseUrl", server.url(other));
    const mustRefuse = async (args: readonly string[], where: string, key = ""): Promise<string> => {
      const { code, stdout } = await project.pulumi(args);
      expect([args[0], code === 0]).toEqual([args[0], false]);
      expect(stdout).toMatch(
        new RegExp(
          `leads to database ${where} on host [^]*config set matview:adoptDatabase ${where}@\\S+#\\d+${key}\\. In`,
        ),
      );
      return /adoptDatabase (\S+?)\. In/.exec(stdout)?.[1] ?? "";
    };
    await move("copia");
    let named = "";
    for (const args of [["preview"], UP, DESTROY]) named = await mustRefuse(args, "copia");
    // Without a state refresh a change is what tells it.
    project.write("index.ts", PROGRAM.replace("0 3 1 1 *", "0 4 1 1 *"));
    const unread = await project.pulumi(["preview", "--refresh=false"]);
    expect(unread.stdout).toMatch(/refused: [^]*leads to database copia on host/);
    project.write("index.ts", PROGRAM);
    await set("matview:adoptDatabase", "true");
    await mustRefuse(UP, "copia", " \\(that key is true now\\)");
    expect(await jobsOf(database)).toEqual([{ jobname: "refresh-mv_x", database: name }]);

    await set("matview:adoptDatabase", named);
    await mustRun(project, UP);
    await mustConverge(project);
    // The convention names the database of a job that does not run in pg_cron's own.
    const moved = [{ jobname: "refresh-copia-public.mv_x", database: "copia" }];
    expect(await jobsOf(database)).toEqual(moved);
    // Whether the key is there still, in the configuration or in the state, it is for that database alone.
    for (const key of [named, undefined]) {
      await move("tercera");
      if (key === undefined) await set("matview:adoptDatabase", key);
      await mustRefuse(UP, "tercera", key === undefined ? "" : " \\(that key is copia@\\S+ now\\)");
      expect(await jobsOf(database)).toEqual(moved);
      await move("copia");
      await mustRun(project, UP);
    }
    await mustConverge(project);
  });
});
