import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test as plain } from "@jest/globals";
import { parse } from "yaml";
import { findExecutable } from "../../../scripts/toolchain/executables.ts";
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

test("the alert rules have the declared limit, and the dashboard asks for metrics that there are", async (url) => {
  const rules = parse((await runMatview(["metrics", VIEW, "--rules", ...flags], url)).stdout) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  const stale = rules.groups[0]?.rules.find(({ alert }) => alert === "MatviewStale");
  expect(stale?.expr).toMatch(/> 600$/);
  const dashboard = (await runMatview(["metrics", VIEW, "--dashboard", ...flags], url)).stdout;
  const metrics = (await runMatview(["metrics", VIEW, ...flags], url)).stdout;
  const asked = new Set([...`${dashboard}${JSON.stringify(rules)}`.matchAll(/\bmatview_\w+/g)].map(([name]) => name));
  expect([...asked].filter((name) => !metrics.includes(`# TYPE ${name} gauge`))).toEqual([]);
});

(promtool === undefined ? plain.skip : plain)("promtool finds nothing wrong with rules and metrics", async () => {
  await withDashboard(async (url) => {
    const folder = mkdtempSync(join(tmpdir(), "matview-rules-"));
    try {
      const file = join(folder, "rules.yaml");
      writeFileSync(file, (await runMatview(["metrics", VIEW, "--rules"], url)).stdout);
      const { stdout } = await promisify(execFile)(promtool!, ["check", "rules", file]);
      expect(stdout).toContain("SUCCESS: 8 rules found");
      const { stdout: metrics } = await runMatview(["metrics", VIEW, ...flags], url);
      const checking = promisify(execFile)(promtool!, ["check", "metrics"]);
      checking.child.stdin?.end(metrics);
      expect(await checking).toEqual({ stdout: "", stderr: "" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

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
