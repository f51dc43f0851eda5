import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const program = (args: string): string => `import { refreshedViews } from "pulumi-matview";
const all = refreshedViews({ uniqueKey: ["id"], job: { schedule: "0 3 1 1 *" }, ${args} });
export const views = Object.values(all).map((view) => view.declaration);
`;

test("a folder of views on views: made, changed and dropped in the order in which they read each other, each stack with its own settings", async () => {
  await withServer({}, async ({ client, url }) => {
    await client.query("create schema informes");
    const jobs = async (): Promise<unknown[]> =>
      (await client.query("select jobname, schedule, active from cron.job order by 1")).rows;
    await withProject(
      program("views: { a_resumen: { job: { active: false } } }"),
      { MATVIEW_DATABASE_URL: url },
      async (project) => {
        // By the alphabet each comes before what it reads.
        project.write("sql/views/a_resumen.sql", "with z as (select 1) select id, n from public.b_medio, z");
        project.write("sql/views/b_medio.sql", "-- Lo que se vende.\nselect id, n * 2 as n from informes.c_base");
        project.write("sql/views/informes/c_base.sql", "select id, id as n from public.ejecutivos");
        await mustRun(project, ["config", "set", "--path", "matview:views.b_medio.schedule", "0 4 1 1 *"]);
        await mustRun(project, UP);
        expect(
          (await client.query("select (select sum(n) from a_resumen) = 2 * sum(id) as same from ejecutivos")).rows,
        ).toEqual([{ same: true }]);
        expect(await jobs()).toEqual([
          { jobname: "refresh-a_resumen", schedule: "0 3 1 1 *", active: false },
          { jobname: "refresh-b_medio", schedule: "0 4 1 1 *", active: true },
          { jobname: "refresh-informes.c_base", schedule: "0 3 1 1 *", active: true },
        ]);
        await mustConverge(project);

        // One more at the bottom, and a change of all: one up.
        project.write("sql/views/informes/d_otra.sql", "select id, id * 10 as n from public.ejecutivos");
        project.write("sql/views/informes/c_base.sql", "select id, n from informes.d_otra");
        await mustRun(project, UP);
        expect(
          (await client.query("select (select sum(n) from a_resumen) = 20 * sum(id) as same from ejecutivos")).rows,
        ).toEqual([{ same: true }]);
        await mustConverge(project);

        await mustRun(project, DESTROY);
        expect((await client.query("select 1 from pg_class where relkind = 'm'")).rows).toEqual([]);
        expect(await jobs()).toEqual([]);

        project.write("sql/views/informes/d_otra.sql", "select id, n from public.a_resumen");
        const circle = await project.pulumi(["preview"]);
        expect(circle.code).not.toBe(0);
        expect(circle.stdout).toContain(
          "views read each other in a circle, so that none can be made before the others: public.a_resumen reads public.b_medio reads informes.c_base reads informes.d_otra reads public.a_resumen",
        );

        await mustRun(project, ["config", "set", "--path", "matview:views.b_medi.schedule", "0 4 1 1 *"]);
        await mustRun(project, ["config", "set", "--path", "matview:views.b_medio.shedule", "0 4 1 1 *"]);
        const unknown = await project.pulumi(["preview"]);
        expect(unknown.stdout).toContain(
          "matview:views.b_medio.shedule is no setting; did you mean matview:views.b_medio.schedule?",
        );
        expect(unknown.stdout).toContain(
          "matview:views.b_medi is no view of this folder; did you mean matview:views.b_medio?",
        );
      },
    );
  });
});
