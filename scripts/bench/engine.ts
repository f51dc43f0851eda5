import { parseArgs } from "node:util";
import Table from "cli-table3";
import { withProgress } from "../../components/postgres/progress.ts";
import { viewDefinition } from "../../components/viewDefinition.ts";
import type { TestDatabase } from "../../test/support/database.ts";
import { withServer } from "../../test/support/database.ts";
import { STATEMENT_LOG, statementsDuring } from "../../test/support/statementLog.ts";
import { withProject } from "./project.ts";
import type { BenchProject } from "./project.ts";
import { resultLine, spread, summarise } from "./statistics.ts";

const VIEW = "mv_conversaciones_dashboard";

/** Three resources a view, with the first user's definition under many names. */
const OURS = `import { readFileSync } from "node:fs";
import { MaterializedView, RefreshJob, ViewIndex } from "pulumi-matview";
const { views, definition } = JSON.parse(readFileSync("input.json", "utf8"));
for (let i = 0; i < views; i += 1) {
  const name = "mv_" + i;
  const view = new MaterializedView(name, { schema: "public", name, definition, uniqueKey: ["conversacion_id"] });
  const columns = ["conversacion_id"];
  const key = new ViewIndex(name + "-key", { schema: "public", view: view.name, name: name + "_key", columns, unique: true }, { deletedWith: view });
  const command = "REFRESH MATERIALIZED VIEW public." + name;
  new RefreshJob(name + "-job", { name, schedule: "0 3 1 1 *", command, active: true, incarnation: view.incarnation }, { dependsOn: [key] });
}
`;

/** As many grants of @pulumi/postgresql. */
const THEIRS = `import { readFileSync } from "node:fs";
import * as postgresql from "@pulumi/postgresql";
const { views, connection } = JSON.parse(readFileSync("input.json", "utf8"));
const provider = new postgresql.Provider("server", connection);
for (let i = 0; i < 3 * views; i += 1) {
  const grant = { role: "lector", database: connection.database, schema: "public", objectType: "table", objects: ["tabla_" + i], privileges: ["SELECT"] };
  new postgresql.Grant("grant-" + i, grant, { provider });
}
`;

const EMPTY = "export const nothing = 1;\n";

interface Times {
  readonly refresh: number[];
  readonly preview: number[];
  readonly up: number[];
  readonly start: number[];
}

/**
 * What the engine spends on our resources against as many of @pulumi/postgresql, and the start of a program with types stripped
 * against ts-node's; state and round trips beside it. Ways take turns within a round.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { views: { type: "string", default: "100" }, rounds: { type: "string", default: "5" } },
  });
  const views = Number(values.views);
  const settings = { ...STATEMENT_LOG, autovacuum: "off", "cron.max_running_jobs": "0" };
  await withServer({ settings }, async (database) => {
    await database.client.query("create role lector");
    // A table for each: two grants on one at the same time fail with "tuple concurrently updated".
    await database.client.query(
      `do $$ begin for i in 0..${3 * views - 1} loop execute format('create table public.tabla_%s (id int)', i); end loop; end $$`,
    );
    const env = { MATVIEW_DATABASE_URL: database.url, MATVIEW_PREVIEW: "off" };
    await withProject(OURS, env, (ours) =>
      withProject(THEIRS, env, (theirs) =>
        withProject(EMPTY, env, (stripped) =>
          withProject(
            EMPTY,
            env,
            (tsNode) => measure(database, { ours, theirs, stripped, tsNode }, views, Number(values.rounds)),
            "ts-node",
          ),
        ),
      ),
    );
  });
}

type Projects = Readonly<Record<"ours" | "theirs" | "stripped" | "tsNode", BenchProject>>;

async function measure(database: TestDatabase, projects: Projects, views: number, rounds: number): Promise<void> {
  const { ours, theirs, stripped, tsNode } = projects;
  ours.write("input.json", JSON.stringify({ views, definition: viewDefinition(VIEW) }));
  theirs.write("input.json", JSON.stringify({ views, connection: connectionOf(database) }));
  const empty = (): Times => ({ refresh: [], preview: [], up: [], start: [] });
  const times = { ours: empty(), theirs: empty() };
  for (let round = 0; round < rounds; round += 1) {
    await withProgress(`Round ${round + 1} of ${rounds}`, async () => {
      // The order turns, so that neither always runs on what the other has warmed up.
      const both = round % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const);
      for (const who of both) times[who].up.push(await timed(projects[who], ["up", "--yes", "--skip-preview"]));
      // Views that are filled, as in a stack at work; measured from the second state refresh on, which has the records.
      await fill(database, views);
      await timed(ours, ["refresh", "--yes", "--skip-preview"]);
      for (const who of both) {
        times[who].refresh.push(await timed(projects[who], ["refresh", "--preview-only"]));
        times[who].preview.push(await timed(projects[who], ["preview", "--refresh=false"]));
      }
      times.ours.start.push(await timed(stripped, ["preview"]));
      times.theirs.start.push(await timed(tsNode, ["preview"]));
      if (round < rounds - 1)
        for (const who of both) await timed(projects[who], ["destroy", "--yes", "--skip-preview"]);
    });
  }
  await report(database, ours, times, views);
}

async function report(
  database: TestDatabase,
  ours: BenchProject,
  times: { readonly ours: Times; readonly theirs: Times },
  views: number,
): Promise<void> {
  const table = new Table({ head: ["seconds", "ours", "theirs", "ratio"], style: { head: [], border: [] } });
  const ratio = (what: keyof Times): number => {
    const ratios = times.ours[what].map((own, index) => own / (times.theirs[what][index] ?? Number.NaN));
    const found = summarise(ratios);
    table.push([what, spread(summarise(times.ours[what])), spread(summarise(times.theirs[what])), spread(found)]);
    return found.median;
  };
  const ratios = {
    refresh_ratio: ratio("refresh"),
    preview_ratio: ratio("preview"),
    up_ratio: ratio("up"),
    start_ratio: ratio("start"),
  };
  console.log(
    `${views} views of three resources against ${3 * views} grants; start: stripped types against ts-node, empty programs`,
  );
  console.log(table.toString());
  const state = JSON.parse((await ours.pulumi(["stack", "export"])).stdout) as State;
  const own = state.deployment.resources.filter(({ type }) => type.includes("dynamic/matview"));
  const log = await statementsDuring(database, async () => {
    await timed(ours, ["refresh", "--preview-only"]);
  });
  const trips = log.filter(({ application }) => application === "pulumi-matview").length;
  console.log(
    resultLine({
      ...ratios,
      state_kb_per_view: JSON.stringify(own).length / views / 1_000,
      provider_bytes: Math.max(...own.map(({ inputs }) => String(inputs?.["__provider"]).length)),
      round_trips_per_view: trips / views,
    }),
  );
}

interface State {
  readonly deployment: {
    readonly resources: readonly { readonly type: string; readonly inputs?: Readonly<Record<string, unknown>> }[];
  };
}

async function fill({ client }: TestDatabase, views: number): Promise<void> {
  for (let i = 0; i < views; i += 1) await client.query(`refresh materialized view public.mv_${i}`);
}

async function timed(project: BenchProject, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const { code, stdout, stderr } = await project.pulumi(args);
  if (code !== 0)
    throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${stdout.slice(-3_000)}\n${stderr.slice(-3_000)}`);
  return (performance.now() - started) / 1_000;
}

function connectionOf({ server, name }: TestDatabase): Readonly<Record<string, unknown>> {
  return {
    host: server.host,
    port: server.port,
    database: name,
    username: "postgres",
    password: server.password(),
    sslmode: "disable",
    superuser: false,
  };
}
