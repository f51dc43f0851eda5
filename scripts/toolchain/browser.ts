import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findExecutable, run } from "./executables.ts";

/** What the browsers that can show a page without a screen are called. */
export const BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** The first of them that is installed. */
export function findBrowser(): string | undefined {
  return BROWSERS.map((name) => findExecutable(name)).find((found) => found !== undefined);
}

/**
 * Runs a browser with a profile of its own; resolves to what it printed.
 * @throws when it fails
 */
export async function browse(browser: string, words: readonly string[]): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "matview-browser-"));
  try {
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--user-data-dir=${profile}`];
    const { code, stdout, stderr } = await run(browser, [...flags, ...words]);
    if (code !== 0) throw new Error(`${browser} ended with ${code}: ${stderr}`);
    return stdout;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
