import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withServer } from "../test/support/database.ts";
import type { TestDatabase } from "../test/support/database.ts";
import { checkout } from "./checkout.ts";
import { withProject } from "./consumerProject.ts";
import type { ConsumerProject } from "./consumerProject.ts";
import { ensureInstallation } from "./database/packages.ts";
import { until } from "./database/until.ts";
import { README_VIEW, readmeProgram, writeReadmeView } from "./readmeProgram.ts";
import { runScript } from "./runScript.ts";
import { browse, BROWSERS, findBrowser } from "./toolchain/browser.ts";
import type { run } from "./toolchain/executables.ts";

const PICTURE = join(checkout, "docs", "report.png");
const RUNS = 40;

// What README shows: deploys its program on a server of its own, lets the job run, prints the preview of a changed definition, and takes a
// picture of the report: npm run picture
await runScript(async () => {
  const browser = findBrowser();
  if (browser === undefined) {
    console.error(`No picture was taken: none of ${BROWSERS.join(", ")} is installed (Debian: chromium).`);
    return 0;
  }
  // The first pg_cron that reads seconds: forty runs are seven minutes.
  await ensureInstallation("17");
  await withServer({ version: "17" }, async (database) => {
    await database.client.query("create role app");
    const env = { MATVIEW_DATABASE_URL: database.url };
    await withProject(hastyProgram(), env, (project) => report(database, project, browser), { stack: "prod" });
  });
  console.log(PICTURE);
  return 0;
});

/** README's program with a schedule that fills a report in minutes. */
function hastyProgram(): string {
  const program = readmeProgram();
  const hasty = program.replace(/schedule: "[^"]*"/, 'schedule: "10 seconds"');
  if (hasty === program) throw new Error("README.md has no program with a schedule any more");
  return hasty;
}

async function report(database: TestDatabase, project: ConsumerProject, browser: string): Promise<void> {
  writeReadmeView(project.directory);
  await mustEndWell(project.pulumi(["up", "--yes", "--skip-preview"]));
  await until(async () => (await finishedRuns(database)) >= RUNS, {
    what: `${RUNS} runs of the job`,
    everyMs: 1_000,
    atMostMs: 15 * RUNS * 1_000,
  });
  await mustEndWell(project.matview(["report", "--stack", "prod", "--since", "6m"]));
  console.log(await previewOfChange(project));
  const page = `file://${join(project.directory, "matview-report.html")}`;
  const look = ["--window-size=1000,990", "--blink-settings=preferredColorScheme=1"];
  await browse(browser, [...look, `--screenshot=${PICTURE}`, page]);
}

async function previewOfChange(project: ConsumerProject): Promise<string> {
  const changed = readFileSync(join(checkout, README_VIEW), "utf8").replace(
    "conversaciones.estado,",
    "upper(conversaciones.estado) as estado,",
  );
  project.write(README_VIEW, changed);
  return mustEndWell(project.pulumi(["preview", "--diff=false"]));
}

async function finishedRuns({ client }: TestDatabase): Promise<number> {
  const { rows } = await client.query<{ runs: string }>(
    "select pg_catalog.count(*) as runs from cron.job_run_details where status = 'succeeded'",
  );
  return Number(rows[0]?.runs);
}

async function mustEndWell(running: ReturnType<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`a command ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}
