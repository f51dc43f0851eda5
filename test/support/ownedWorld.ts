import type { Client } from "pg";
import { withProject } from "../../scripts/consumerProject.ts";
import type { ConsumerProject } from "../../scripts/consumerProject.ts";
import { withServer } from "./database.ts";
import type { TestDatabase } from "./database.ts";
import { mustRun, UP } from "./pulumi.ts";

const SETUP = `
  create table public.ventas (id int primary key, tienda text not null);
  insert into public.ventas select i, 'tienda ' || i % 7 from generate_series(1, 700) i;
  create schema informes;
  create role lector;
  create role auditor;
`;
const DEFINITION = "select tienda, count(*) as n from public.ventas group by tienda";

/** One RefreshedView of `public.tablero`, under some resource name. */
export function program(resource: string, options = "{}", more = ""): string {
  return `import * as pulumi from "@pulumi/pulumi";
import { RefreshedView } from "pulumi-matview";
const args = {
  schema: "public", name: "tablero", definition: "${DEFINITION}",
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

/** Something of a state's entries. */
interface Resource {
  readonly urn: string;
  readonly dependencies?: readonly string[];
  readonly outputs?: Record<string, unknown>;
}

/** The state of a project's stack, and our entries in it. */
export async function stateOf(project: ConsumerProject): Promise<{ all: readonly Resource[]; ours: string[] }> {
  const { deployment } = JSON.parse(await mustRun(project, ["stack", "export"])) as {
    deployment: { resources: Resource[] };
  };
  const urns = deployment.resources.map(({ urn }) => urn);
  return { all: deployment.resources, ours: urns.filter((urn) => urn.includes("dynamic/matview:")) };
}

/** A server whose only database has the sources and pg_cron, and a program there, not deployed yet. */
export function withProgram(
  { text, extension = true }: { readonly text: string; readonly extension?: boolean },
  action: (project: ConsumerProject, database: TestDatabase) => Promise<void>,
): Promise<void> {
  return withServer({ sample: false, extension, launcherStands: true }, async (database) => {
    await database.client.query(SETUP);
    const use = (project: ConsumerProject): Promise<void> => {
      project.write("sql/views/tablero.sql", DEFINITION);
      return action(project, database);
    };
    await withProject(text, { MATVIEW_DATABASE_URL: database.url }, use, { name: "ventas", stack: "prod" });
  });
}

/** The same with the program deployed. */
export function withWorld(text: string, action: Parameters<typeof withProgram>[1]): Promise<void> {
  return withProgram({ text }, async (project, database) => {
    await mustRun(project, UP);
    await action(project, database);
  });
}
