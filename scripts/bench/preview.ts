import { parseArgs } from "node:util";
import { table } from "../../operations/commandLine/table.ts";
import type { PlanDocument } from "../../operations/preview/document.ts";
import type { PlannedResource } from "../../operations/preview/plannedResource.ts";
import type { TestDatabase } from "../../test/support/database.ts";
import { withServer } from "../../test/support/database.ts";
import { STATEMENT_LOG, statementsDuring } from "../../test/support/statementLog.ts";
import { withProject } from "../consumerProject.ts";
import type { ConsumerProject } from "../consumerProject.ts";
import { until } from "../database/until.ts";
import { randomNumbers } from "../fuzz/scheduleStrings.ts";
import { CHANGES, definition, ROLES } from "./preview/changes.ts";
import type { Declared } from "./preview/changes.ts";
import { benchRefusals } from "./preview/refusals.ts";
import type { Refusals } from "./preview/refusals.ts";
import { changingOf, sequencesOf } from "./preview/sequences.ts";
import type { Sequence } from "./preview/sequences.ts";
import { resultLine } from "./statistics.ts";
import { mustRun } from "./timed.ts";

const PROGRAM = `import { readFileSync } from "node:fs";
import { RefreshedView } from "pulumi-matview";
for (const { heavy, ...view } of JSON.parse(readFileSync("views.json", "utf8"))) new RefreshedView(view.name, view);
`;

const NOTICEABLE_MS = 200;

interface Tally {
  changes: number;
  same: number;
  timed: { announcedMs: number; actualMs: number; what: string }[];
  unlike: string[];
}

/**
 * Whether a preview tells the truth: random changes of declarations and of the world, many views at a time, each announced by
 * matview plan and then deployed by the engine; the server's log says which statements were run and how long they took. Before, whether
 * it refuses what the deploy refuses; `--changes 0` leaves it at that.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      changes: { type: "string", default: "200" },
      views: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      rows: { type: "string", default: "300000" },
      refusals: { type: "string", default: "150" },
      fine: { type: "string", default: "50" },
    },
  });
  const refused = await benchRefusals(Number(values.refusals), Number(values.fine), Number(values.seed));
  const tally: Tally = { changes: 0, same: 0, timed: [], unlike: [] };
  if (Number(values.changes) > 0) await benchChanges(values, tally);
  report(tally, refused);
}

async function benchChanges(
  values: Readonly<Record<"changes" | "views" | "seed" | "rows", string>>,
  tally: Tally,
): Promise<void> {
  const random = randomNumbers(Number(values.seed));
  const settings = { ...STATEMENT_LOG, "cron.max_running_jobs": "1", shared_buffers: "256MB", autovacuum: "off" };
  await withServer({ settings }, async (database) => {
    await prepare(database, Number(values.rows));
    const env = { MATVIEW_DATABASE_URL: database.url };
    await withProject(PROGRAM, env, async (project) => {
      const views = firstViews(Number(values.views));
      await deployFirst(database, project, views);
      while (tally.changes < Number(values.changes)) await round(database, project, views, random, tally);
    });
  });
}

async function round(
  database: TestDatabase,
  project: ConsumerProject,
  views: Declared[],
  random: () => number,
  tally: Tally,
): Promise<void> {
  const kinds = new Map<string, string>();
  for (const view of views) {
    const change = CHANGES[Math.floor(random() * CHANGES.length)]!;
    kinds.set(view.name, change.kind);
    for (const statement of change.byHand?.(view, random) ?? []) await database.client.query(statement);
    change.declare?.(view, random);
  }
  project.write("views.json", JSON.stringify(views));
  const planned = await mustRun("matview plan", project.matview(["plan", "--stack", "bench", "--json"]));
  const { resources } = JSON.parse(planned) as PlanDocument;
  // One after the other: a concurrent build waits for every transaction that is older, also for those of other views.
  const log = await statementsDuring(database, async () => {
    await mustRun("pulumi up", project.pulumi(["up", "--yes", "--skip-preview", "--parallel", "1"]));
  });
  const left = sequencesOf(log);
  for (const view of views) {
    const own = resources.filter(({ urn }) => new RegExp(`::${view.name}(-key|-refresh|-first-refresh)?$`).test(urn));
    const isSame = own.every((resource) => took(resource, left, tally));
    tally.changes += 1;
    if (isSame) tally.same += 1;
    else tally.unlike.push(`${view.name}: ${kinds.get(view.name) ?? ""}`);
  }
  // Statements that no plan listed are a lie as well.
  const unlisted = left.flatMap(({ statements }) => statements.map(({ text }) => text.slice(0, 120)));
  if (unlisted.length > 0) {
    tally.unlike.push(`not announced: ${unlisted.join(" | ")}`);
    tally.same -= 1;
  }
  console.error(`${tally.changes} changes, ${tally.same} as announced`);
}

/** Finds the session that did what the plan lists for a resource, in this order and nothing else, and takes its times. */
function took({ id, steps }: PlannedResource, left: Sequence[], tally: Tally): boolean {
  const listed = changingOf(steps.flatMap(({ statements }) => statements));
  if (listed.length === 0) return true;
  const at = left.findIndex(
    ({ statements }) =>
      statements.length === listed.length && statements.every(({ text }, index) => text === listed[index]),
  );
  const found = left[at];
  if (found === undefined) return false;
  left.splice(at, 1);
  let next = 0;
  for (const step of steps) {
    const count = changingOf(step.statements).length;
    const own = found.statements.slice(next, next + count);
    next += count;
    const actualMs = own.reduce((sum, { durationMs }) => sum + durationMs, 0);
    if (actualMs > NOTICEABLE_MS) {
      tally.timed.push({ announcedMs: step.durationMs, actualMs, what: `${step.action} ${id}` });
    }
  }
  return true;
}

function firstViews(count: number): Declared[] {
  return Array.from({ length: count }, (_, index): Declared => {
    const heavy = index % 4 === 0;
    const name = `mv_${index}`;
    return {
      schema: "public",
      name,
      heavy,
      definition: definition(heavy, 0),
      uniqueKey: ["id"],
      owner: "matview_owner",
      dependents: "recreate",
      allowColumnChanges: true,
      // Heavy views get a history of real runs first.
      job: { name: `job_${index}`, schedule: heavy ? "* * * * *" : "0 3 1 1 *", active: true },
    };
  });
}

async function deployFirst(database: TestDatabase, project: ConsumerProject, views: Declared[]): Promise<void> {
  project.write("views.json", JSON.stringify(views));
  await mustRun("the first pulumi up", project.pulumi(["up", "--yes", "--skip-preview"]));
  const heavy = views.filter((view) => view.heavy);
  console.error(`waiting for a run of each of ${heavy.length} jobs`);
  await until(async () => (await jobsThatRan(database)) >= heavy.length, {
    what: "the first runs of the jobs",
    everyMs: 1_000,
    atMostMs: 240_000,
  });
  // From here on nothing runs beside a measured deploy.
  for (const view of heavy) view.job = { ...view.job, schedule: "0 3 1 1 *" };
  project.write("views.json", JSON.stringify(views));
  await mustRun("the second pulumi up", project.pulumi(["up", "--yes", "--skip-preview", "--refresh"]));
}

async function jobsThatRan({ client }: TestDatabase): Promise<number> {
  const { rows } = await client.query<{ jobs: string }>(
    "select count(distinct jobid) as jobs from cron.job_run_details where status = 'succeeded'",
  );
  return Number(rows[0]?.jobs);
}

async function prepare({ client, server }: TestDatabase, rows: number): Promise<void> {
  await client.query(`create role matview_owner login password '${server.password("matview_owner")}'`);
  await server.mapRole("matview_owner");
  await client.query("grant usage on schema cron to matview_owner");
  for (const role of ROLES) await client.query(`create role ${role}`);
  await client.query(
    `create table public.eventos as select i as id, i % 97 as grupo, i % 1000 as valor, repeat('texto ' || i, 4) as texto
     from generate_series(1, ${rows}) i`,
  );
  await client.query("alter table public.eventos add primary key (id)");
  await client.query("grant select on public.eventos to matview_owner");
  await client.query("vacuum analyze public.eventos");
}

function report({ changes, same, timed, unlike }: Tally, refused: Refusals): void {
  const within = timed.filter(
    ({ announcedMs, actualMs }) => announcedMs <= 2 * actualMs && actualMs <= 2 * announcedMs,
  );
  const head = [`steps over ${NOTICEABLE_MS} ms`, "announced ms", "actual ms"];
  const lines = timed
    .slice(0, 40)
    .map(({ what, announcedMs, actualMs }) => [what, announcedMs.toFixed(0), actualMs.toFixed(0)]);
  console.log(table(head, lines));
  for (const line of unlike) console.log(`not as announced: ${line}`);
  console.log(
    resultLine({
      changes,
      same_statements: same,
      ...refused,
      time_within_2x: timed.length === 0 ? 1 : within.length / timed.length,
    }),
  );
}
