import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../operations/commandLine/table.ts";
import { localDirectory } from "./checkout.ts";
import { ensureInstallation } from "./database/packages.ts";
import { runHere } from "./devStack.ts";
import { runScript } from "./runScript.ts";
import { countsLine, type JestReport } from "./testReport.ts";

const VERSIONS = ["15", "17", "18"];
const MODES = ["libpq", "workers"];

interface Run {
  readonly version: string;
  readonly mode: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

// The integration and lifecycle tests on each PostgreSQL with its pg_cron, in both of its modes; what `program` tests ask is no matter of the
// server. What follows "--" goes to jest:
//   npm run test:matrix -- --versions 15,17 --modes libpq -- --testPathPatterns refreshJob
await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { versions: { type: "string" }, modes: { type: "string" } },
  });
  const versions = chosen(values.versions, VERSIONS);
  const modes = chosen(values.modes, MODES);
  const runs: Run[] = [];
  for (const version of versions) {
    const { build } = await ensureInstallation(version);
    for (const mode of modes) {
      console.error(`\n${build}, pg_cron in ${mode} mode`);
      runs.push(await testsOn(version, mode, positionals));
    }
  }
  return print(versions, runs);
});

/** @throws when something is named that is not there to choose. */
function chosen(list: string | undefined, all: readonly string[]): readonly string[] {
  const names = list?.split(",") ?? all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`the matrix has no ${unknown.join(", ")}; it has ${all.join(", ")}`);
  return names;
}

async function testsOn(version: string, mode: string, jestArgs: readonly string[]): Promise<Run> {
  const start = Date.now();
  const file = join(localDirectory, `jest-matrix-${process.pid}.json`);
  const env = {
    ...process.env,
    MATVIEW_POSTGRES_VERSION: version,
    MATVIEW_CRON_MODE: mode,
    MATVIEW_TEST_REPORT: file,
  };
  const script = join(import.meta.dirname, "test.ts");
  const args = [script, "--selectProjects", "integration", "lifecycle", ...jestArgs];
  const code = await runHere(process.execPath, args, env);
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as JestReport) : undefined;
  rmSync(file, { force: true });
  const { failed } = countsLine(report, code);
  return { version, mode, passed: report?.numPassedTests ?? 0, failed, seconds: (Date.now() - start) / 1_000 };
}

function print(versions: readonly string[], runs: readonly Run[]): number {
  const head = ["PostgreSQL", "pg_cron mode", "passed", "failed", "seconds"];
  const lines = runs.map(({ version, mode, passed, failed, seconds }) =>
    [version, mode, passed, failed, Math.round(seconds)].map(String),
  );
  const total = (key: "passed" | "failed"): number => runs.reduce((sum, run) => sum + run[key], 0);
  console.log(`\n${table(head, lines)}`);
  console.log(`RESULT versions=${versions.join(",")} passed=${total("passed")} failed=${total("failed")}`);
  return total("failed") > 0 ? 1 : 0;
}
