import { parseArgs } from "node:util";
import { table } from "../../operations/commandLine/table.ts";
import { withProgress } from "../../postgres/progress.ts";
import { withServer } from "../../test/support/database.ts";
import type { TestDatabase } from "../../test/support/database.ts";
import { withProject } from "../consumerProject.ts";
import type { ConsumerProject } from "../consumerProject.ts";
import { resultLine, spread, summarise } from "./statistics.ts";
import { mustRun, timed } from "./timed.ts";

const OUTPUT = "export const views = Object.values(all).map(({ declaration }) => declaration);\n";

/** The same views, each with a command of its own that fills it, and all filled by one. */
const WAYS = {
  each: `import { readdirSync } from "node:fs";
import { RefreshedView } from "pulumi-matview";
const names = readdirSync("sql/views").map((file) => file.replace(".sql", ""));
const all = names.map((name) => new RefreshedView(name, { uniqueKey: ["id"], job: { schedule: "0 3 1 1 *" } }));
${OUTPUT}`,
  together: `import { refreshedViews } from "pulumi-matview";
const all = refreshedViews({ uniqueKey: ["id"], job: { schedule: "0 3 1 1 *" } });
${OUTPUT}`,
} as const;
type Way = keyof typeof WAYS;

const WHAT = ["first up", "preview", "drift"] as const;
type What = (typeof WHAT)[number];

/** Seconds of whole runs, round by round, by number of views. */
type Times = Readonly<Record<What, number[]>>;

/**
 * What many views cost in one program: the first `up`, a preview without changes, and the search for drift, with one command that fills all
 * against one for each. The views are small, so that what is measured is ours; ways take turns within a round.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { counts: { type: "string", default: "10,100,300" }, rounds: { type: "string", default: "3" } },
  });
  const counts = values.counts.split(",").map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < 1)) throw new Error("--counts are numbers from 1");
  const found = new Map<string, Times>();
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const turn = (Object.keys(WAYS) as Way[]).sort(() => (round % 2 === 0 ? 1 : -1));
    for (const count of counts) {
      for (const way of turn) {
        const key = `${way} ${count}`;
        const times = found.get(key) ?? { "first up": [], preview: [], drift: [] };
        found.set(key, times);
        await withProgress(`Round ${round + 1} of ${values.rounds}: ${count} views, ${way}`, () =>
          measure(way, count, times),
        );
      }
    }
  }
  report(counts, found);
}

async function measure(way: Way, count: number, times: Times): Promise<void> {
  await withServer({ launcherStands: true }, (database) =>
    withProject(WAYS[way], { MATVIEW_DATABASE_URL: database.url }, async (project) => {
      for (let view = 0; view < count; view += 1)
        project.write(`sql/views/mv_${view}.sql`, `select id, nombre from public.ejecutivos where id <> ${view}`);
      times["first up"].push(await timed("pulumi up", () => project.pulumi(["up", "--yes", "--skip-preview"])));
      await mustHaveAll(database, count);
      await mustRun("pulumi refresh", project.pulumi(["refresh", "--yes", "--skip-preview"]));
      times.preview.push(await timed("pulumi preview", () => project.pulumi(["preview", "--refresh=false"])));
      times.drift.push(await timed("matview drift", () => drift(project)));
    }),
  );
}

function drift(project: ConsumerProject): ReturnType<ConsumerProject["matview"]> {
  return project.matview(["drift", "--stack", "bench"]);
}

async function mustHaveAll({ client }: TestDatabase, count: number): Promise<void> {
  const { rows } = await client.query("select count(*)::int as n from pg_class where relkind = 'm' and relispopulated");
  if (rows[0].n !== count) throw new Error(`${rows[0].n} of ${count} views have data`);
}

function report(counts: readonly number[], found: ReadonlyMap<string, Times>): void {
  const timesOf = (way: Way, count: number): Times => found.get(`${way} ${count}`) as Times;
  const lines = counts.flatMap((count) =>
    WHAT.map((what) => {
      const [own, others] = [timesOf("together", count)[what], timesOf("each", count)[what]];
      const ratio = summarise(own.map((value, round) => value / (others[round] ?? Number.NaN)));
      return [String(count), what, ...[summarise(own), summarise(others), ratio].map(spread)];
    }),
  );
  console.log(table(["views", "", "one command, s", "a command each, s", "ratio"], lines));
  // Of the growth from the smallest number to the others; with one number, of all.
  const at = counts.find((count) => count === 100) ?? (counts.at(-1) as number);
  const perView = (way: Way): number => summarise(timesOf(way, at)["first up"]).median / at;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const growth = (count: number): number => summarise(timesOf("together", count)["first up"]).median / count;
  console.log(
    resultLine({
      first_up_s_per_view: perView("together"),
      ratio: perView("together") / perView("each"),
      preview_s: summarise(timesOf("together", at).preview).median,
      drift_s: summarise(timesOf("together", at).drift).median,
      growth: growth(most) / growth(least),
    }),
  );
}
