import { expect } from "@jest/globals";
import type { Client } from "pg";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withServer } from "./database.ts";
import type { TestDatabase } from "./database.ts";

const SETUP = `
  create table public.ventas (id int primary key, tienda text not null);
  insert into public.ventas select i, 'tienda ' || i % 7 from generate_series(1, 700) i;
`;

/** One RefreshedView of `public.tablero`, under some resource name. */
export function program(resource: string, options = "{}", more = ""): string {
  return `import * as pulumi from "@pulumi/pulumi";
import { RefreshedView } from "pulumi-matview";
const args = {
  schema: "public", name: "tablero", definition: "select tienda, count(*) as n from public.ventas group by tienda",
  uniqueKey: ["tienda"], job: { name: "refresca-tablero", schedule: "0 3 1 1 *", active: true },
};
class Grupo extends pulumi.ComponentResource {
  constructor(name) { super("acme:index:Grupo", name); }
}
new RefreshedView("${resource}", args, ${options});
${more}
`;
}

interface World {
  readonly view: string | null;
  readonly rows: number;
  readonly jobs: number;
  readonly jobId: string | undefined;
  readonly index: number;
  readonly filenode: string | undefined;
}

export async function world(client: Client): Promise<World> {
  const { rows } = await client.query<World>(
    `select to_regclass('public.tablero')::oid::text as view, pg_relation_filenode(to_regclass('public.tablero'))::text as filenode,
            (select count(*)::int from pg_index where indrelid = to_regclass('public.tablero')) as index,
            (select count(*)::int from cron.job where jobname = 'refresca-tablero') as jobs,
            (select jobid::text from cron.job where jobname = 'refresca-tablero') as "jobId"`,
  );
  const [found] = rows as [World];
  if (found.view === null) return { ...found, rows: 0 };
  return { ...found, rows: Number((await client.query("select count(*) from public.tablero")).rows[0].count) };
}

export async function mustRun(
  project: ConsumerProject,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, stdout, stderr } = await project.pulumi(args, env);
  expect(code === 0 ? "" : `${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`).toBe("");
  return stdout;
}

export async function mustConverge(project: ConsumerProject): Promise<void> {
  await mustRun(project, ["refresh", "--preview-only", "--expect-no-changes", "--run-program=false"]);
  await mustRun(project, ["preview", "--expect-no-changes"]);
}

/** What a preview says is going to happen, one resource a line. */
export async function announced(project: ConsumerProject, more: readonly string[] = []): Promise<string[]> {
  const { steps } = JSON.parse(await mustRun(project, ["preview", "--json", ...more])) as {
    steps: { op: string; urn: string }[];
  };
  return steps
    .filter(({ op }) => !["same", "refresh", "read"].includes(op))
    .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`)
    .sort();
}

export const UP = ["up", "--yes", "--skip-preview"];

/** A server whose only database has sources, view and pg_cron. */
export async function withWorld(
  action: (database: TestDatabase, deployed: ConsumerProject) => Promise<void>,
): Promise<void> {
  await withServer({ sample: false, settings: { "cron.max_running_jobs": "0" } }, async (database) => {
    await database.client.query(SETUP);
    await withProject(
      program("tablero"),
      { MATVIEW_DATABASE_URL: database.url },
      async (project) => {
        await mustRun(project, UP);
        await action(database, project);
      },
      { name: "ventas", stack: "prod" },
    );
  });
}
