import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { escapeIdentifier } from "pg";
import type { Client } from "pg";
import stringWidth from "string-width";
import { appServer, DAY_OF_RUNS, recordRuns, runMatview, scheduleJob } from "../../support/dashboard.ts";
import type { Ended } from "../../support/dashboard.ts";

const LONG = `mv_${"nombre_largo_".repeat(4)}12345678`;
const ODD = [LONG, "売上一覧".repeat(5), `O'Brien "citado" ${"y".repeat(45)}`, "<i>\u001b[31mrojo\u001b[2J\t"];
const PLAIN = Array.from({ length: 40 }, (_, index) => `mv_${String(index).padStart(2, "0")}`);
const NOT_HEALTHY = ["mv_00", "mv_01", "mv_02", "mv_03", "mv_04", LONG];

const app = appServer(async (client) => {
  await client.query("create table fuente (id int primary key)");
  await client.query("insert into fuente select generate_series(1, 10)");
  for (const name of [...PLAIN, ...ODD]) await makeView(client, name);
});

/** Six of them have something of their own that is wrong. */
async function makeView(client: Client, name: string): Promise<void> {
  const view = `public.${escapeIdentifier(name)}`;
  await client.query(
    `create materialized view ${view} as select id from fuente with ${name === "mv_00" ? "no" : ""} data`,
  );
  if (name !== "mv_01") await client.query(`create unique index on ${view} (id)`);
  if (name === "mv_02") return;
  const jobId = await scheduleJob(client, `refresh-${name}`, undefined, view);
  if (name === "mv_03") await client.query("update cron.job set active = false where jobid = $1", [jobId]);
  const failed =
    name === "mv_04" || name === LONG ? { status: "failed", message: `ERROR:  no\n${"x".repeat(200)}` } : {};
  await recordRuns(
    client,
    jobId,
    DAY_OF_RUNS.map((run, hour) => (hour > 20 ? { ...run, ...failed } : run)),
  );
}

const matview = (...words: string[]): Promise<Ended> => runMatview(words, app().url);

function lines({ stdout }: Ended): string[] {
  expect(stdout).not.toContain("\u001b[2J");
  return stdout.trimEnd().split("\n");
}

/** The views' names in the rows of the first table, in their order: a row's first line has a verdict or a name. */
function rowsOf(text: readonly string[], column: number): string[] {
  const end = text.findIndex((line) => line.startsWith("└"));
  return text
    .slice(0, end)
    .filter((line) => line.startsWith("│"))
    .map((line) => line.split("│")[column + 1]?.trim() ?? "");
}

test.each([
  ["status", 1],
  ["verify", 2],
  ["doctor", 1],
  ["history", 1],
])("of many views %s tells how many are healthy, in 80 columns", async (verb, code) => {
  const ended = await matview(verb);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: "" });
  const text = lines(ended);
  // What is to be run or followed is not broken.
  for (const line of text.filter((one) => !/^ +(fix|more|matview|pulumi|export) |;$/.test(one)))
    expect(stringWidth(line)).toBeLessThanOrEqual(80);
  const count = verb === "history" ? "41 healthy, 3 not:" : `${PLAIN.length + ODD.length - 6} healthy, 6 not:`;
  expect(text.filter((line) => line.startsWith(count))).toHaveLength(1);
  // One row a view, or an overview with ten parts at most.
  expect(text.length).toBeLessThan(verb === "history" ? 110 : 130);
});

test("status has a row for each view, the worst first", async () => {
  const text = lines(await matview("status"));
  const health = rowsOf(text, 0).filter((cell) => cell !== "");
  expect(health.slice(0, 7)).toEqual(["health", ...NOT_HEALTHY.map(() => "failing")]);
  expect(health.slice(7)).toEqual([...PLAIN, ...ODD].slice(6).map(() => "healthy"));
});

test("what is healthy is not shown by verify, doctor and history, and one view alone is shown whole", async () => {
  for (const verb of ["verify", "doctor", "history"]) {
    const { stdout } = await matview(verb);
    expect(stdout).not.toContain("mv_30");
    expect(stdout).toMatch(new RegExp(`Not shown: \\d+ that are healthy\\. matview ${verb} VIEW shows one\\.`));
  }
  expect((await matview("verify", "mv_30")).stdout.match(/│ pass /g)).toHaveLength(8);
  expect((await matview("status", "mv_30")).stdout).toMatch(/health +│ healthy/);
  expect((await matview("doctor", "mv_30")).stdout).toBe("public.mv_30: nothing found\n");
});

test("a view whose runs are not known hides no other, and is refused alone", async () => {
  const { stdout } = await matview("history");
  expect(stdout).toContain("public.mv_02 has no job; matview doctor public.mv_02 says more");
  expect(stdout).toContain("public.mv_04, job refresh-mv_04");
  const told = JSON.parse((await matview("history", "--json")).stdout) as { view: string; problem?: string }[];
  expect(told.filter(({ problem }) => problem !== undefined).map(({ view }) => view)).toEqual(["public.mv_02"]);
  expect(await matview("history", "mv_02")).toEqual({
    code: 1,
    stdout: "",
    stderr: "matview history: public.mv_02 has no job; matview doctor public.mv_02 says more\n",
  });
});

test("a view that a plain refresh holds keeps nobody from seeing the others", async () => {
  const { client } = app();
  await client.query("begin");
  try {
    await client.query("refresh materialized view public.mv_30");
    const { code, stdout } = await matview("status");
    expect(code).toBe(1);
    expect(stdout).toContain("38 healthy, 6 not:");
    expect((await matview("status", "mv_30", "--stamp", "id")).stderr).toBe(
      "the stamp of public.mv_30 cannot be read, its age is that of the last run: its readers wait for a refresh or a change\n",
    );
  } finally {
    await client.query("rollback");
  }
});

test("a reader that stops early is no error", async () => {
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    const command = `"${process.execPath}" operations/commandLine/matview.ts status | head -1`;
    const env = { ...process.env, NO_COLOR: "1", MATVIEW_DATABASE_URL: app().url };
    execFile("sh", ["-c", command], { env }, (_, out, err) => resolve({ stdout: out, stderr: err }));
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^┌─+┬/);
});

describe("the report", () => {
  test("tells first of what is not healthy, and folds the rest", async () => {
    const folder = mkdtempSync(join(tmpdir(), "matview-many-"));
    try {
      const file = join(folder, "report.html");
      const { code, stdout } = await matview("report", "--out", file);
      expect(code).toBe(0);
      expect(stdout).toContain("44 views, 38 healthy, 6 not:");
      const page = readFileSync(file, "utf8");
      expect(page.match(/<details id="view-\d+" open>/g)).toHaveLength(6);
      expect(page.match(/<details id="view-\d+">/g)).toHaveLength(38);
      const overview = page.slice(0, page.indexOf("<details"));
      for (const name of NOT_HEALTHY) expect(overview).toContain(`public.${name}</a>`);
      expect(overview).not.toContain("mv_30");
      expect(page).not.toContain("<i>");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
