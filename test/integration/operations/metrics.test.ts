import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test as plain } from "@jest/globals";
import { alertRules } from "../../../operations/metrics/alertRules.ts";
import { findExecutable, run } from "../../../scripts/toolchain/executables.ts";
import { createDashboard, runMatview, startMatview, STAMP, VIEW } from "../../support/dashboard.ts";
import { withDatabase } from "../../support/database.ts";
import { testsWith } from "../../support/lent.ts";

const promtool = findExecutable("promtool");
const flags = ["--stamp", STAMP, "--spot-check", ":3230", "--max-age", "10m"];

async function withDashboard(action: (url: string) => Promise<void>): Promise<void> {
  await withDatabase(async ({ client, url }) => {
    await createDashboard(client, { stampMinutes: 3 });
    await action(url);
  });
}

const test = testsWith(withDashboard);

test("the metrics hold rows, age, limit and spot checks of the view", async (url) => {
  const { code, stdout } = await runMatview(["metrics", VIEW, ...flags], url);
  expect(code).toBe(0);
  expect(stdout).toContain(`matview_rows{view="${VIEW}"} 3230\n`);
  expect(stdout).toContain(`matview_age_limit_seconds{view="${VIEW}"} 600\n`);
  expect(stdout).toContain(`matview_spot_check_rows{view="${VIEW}",spot_check=":3230"} 3230\n`);
  const age = /^matview_age_seconds\{view=".*",source="stamp"\} ([\d.]+)$/m.exec(stdout)?.[1];
  expect(Number(age)).toBeGreaterThanOrEqual(180);
});

test("the server answers each request with what is so now, on loopback only, and ends with Ctrl-C", async (url) => {
  const child = startMatview(["metrics", VIEW, "--serve", "0", ...flags], url);
  const ended = once(child, "close");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const address = /^(http:\/\/127\.0\.0\.1:\d+\/metrics) until Ctrl-C\n$/.exec(line.toString())?.[1] ?? "";
  const response = await fetch(address);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await response.text()).toContain(`matview_populated{view="${VIEW}"} 1`);
  expect((await fetch(address.replace("/metrics", "/"))).status).toBe(404);
  child.kill("SIGINT");
  expect((await ended)[0]).toBe(0);
});

test("rules and dashboard are one set for all views, and ask for metrics that there are", async (url) => {
  const rules = (await runMatview(["metrics", "--rules"], "postgresql://nobody@127.0.0.1:1/nowhere")).stdout;
  const dashboard = (await runMatview(["metrics", "--dashboard"], url)).stdout;
  const { templating } = JSON.parse(dashboard) as { templating: { list: { name: string; definition: string }[] } };
  expect(templating.list.find(({ name }) => name === "view")?.definition).toMatch(
    /^label_values\(matview_info\{.*, view\)$/,
  );
  const metrics = (await runMatview(["metrics", VIEW, ...flags], url)).stdout;
  const asked = new Set([...`${dashboard}${rules}`.matchAll(/\bmatview_\w+/g)].map(([name]) => name));
  expect([...asked].filter((name) => !metrics.includes(`# TYPE ${name} gauge`))).toEqual([]);
});

const withPromtool = promtool === undefined ? plain.skip : plain;

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "matview-rules-"));
  try {
    writeFileSync(join(folder, "rules.yaml"), alertRules());
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

withPromtool("promtool finds nothing wrong with rules and metrics", async () => {
  await withDashboard((url) =>
    inFolder(async (folder) => {
      const { stdout } = await promisify(execFile)(promtool!, ["check", "rules", join(folder, "rules.yaml")]);
      expect(stdout).toContain("SUCCESS: 9 rules found");
      const { stdout: metrics } = await runMatview(["metrics", VIEW, ...flags], url);
      const checking = promisify(execFile)(promtool!, ["check", "metrics"]);
      checking.child.stdin?.end(metrics);
      expect(await checking).toEqual({ stdout: "", stderr: "" });
    }),
  );
});

/** What two servers measure, whose views have the same names: one value a minute for two hours. */
const series = (instance: string, view: string, samples: Readonly<Record<string, string>>) =>
  Object.entries(samples).map(([metric, values]) => ({
    series: metric.replace("{", `{instance="${instance}",view=${JSON.stringify(view)},`),
    values,
  }));
const FINE = {
  'matview_info{job="refresh"}': "1x120",
  'matview_age_seconds{source="stamp"}': "60x120",
  'matview_age_seconds{source="history"}': "60x120",
  "matview_age_limit_seconds{}": "600x120",
  "matview_job_active{}": "1x120",
  "matview_launcher_up{}": "1x120",
  "matview_populated{}": "1x120",
  'matview_runs_last_day{status="succeeded"}': "288x120",
  'matview_runs_last_day{status="failed"}': "0x120",
  'matview_check_verdict{check="spot_checks"}': "0x120",
};
const FORGOTTEN = Object.fromEntries(Object.keys(FINE).map((name) => [name, "1x60"]));
const ODD = 'public."Año ""1"""';

withPromtool.each([
  ["nothing is wrong", {}, {}],
  ["the stamp is old", { 'matview_age_seconds{source="stamp"}': "700x120" }, { MatviewStale: [ODD] }],
  [
    "runs alone say how old it is",
    { 'matview_age_seconds{source="stamp"}': "_x120", 'matview_age_seconds{source="history"}': "700x120" },
    { MatviewStale: [ODD] },
  ],
  [
    "it has no job, and no run is known",
    {
      'matview_age_seconds{source="stamp"}': "_x120",
      'matview_age_seconds{source="history"}': "_x120",
      "matview_age_limit_seconds{}": "_x120",
      "matview_job_active{}": "0x120",
    },
    { MatviewAgeUnknown: [ODD], MatviewJobInactive: [ODD] },
  ],
  ["it was dropped and is declared", { "matview_populated{}": "0x120" }, { MatviewUnpopulated: [ODD] }],
  ["runs fail", { 'matview_runs_last_day{status="failed"}': "4x120" }, { MatviewRunsFail: [ODD] }],
  ["a spot check is not met", { 'matview_check_verdict{check="spot_checks"}': "2x120" }, { MatviewSpotCheck: [ODD] }],
  ["the launcher died", { "matview_launcher_up{}": "0x120" }, { MatviewLauncherDown: [undefined] }],
  ["it was dropped and is not declared", FORGOTTEN, { MatviewGone: [ODD] }],
] as const)("of two views and two servers one is told of: %s", async (_, broken, alerts) => {
  await inFolder(async (folder) => {
    const input = [
      ...series("a:9188", ODD, { ...FINE, ...broken }),
      ...series("a:9188", "public.mv", FINE),
      ...series("b:9188", ODD, FINE),
    ];
    await expectAlerts(folder, input, alerts);
  });
});

withPromtool(
  "a server that is not scraped any more is told of once, whatever its views, and so is the last one",
  async () => {
    await inFolder(async (folder) => {
      const gone = ["public.a", "public.b"].flatMap((view) => series("a:9188", view, FORGOTTEN));
      await expectAlerts(folder, [...gone, ...series("b:9188", "public.a", FINE)], {
        MatviewMetricsMissing: [undefined],
      });
      await expectAlerts(folder, gone, { MatviewMetricsMissing: [undefined] });
      await expectAlerts(folder, [], { MatviewMetricsMissing: [undefined] });
    });
  },
);

async function expectAlerts(
  folder: string,
  input: readonly object[],
  expected: Readonly<Record<string, readonly (string | undefined)[]>>,
): Promise<void> {
  const names = [...alertRules().matchAll(/alert: (\w+)/g)].map(([, name = ""]) => name);
  // It says what fires instead.
  const tests = names.map((alertname) => ({ eval_time: "110m", alertname, exp_alerts: [] }));
  const file = join(folder, "test.json");
  writeFileSync(
    file,
    JSON.stringify({
      rule_files: ["rules.yaml"],
      tests: [{ interval: "1m", input_series: input, alert_rule_test: tests }],
    }),
  );
  const said = await run(promtool!, ["test", "rules", file]);
  const found: Record<string, (string | undefined)[]> = {};
  for (const [, labels = ""] of `${said.stdout}${said.stderr}`.matchAll(/Labels:(\{.*\})/g)) {
    const read = (label: string): string | undefined => new RegExp(`\\b${label}=("(?:\\\\.|[^"])*")`).exec(labels)?.[1];
    const [name, view] = [read("alertname"), read("view")].map((text) => text && (JSON.parse(text) as string));
    (found[name ?? ""] ??= []).push(view);
  }
  expect(found).toEqual(expected);
}

test("a concurrent refresh is measured beside readers and writers, and nothing that they wrote stays", async (url) => {
  const { code, stdout, stderr } = await runMatview(["realtime", VIEW, "--json", "--limit-ms", "60000"], url);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { probes, refreshMs } = JSON.parse(stdout) as {
    refreshMs: number[];
    probes: { name: string; refreshing: { count: number } }[];
  };
  expect(probes.map(({ name }) => name)).toEqual([
    "read the view",
    "read mensajes_whatsapp",
    "write mensajes_whatsapp",
  ]);
  expect(probes.every(({ refreshing }) => refreshing.count > 0)).toBe(true);
  expect(refreshMs).toHaveLength(3);
});

test("what takes longer than the limit is told by the exit status", async (url) => {
  expect((await runMatview(["realtime", VIEW, "--limit-ms", "0.001"], url)).code).toBe(1);
});
