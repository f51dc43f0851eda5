import { parseArgs } from "node:util";
import { viewDefinition } from "../../components/viewDefinition.ts";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import type { TestDatabase } from "../../test/support/database.ts";
import { withServer } from "../../test/support/database.ts";
import { STATEMENT_LOG, statementsDuring } from "../../test/support/statementLog.ts";
import { withProject } from "../consumerProject.ts";
import type { ConsumerProject } from "../consumerProject.ts";
import { resultLine, spread, summarise } from "./statistics.ts";
import { timed } from "./timed.ts";

const VIEW = "mv_conversaciones_dashboard";

/** Three resources a view, with the first user's definition under many names. */
const OURS = `import { readFileSync } from "node:fs";
import { MaterializedView, RefreshJob, ViewIndex } from "pulumi-matview";
const { prefix, views, definition } = JSON.parse(readFileSync("input.json", "utf8"));
for (let i = 0; i < views; i += 1) {
  const name = prefix + i;
  const view = new MaterializedView(name, { schema: "public", name, definition, uniqueKey: ["conversacion_id"] });
  const columns = ["conversacion_id"];
  const key = new ViewIndex(name + "-key", { schema: "public", view: name, name: name + "_key", columns, unique: true }, { dependsOn: [view], deletedWith: view });
  const command = "REFRESH MATERIALIZED VIEW public." + name;
  new RefreshJob(name + "-job", { name, schedule: "0 3 1 1 *", command, active: true, incarnation: view.incarnation }, { dependsOn: [key] });
}
`;

/** As many grants of @pulumi/postgresql. */
const THEIRS = `import { readFileSync } from "node:fs";
import * as postgresql from "@pulumi/postgresql";
const { prefix, views, connection } = JSON.parse(readFileSync("input.json", "utf8"));
const provider = new postgresql.Provider("server", connection);
for (let i = 0; i < 3 * views; i += 1) {
  const grant = { role: "lector", database: connection.database, schema: "public", objectType: "table", objects: ["tabla_" + prefix + i], privileges: ["SELECT"] };
  new postgresql.Grant("grant-" + i, grant, { provider });
}
`;

const EMPTY = "export const nothing = 1;\n";

/** What the many views are called, and the one that a run is measured with for what it costs before the first view. */
const PREFIXES = { many: "mv_", one: "single_" } as const;
type Size = keyof typeof PREFIXES;

const WAYS = ["ours", "theirs"] as const;
type Way = (typeof WAYS)[number];

const WHAT = ["refresh", "preview", "up"] as const;
type What = (typeof WHAT)[number];

/** Seconds, round by round. */
type Times = Readonly<Record<Way, Readonly<Record<What, Readonly<Record<Size, number[]>>> & { start: number[] }>>>;

interface Projects {
  readonly of: Readonly<Record<Way, Readonly<Record<Size, ConsumerProject>>>>;
  readonly stripped: ConsumerProject;
  readonly tsNode: ConsumerProject;
}

/**
 * What the engine spends a view on our three resources against three of @pulumi/postgresql: a run with many views less one with a
 * single one, which has the starts of all processes in it. Beside it the start of a program with types stripped against
 * ts-node's, state and round trips. Ways take turns within a round.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { views: { type: "string", default: "100" }, rounds: { type: "string", default: "5" } },
  });
  const views = Number(values.views);
  if (!Number.isInteger(views) || views < 2) throw new Error("--views is a number from 2");
  const settings = { ...STATEMENT_LOG, autovacuum: "off" };
  await withServer({ settings, launcherStands: true }, async (database) => {
    await database.client.query("create role lector");
    // A table for each: two grants on one at the same time fail with "tuple concurrently updated".
    for (const [size, prefix] of Object.entries(PREFIXES)) {
      const last = 3 * (size === "many" ? views : 1) - 1;
      await database.client.query(
        `do $$ begin for i in 0..${last} loop execute format('create table public.tabla_${prefix}%s (id int)', i); end loop; end $$`,
      );
    }
    await withProjects(database, views, (projects) => measure(database, projects, views, Number(values.rounds)));
  });
}

async function withProjects(
  database: TestDatabase,
  views: number,
  action: (projects: Projects) => Promise<void>,
): Promise<void> {
  const env = { MATVIEW_DATABASE_URL: database.url, MATVIEW_PREVIEW: "off" };
  const input = (size: Size): string =>
    JSON.stringify({
      prefix: PREFIXES[size],
      views: size === "many" ? views : 1,
      definition: viewDefinition(VIEW),
      connection: connectionOf(database),
    });
  const pair = (program: string, act: (pair: Record<Size, ConsumerProject>) => Promise<void>): Promise<void> =>
    withProject(program, env, (many) =>
      withProject(program, env, (one) => {
        many.write("input.json", input("many"));
        one.write("input.json", input("one"));
        return act({ many, one });
      }),
    );
  // ts-node as Pulumi runs it by itself.
  const plain = { ...env, NODE_COMPILE_CACHE: undefined };
  await pair(OURS, (ours) =>
    pair(THEIRS, (theirs) =>
      withProject(EMPTY, env, (stripped) =>
        withProject(EMPTY, plain, (tsNode) => action({ of: { ours, theirs }, stripped, tsNode }), {
          loader: "ts-node",
        }),
      ),
    ),
  );
}

async function measure(database: TestDatabase, projects: Projects, views: number, rounds: number): Promise<void> {
  const empty = (): Times[Way] => ({
    refresh: { many: [], one: [] },
    preview: { many: [], one: [] },
    up: { many: [], one: [] },
    start: [],
  });
  const times: Times = { ours: empty(), theirs: empty() };
  for (let round = 0; round < rounds; round += 1) {
    // The order turns, so that neither always runs on what the other has warmed up.
    const turn = round % 2 === 0 ? WAYS : [...WAYS].reverse();
    await withProgress(`Round ${round + 1} of ${rounds}`, async () => {
      for (const size of ["many", "one"] as const) await measureRound(database, projects, times, { turn, size, views });
      times.ours.start.push(await timedRun(projects.stripped, ["preview"]));
      times.theirs.start.push(await timedRun(projects.tsNode, ["preview"]));
    });
    if (round === rounds - 1) break;
    for (const way of WAYS) {
      for (const project of Object.values(projects.of[way]))
        await timedRun(project, ["destroy", "--yes", "--skip-preview"]);
    }
  }
  await report(database, projects.of.ours.many, times, views);
}

async function measureRound(
  database: TestDatabase,
  { of }: Projects,
  times: Times,
  { turn, size, views }: { readonly turn: readonly Way[]; readonly size: Size; readonly views: number },
): Promise<void> {
  for (const way of turn) times[way].up[size].push(await timedRun(of[way][size], ["up", "--yes", "--skip-preview"]));
  // Views that are filled, as in a stack at work; measured from the second state refresh on, which has the records.
  await fill(database, PREFIXES[size], size === "many" ? views : 1);
  for (const way of turn) await timedRun(of[way][size], ["refresh", "--yes", "--skip-preview"]);
  for (const way of turn) {
    times[way].refresh[size].push(await timedRun(of[way][size], ["refresh", "--preview-only"]));
    times[way].preview[size].push(await timedRun(of[way][size], ["preview", "--refresh=false"]));
  }
}

async function report(database: TestDatabase, ours: ConsumerProject, times: Times, views: number): Promise<void> {
  const head = ["", "ours, ms a view", "theirs, ms a view", "ratio", "ours, s a run", "theirs, s a run", "ratio"];
  const lines: string[][] = [];
  const ratios = WHAT.map((what): [string, number] => {
    const perView = (way: Way): number[] => {
      const { many, one } = times[way][what];
      return many.map((whole, round) => ((whole - (one[round] ?? Number.NaN)) / (views - 1)) * 1_000);
    };
    const aView = ratioOf(perView("ours"), perView("theirs"));
    lines.push([what, ...aView.cells, ...ratioOf(times.ours[what].many, times.theirs[what].many).cells]);
    return [`${what}_ratio`, aView.median];
  });
  const start = ratioOf(times.ours.start, times.theirs.start);
  lines.push(["start of an empty program", "", "", "", ...start.cells]);
  console.log(
    `${views} views of three resources against ${3 * views} grants: a run with all of them less a run with one view, by view, and whole ` +
      "runs; start: stripped types against ts-node",
  );
  console.log(table(head, lines));
  const state = JSON.parse((await ours.pulumi(["stack", "export"])).stdout) as State;
  const own = state.deployment.resources.filter(({ type }) => type.includes("dynamic/matview"));
  const log = await statementsDuring(database, async () => {
    await timedRun(ours, ["refresh", "--preview-only"]);
  });
  const trips = log.filter(({ application }) => application === "pulumi-matview").length;
  console.log(
    resultLine({
      ...Object.fromEntries(ratios),
      start_ratio: start.median,
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

/** Round by round, since both ways of a round met the same machine. */
function ratioOf(own: readonly number[], others: readonly number[]): { cells: string[]; median: number } {
  const found = summarise(own.map((value, round) => value / (others[round] ?? Number.NaN)));
  return { cells: [summarise(own), summarise(others), found].map(spread), median: found.median };
}

async function fill({ client }: TestDatabase, prefix: string, views: number): Promise<void> {
  for (let i = 0; i < views; i += 1) await client.query(`refresh materialized view public.${prefix}${i}`);
}

function timedRun(project: ConsumerProject, args: readonly string[]): Promise<number> {
  return timed(`pulumi ${args.join(" ")}`, () => project.pulumi(args));
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
