import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { browse, findBrowser } from "../../../scripts/toolchain/browser.ts";
import {
  createDashboard,
  DAY_OF_RUNS,
  launcherRuns,
  recordRuns,
  runMatview,
  scheduleJob,
  STAMP,
  VIEW,
} from "../../support/dashboard.ts";
import { withServer } from "../../support/database.ts";

const chromium = findBrowser() ?? "";
// Without a browser the pages are not looked at: apt-get install chromium.
const inBrowser = chromium === "" ? test.skip : test;

let folder = "";
let page = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "matview-report-"));
  await withServer({ cronDatabase: "app" }, async ({ client, url }) => {
    await launcherRuns(client);
    await createDashboard(client, { stampMinutes: 10 });
    // As long as a name may be, and without a place to break it.
    const jobId = await scheduleJob(client, `<script>alert(1)</script>${"x".repeat(38)}`);
    await recordRuns(client, jobId, [
      ...DAY_OF_RUNS.slice(0, 12),
      ...DAY_OF_RUNS.slice(15, 22),
      { minutesAgo: 70, status: "failed", message: "ERROR:  no\nDETAIL:  Row (Osmara Salcedo)" },
      ...DAY_OF_RUNS.slice(23),
    ]);
    const file = join(folder, "report.html");
    const flags = ["--stamp", STAMP, "--spot-check", "ejecutivo_id:live", "--out", file];
    const { code, stderr } = await runMatview(["report", VIEW, ...flags], url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    page = readFileSync(file, "utf8");
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the report needs no network, and holds no row of the view", () => {
  expect(page).not.toMatch(/https?:|<link|<script|@import|url\(/);
  expect(page).not.toContain("Osmara");
});

test("what the database says is text on the page", () => {
  expect(page).toContain("&#60;script&#62;alert(1)&#60;/script&#62;");
});

test("the report shows runs, gaps, checks, size and spot checks", () => {
  expect(page.match(/<rect class="ok"/g)?.length).toBeGreaterThan(19);
  expect(page.match(/<rect class="bad"/g)).toHaveLength(2);
  expect(page).toMatch(/no run for 4 h, from /);
  for (const title of ["Checks", "Runs", "Durations", "Age", "Gaps", "Size", "Spot checks"])
    expect(page).toContain(`<h3>${title}</h3>`);
});

inBrowser.each([
  ["a phone", 390],
  ["a desk", 1200],
])("nothing on the page is wider than the screen of %s", async (_, width) => {
  const measured = join(folder, `${width}.html`);
  const script = "<script>document.title = [document.documentElement.scrollWidth, innerWidth].join(' of ')</script>";
  writeFileSync(measured, page.replace("</body>", `${script}</body>`));
  const dom = await browse(chromium, ["--dump-dom", `--window-size=${width},900`, `file://${measured}`]);
  const [, content, screen] = /<title>(\d+) of (\d+)<\/title>/.exec(dom) ?? [];
  expect(Number(content)).toBeGreaterThan(0);
  expect(Number(content)).toBeLessThanOrEqual(Number(screen));
});

inBrowser("light and dark are different pictures of the same page", async () => {
  const file = join(folder, "shown.html");
  writeFileSync(file, page);
  const shoot = async (name: string, ...more: string[]): Promise<Buffer> => {
    const picture = join(folder, `${name}.png`);
    await browse(chromium, [`--screenshot=${picture}`, "--window-size=1000,1800", ...more, `file://${file}`]);
    expect(statSync(picture).size).toBeGreaterThan(20_000);
    return readFileSync(picture);
  };
  const light = await shoot("light", "--blink-settings=preferredColorScheme=1");
  const dark = await shoot("dark", "--blink-settings=preferredColorScheme=0");
  expect(light.equals(dark)).toBe(false);
});
