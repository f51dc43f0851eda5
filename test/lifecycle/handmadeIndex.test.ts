import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(300_000);

const program = (more: string): string => `import { RefreshedView, viewDefinition } from "pulumi-matview";

new RefreshedView("mv", {
  definition: viewDefinition("mv"),
  uniqueKey: ["id", "grupo"],${more}
  job: { name: "refresca", schedule: "0 3 1 1 *" },
});
`;
const definition = (length: string): string =>
  `select id, nullif(id % 5, 0) as grupo, ${length} as largo from public.ejecutivos`;

test("a view with its handmade index and nulls in its key: used, swapped, then taken over, each in one up", async () => {
  await withServer({}, async ({ client, url }) => {
    await client.query(`create materialized view public.mv as ${definition("1")}`);
    await client.query("create unique index a_mano on public.mv (id, grupo)");
    const indexes = async (): Promise<string[]> =>
      (
        await client.query<{ text: string }>(
          "select pg_get_indexdef(indexrelid) as text from pg_index where indrelid = 'public.mv'::regclass order by 1",
        )
      ).rows.map(({ text }) => text);
    const plain = "CREATE UNIQUE INDEX a_mano ON public.mv USING btree (id, grupo)";
    await withProject(program(""), { MATVIEW_DATABASE_URL: url }, async (project) => {
      project.write("sql/views/mv.sql", definition("1"));
      const preview = await mustRun(project, ["preview"]);
      expect(preview).toContain("index public.a_mano was not made by this stack and serves as it is");
      expect(preview).toMatch(/\d+ rows of \d+ have a null in it, and index public\.a_mano takes nulls for different/);
      await mustRun(project, UP);
      expect(await indexes()).toEqual([plain]);
      await mustConverge(project);

      project.write("sql/views/mv.sql", definition("2"));
      expect(await mustRun(project, ["preview"])).toMatch(
        /\d+ rows of \d+ have a null in it: every refresh deletes and writes them again, changed or not/,
      );
      await mustRun(project, UP);
      expect(await indexes()).toEqual([`${plain} NULLS NOT DISTINCT`]);
      await mustConverge(project);
      expect((await project.matview(["refresh", "public.mv"])).code).toBe(0);
    });
    // As if no stack had been there.
    await client.query("comment on materialized view public.mv is null");
    await client.query("select cron.unschedule(jobid) from cron.job");
    await withProject(program("\n  adopt: true,"), { MATVIEW_DATABASE_URL: url }, async (project) => {
      project.write("sql/views/mv.sql", definition("2"));
      await mustRun(project, UP);
      expect(await indexes()).toEqual([`${plain} NULLS NOT DISTINCT`.replace("a_mano", "mv_id_grupo_idx")]);
      await mustConverge(project);
      await mustRun(project, DESTROY);
      expect((await client.query("select to_regclass('public.mv') as view")).rows).toEqual([{ view: null }]);
    });
  });
});
