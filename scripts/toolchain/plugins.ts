import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { withProgress } from "../../postgres/progress.ts";
import { checkout, localDirectory } from "../checkout.ts";
import { checkoutVariables } from "../checkoutVariables.ts";
import { engineEnvironment } from "../environment.ts";
import type { Engine } from "./engineFiles.ts";
import { isExecutable, lastLine, run } from "./executables.ts";

/** A provider plugin that a program needs: which one, and what serves it here. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  /** Why a stand-in serves it; undefined for the real plugin. */
  readonly standsInBecause: string | undefined;
}

const names = ["command", "postgresql"];
const installTimeoutMs = 5 * 60_000;
const failureLastsMs = 6 * 60 * 60_000;
const failureFile = join(localDirectory, "plugins-unreachable.json");

/**
 * Puts the plugins of @pulumi/command and @pulumi/postgresql into a Pulumi home of this checkout: the real ones if the user
 * has them or they can be installed, else the stand-ins of test/doubles.
 */
export async function ensurePlugins(pulumiHome: string, engine: Engine): Promise<Plugin[]> {
  const plugins: Plugin[] = [];
  for (const name of names) {
    const version = packageVersion(name);
    const failure = await ensureRealPlugin(name, version, pulumiHome, engine);
    if (failure !== undefined) installDouble(name, version, pulumiHome);
    plugins.push({ name, version, standsInBecause: failure });
  }
  return plugins;
}

/** One line that says which plugins are stand-ins and why; nothing where all are real. */
export function standInLine(plugins: readonly Plugin[]): string | undefined {
  const doubles = plugins.filter(({ standsInBecause }) => standsInBecause !== undefined);
  if (doubles.length === 0) return undefined;
  const packages = doubles.map(({ name }) => `@pulumi/${name}`).join(" and ");
  const reasons = [...new Set(doubles.map(({ standsInBecause }) => standsInBecause))].join("; ");
  return `Using the stand-ins of test/doubles for the plugins of ${packages}, as ${reasons}.`;
}

/** The real plugin where this user has it already: MATVIEW_REAL_PLUGINS lists folders, and the user's own Pulumi home counts. */
export function findRealPlugin(name: string, version = packageVersion(name)): string | undefined {
  const userHome = process.env["PULUMI_HOME"] || join(homedir(), ".pulumi");
  const folders = [...(checkoutVariables.MATVIEW_REAL_PLUGINS ?? "").split(delimiter), join(userHome, "plugins")];
  return folders
    .filter((folder) => folder !== "")
    .flatMap((folder) => [join(folder, `resource-${name}-v${version}`), folder])
    .map((folder) => join(folder, `pulumi-resource-${name}`))
    .find((file) => isExecutable(file) && !isDouble(file));
}

/** The version of a plugin is that of the installed package. */
function packageVersion(name: string): string {
  const manifest = join(checkout, "node_modules", "@pulumi", name, "package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** Nothing when the real plugin is in place, else why it is not. */
async function ensureRealPlugin(
  name: string,
  version: string,
  pulumiHome: string,
  engine: Engine,
): Promise<string | undefined> {
  const file = pluginFile(name, version, pulumiHome);
  if (isExecutable(file) && !isDouble(file)) return undefined;
  const found = findRealPlugin(name, version);
  if (found !== undefined) {
    replaceDirectory(join(file, ".."), (draft) => symlinkSync(found, join(draft, `pulumi-resource-${name}`)));
    return undefined;
  }
  const earlier = rememberedFailure();
  if (earlier !== undefined) return earlier;
  const failure = await withProgress(`Installing the plugin of @pulumi/${name}`, () =>
    installPlugin(name, version, pulumiHome, engine),
  );
  if (failure !== undefined) rememberFailure(failure);
  return failure;
}

/** Into a home of its own first, so that an install that is cut off, or runs twice, leaves the real home whole. */
async function installPlugin(
  name: string,
  version: string,
  pulumiHome: string,
  engine: Engine,
): Promise<string | undefined> {
  mkdirSync(localDirectory, { recursive: true });
  const draftHome = mkdtempSync(join(localDirectory, "plugin-"));
  try {
    const env = engineEnvironment({ engine, pulumiHome: draftHome });
    const pulumi = join(engine.binDirectory, "pulumi");
    const args = ["plugin", "install", "resource", name, version];
    const { code, stderr } = await run(pulumi, args, { env, timeoutMs: installTimeoutMs, giveUpAt: /Will retry/ });
    if (code !== 0) return `the plugin's host could not be reached (${failureIn(stderr)})`;
    const installed = join(pluginFile(name, version, draftHome), "..");
    replaceDirectory(join(pluginFile(name, version, pulumiHome), ".."), (draft) => {
      rmSync(draft, { recursive: true });
      renameSync(installed, draft);
    });
    return undefined;
  } finally {
    rmSync(draftHome, { recursive: true, force: true });
  }
}

/** The words after the last colon of the first warning: the rest is addresses. */
function failureIn(stderr: string): string {
  const warning = /^warning: .*/m.exec(stderr)?.[0] ?? lastLine(stderr);
  return warning.split(": ").at(-1)!;
}

/** A launcher for the stand-in in this checkout, rewritten when the checkout has moved. */
function installDouble(name: string, version: string, pulumiHome: string): void {
  const file = pluginFile(name, version, pulumiHome);
  const main = join(checkout, "test", "doubles", name, "main.ts");
  const quoted = `'${main.replaceAll("'", `'\\''`)}'`;
  const text = `#!/bin/sh\n${doubleMark}\nexec node --disable-warning=ExperimentalWarning ${quoted} "$@"\n`;
  if (existsSync(file) && isDouble(file) && readFileSync(file, "utf8") === text) return;
  replaceDirectory(join(file, ".."), (draft) =>
    writeFileSync(join(draft, `pulumi-resource-${name}`), text, { mode: 0o755 }),
  );
}

const doubleMark = "# A stand-in for the real plugin, served by this checkout.";

function isDouble(file: string): boolean {
  const text = readFileSync(file);
  return text.length < 4_096 && text.toString("utf8").includes(doubleMark);
}

function pluginFile(name: string, version: string, pulumiHome: string): string {
  return join(pulumiHome, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}

/** Fills a new folder and puts it in the place of the old one. */
function replaceDirectory(target: string, fill: (draft: string) => void): void {
  mkdirSync(join(target, ".."), { recursive: true });
  // The engine takes every folder below plugins/ for a plugin: the draft is made beside that.
  const draft = mkdtempSync(join(target, "..", "..", "draft-"));
  fill(draft);
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
}

/** An unreachable host costs seconds at every run, so it is asked again only after some hours. */
function rememberedFailure(): string | undefined {
  if (!existsSync(failureFile)) return undefined;
  const { at, reason } = JSON.parse(readFileSync(failureFile, "utf8")) as { at: number; reason: string };
  return Date.now() - at < failureLastsMs ? reason : undefined;
}

function rememberFailure(reason: string): void {
  writeFileSync(failureFile, JSON.stringify({ at: Date.now(), reason }));
}
