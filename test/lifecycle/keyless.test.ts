import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { DEFINITION, VIEW } from "../support/dashboard.ts";
import { withServer } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, operations, UP } from "../support/pulumi.ts";
import { STATEMENT_LOG, statementsDuring } from "../support/statementLog.ts";

jest.setTimeout(300_000);

const FILE = "sql/views/mv_conversaciones_dashboard.sql";

const program = (key: string): string => `import { RefreshedView, viewDefinition } from "pulumi-matview";

const dashboard = new RefreshedView("dashboard", {
  schema: "public",
  name: "mv_conversaciones_dashboard",
  definition: viewDefinition("mv_conversaciones_dashboard"),
  ${key}
  job: { name: "refresca", schedule: "*/30 * * * *", active: true },
});
export const views = [dashboard.declaration];
`;
const KEYLESS = program("");
const KEYED = program('uniqueKey: ["conversacion_id"],');
const ALL_KEYS = /In the 3,230 rows of now \["conversacion_id"\][^\n]* is unique and not null/;

test("a view without a key is refreshed plainly, and a key comes and goes in one up with no run that fails in between", async () => {
  await withServer({ settings: STATEMENT_LOG }, async (database) => {
    await withProject(KEYLESS, { MATVIEW_DATABASE_URL: database.url }, async (project) => {
      project.write(FILE, DEFINITION);
      const up = async (): Promise<string[]> => {
        const log = await statementsDuring(database, async () => void (await mustRun(project, UP)));
        await mustConverge(project);
        return log.map(({ text }) => text.trim()).filter((text) => CHANGES.test(text));
      };
      const world = async () =>
        (
          await database.client.query(
            `select (select array_agg(split_part(command, E'\\n', 1)) from cron.job where active) as commands,
                      (select count(*)::int from pg_indexes where tablename = 'mv_conversaciones_dashboard') as indexes,
                      (select count(*)::int from ${VIEW}) as rows`,
          )
        ).rows[0];

      const preview = await mustRun(project, ["preview"]);
      expect(preview).toMatch(
        /Readers wait for the whole of each: an access exclusive lock for about [^\n]* \(estimated\)/,
      );
      expect(preview).toMatch(ALL_KEYS);
      expect(preview).toContain("readers wait for the whole of each refresh");
      await up();
      const plain = { commands: [`REFRESH MATERIALIZED VIEW ${VIEW}`], indexes: 0, rows: 3230 };
      expect(await world()).toEqual(plain);
      const verified = await project.matview(["status", VIEW]);
      expect(verified.stdout).toContain("none, as no key is declared: readers wait for each refresh");

      project.write("index.ts", KEYED);
      expect(await operations(project)).toEqual([
        "create dashboard-key",
        "update dashboard",
        "update dashboard-refresh",
      ]);
      expect(await up()).toEqual([expect.stringMatching(/^create unique index/), expect.stringMatching(/alter_job/)]);
      const keyed = { commands: [`REFRESH MATERIALIZED VIEW CONCURRENTLY ${VIEW}`], indexes: 1, rows: 3230 };
      expect(await world()).toEqual(keyed);

      project.write("index.ts", KEYLESS);
      expect(await up()).toEqual([expect.stringMatching(/alter_job/), expect.stringMatching(/^drop index/)]);
      expect(await world()).toEqual(plain);

      // With the definition: the view that is built anew lacks the index, so the job rests until its command is plain.
      project.write("index.ts", KEYED);
      await up();
      project.write("index.ts", KEYLESS);
      project.write(FILE, DEFINITION.replace("coalesce(mensajes.total, 0)", "coalesce(mensajes.total, 1)"));
      const steps = await up();
      const [first, ...rest] = steps;
      expect(first).toContain("active := false");
      expect(rest.some((text) => text.includes("rename to"))).toBe(true);
      expect(rest.at(-1)).toMatch(/alter_job\([^]*active := true/);
      expect(await world()).toEqual(plain);
      await mustRun(project, DESTROY);
    });
  });
});

const CHANGES = /^create unique index|^drop index|^select cron\.alter_job|^[^]*alter materialized view \S+ rename to/;
