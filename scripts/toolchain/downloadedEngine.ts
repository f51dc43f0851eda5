import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withProgress } from "../../postgres/progress.ts";
import { cacheDirectory, checkout } from "../checkout.ts";
import type { Engine } from "./engineFiles.ts";
import { isExecutable, lastLine } from "./executables.ts";

const packageDirectory = join(checkout, "node_modules", "pulumi");
const firstAnswerMs = 10_000;
const wholeDownloadMs = 10 * 60_000;

/** The engine that the npm package `pulumi` downloaded earlier. */
export function downloadedEngine(): Engine | undefined {
  const { version } = JSON.parse(readFileSync(join(packageDirectory, "package.json"), "utf8")) as { version: string };
  const binDirectory = join(cacheDirectory, "versions", version, "bin");
  return isExecutable(join(binDirectory, "pulumi")) ? { binDirectory, version, source: "downloaded" } : undefined;
}

/** Lets the npm package `pulumi` download the engine. A host that cannot be reached is given up after seconds. */
export async function downloadEngine(): Promise<Engine | { failure: string }> {
  const failure = await withProgress("Downloading the Pulumi engine", runDownloader);
  return downloadedEngine() ?? { failure: failure || "the download left no engine" };
}

/** Resolves to what went wrong, or to nothing. */
function runDownloader(): Promise<string> {
  // The package installs below PULUMI_HOME; the user's own stays as it is.
  const env = { ...process.env, PULUMI_HOME: cacheDirectory, PULUMI_VERSION: "" };
  const child = spawn(process.execPath, [join(packageDirectory, "run.js"), "version"], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const stop = (reason: string) => {
    said = reason;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  let timer = setTimeout(() => stop(`no answer within ${firstAnswerMs / 1_000} s`), firstAnswerMs);
  child.stderr.on("data", (text) => (said += text));
  // The first line on stdout is the installer's own: its host has answered.
  child.stdout.once("data", () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop(`not finished after ${wholeDownloadMs / 60_000} minutes`), wholeDownloadMs);
  });
  child.stdout.resume();
  return new Promise((resolve) => {
    const settle = (reason: string) => {
      clearTimeout(timer);
      resolve(reason);
    };
    child.once("error", (error) => settle(error.message));
    child.once("close", (code) => settle(code === 0 ? "" : lastLine(said).replace(/^pulumi: /, "")));
  });
}
