import { expect, jest, test } from "@jest/globals";
import { withProject } from "../../scripts/consumerProject.ts";
import { withServer } from "../support/database.ts";
import { DESTROY, mustConverge, mustRun, UP } from "../support/pulumi.ts";

jest.setTimeout(400_000);

const PROGRAM = `import { RefreshedView } from "pulumi-matview";
export const views = [new RefreshedView("tablero", { uniqueKey: ["tienda"], keepPrevious: "2h", job: { schedule: "0 3 1 1 *" } }).declaration];
`;
const SETUP = `create table public.ventas (id int primary key, tienda text not null);
  insert into public.ventas select i, 'tienda ' || i % 7 from generate_series(1, 700) i;`;
const FILE = "sql/views/tablero.sql";
const OLD = "select tienda, count(*) as n from public.ventas group by tienda\n";
const NEW = OLD.replace("public.ventas", "public.ventas where id % 7 > 2");
const LEFT = `select (select array_agg(relname::text order by 1) from pg_class
    where relname ~ 'tablero' and relkind = 'm') as views,
  (select array_agg(jobname order by 1) from cron.job) as jobs,
  (select count(*)::int from matview.postgres_deploys) as deploys`;

/** What pg_cron notes of a run. */
const RUN = `insert into cron.job_run_details (jobid, job_pid, database, username, command, status, start_time, end_time)
  select jobid, 1, database, username, command, 'succeeded', now() - interval '3 seconds', now() - interval '1 second'
  from cron.job where jobname = 'refresh-tablero'`;

const LOGGED = [
  "deployed, HASH, 7 to 4",
  "taken back, HASH, 4 to 7",
  "put back, HASH, 7 to 4",
  "taken back, HASH, 4 to 7",
  "deployed, HASH, 7 to 4",
  "created, HASH, ",
];

const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z| UTC)/g, "TIME")
    .replaceAll(/\b[0-9a-f]{12}\b/g, "HASH")
    .replaceAll(/in \d+ ms/g, "in MS")
    .replaceAll(/ +/g, " ");

test("who deployed a mistake is back in a moment, and the next preview says so", async () => {
  await withServer({ sample: false, launcherStands: true }, async ({ client, url }) => {
    await client.query(SETUP);
    await withProject(PROGRAM, { MATVIEW_DATABASE_URL: url }, async (project) => {
      const told = async (code: number, ...words: string[]): Promise<string> => {
        const ended = await project.matview(words);
        expect([ended.code, ended.stderr]).toEqual([code, ""]);
        return timeless(ended.stdout);
      };
      const rows = async (): Promise<unknown> => (await client.query("select count(*)::int as n from tablero")).rows[0];
      project.write(FILE, OLD);
      await mustRun(project, UP);
      await client.query(RUN);
      const nothing = await project.matview(["rollback", "public.tablero"]);
      expect([nothing.code, nothing.stderr]).toEqual([
        1,
        "matview rollback: nothing is kept of public.tablero: its definition was not changed since keepPrevious is declared, or the time " +
          "is over; to go back: git revert the change and pulumi up, which builds the old definition again beside its readers; a refresh of it takes 2 s\n",
      ]);
      project.write(FILE, NEW);
      await mustRun(project, UP);
      expect(await rows()).toEqual({ n: 4 });
      expect(await told(0, "status", "public.tablero", "--job", "refresh-tablero")).toMatch(
        /previous +│ kept until TIME, \d+ kB/,
      );
      expect(await told(0, "status", "--json")).not.toContain("tablero_matview_previous");

      expect(await told(0, "rollback", "public.tablero")).toBe(
        `public.tablero is as it was before the deploy of TIME.
Refreshed in MS: 7 rows.
What was deployed is kept until TIME: matview rollback public.tablero --undo
The next up would deploy it again, and the preview says so: git revert the change before.
`,
      );
      expect(await rows()).toEqual({ n: 7 });
      const preview = timeless(await mustRun(project, ["preview"]));
      expect(preview).toContain(
        "swap public.tablero: definition differs: the database was taken back at TIME by postgres; up would deploy the declared one again",
      );
      const drift = await told(7, "drift", "--stack", "bench");
      expect(drift).toMatch(/ property │ taken back │\n.*\n│ actual │ at TIME by postgres │\n│ since │ TIME │\n/);
      expect(drift).toContain("│ up would │ deploy the declared definition again │");
      expect(drift).toContain("\npublic.tablero_matview_previous, the old one, is kept until TIME\n");
      expect(await told(0, "rollback", "public.tablero", "--undo", "--no-refresh", "--json")).toContain('"undo": true');
      expect(await rows()).toEqual({ n: 4 });
      await mustConverge(project);
      await told(0, "rollback", "public.tablero", "--no-refresh");
      await mustRun(project, UP);
      expect(await rows()).toEqual({ n: 4 });
      const log = await told(0, "history", "public.tablero", "--deploys");
      expect(log).toMatch(/^│ at +│ by +│ what +│ definition +│ rows +│/m);
      const cells = log.split("\n").filter((line) => line.includes("TIME"));
      const middle = (line: string): string[] =>
        line
          .split("│")
          .slice(3, 6)
          .map((cell) => cell.trim());
      expect(cells.map((line) => middle(line).join(", "))).toEqual(LOGGED);
      await mustRun(project, DESTROY);
      expect((await client.query(LEFT)).rows).toEqual([{ views: null, jobs: null, deploys: 6 }]);
    });
  });
});
