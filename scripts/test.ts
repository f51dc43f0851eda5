import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { localDirectory } from "./checkout.ts";
import { checkoutVariables } from "./checkoutVariables.ts";
import { runHere } from "./devStack.ts";
import { checkoutPulumiHome } from "./environment.ts";
import { runScript } from "./runScript.ts";
import { countsLine, kindLines, type JestReport } from "./testReport.ts";
import { ensureEngine } from "./toolchain/engine.ts";
import { ensurePlugins, standInLine } from "./toolchain/plugins.ts";

// Two runs may go on at once. Who starts one and reads its report says where it is to be, and removes it.
const wantedReport = checkoutVariables.MATVIEW_TEST_REPORT;
const reportFile = wantedReport ?? join(localDirectory, `jest-${process.pid}.json`);
const jest = join("node_modules", "jest", "bin", "jest.js");

// Runs the tests, with jest's own arguments: npm test -- test/unit/settings.test.ts
await runScript(async () => {
  const args = process.argv.slice(2);
  if (needsEngine(args)) {
    const engine = await ensureEngine();
    const standIns = standInLine(await ensurePlugins(checkoutPulumiHome, engine));
    if (standIns !== undefined) console.error(standIns);
  }
  mkdirSync(localDirectory, { recursive: true });
  const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  // One more than the processors of a small machine: the tests of pg_cron's own runs wait for its minutes.
  const settings = ["--maxWorkers=3", "--json", `--outputFile=${reportFile}`];
  const code = await runHere(process.execPath, [...flags, jest, ...settings, ...args], process.env);
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, "utf8")) as JestReport) : undefined;
  if (wantedReport === undefined) rmSync(reportFile, { force: true });
  for (const line of report ? kindLines(report) : []) console.log(line);
  const { line, failed } = countsLine(report, code);
  console.log(line);
  return failed > 0 ? 1 : 0;
});

/** True where the arguments do not confine jest to tests that run without the engine and its plugins. */
function needsEngine(args: readonly string[]): boolean {
  const start = args.indexOf("--selectProjects");
  const rest = start < 0 ? args : args.slice(start + 1);
  const end = rest.findIndex((arg) => arg.startsWith("-"));
  const named = end < 0 ? rest : rest.slice(0, end);
  return named.length === 0 || !named.every((name) => /^(\.\/)?(test\/)?(unit|integration)(\/|$)/.test(name));
}
