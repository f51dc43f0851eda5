import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { withProgress } from "../../postgres/progress.ts";
import { cacheDirectory, checkout } from "../checkout.ts";
import type { Engine } from "./engineFiles.ts";
import { findExecutable, isExecutable, lastLine, run } from "./executables.ts";

const modules = [
  { directory: "cli", program: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", name: "pulumi" },
  {
    directory: "languageHost",
    program: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    name: "language-host",
  },
].map((module) => ({ ...module, directory: join(import.meta.dirname, module.directory) }));

const hostLauncher = join(import.meta.dirname, "languageHost", "launch.sh");
const launcher = "pulumi-resource-pulumi-nodejs";

const abandonedAfterMs = 24 * 60 * 60_000;

// From this version on, Go itself fetches the newer Go that go.mod asks for.
const oldestGoMinor = 21;

/** The engine that was built earlier from the files of this checkout. */
export function builtEngine(): Engine | undefined {
  const binDirectory = builtDirectory();
  // The launcher is put there last.
  return isExecutable(join(binDirectory, launcher))
    ? { binDirectory, version: moduleVersion(modules[0]!.directory), source: "built" }
    : undefined;
}

/** Builds the engine and the Node.js language host from their published Go modules: minutes the first time. */
export async function buildEngine(): Promise<Engine | { failure: string }> {
  const go = findExecutable("go");
  if (go === undefined) return { failure: "PATH has no Go" };
  const goVersion = /go1\.(\d+)/.exec((await run(go, ["env", "GOVERSION"], { env: goEnvironment() })).stdout);
  if (Number(goVersion?.[1] ?? 0) < oldestGoMinor) return { failure: `${go} is older than 1.${oldestGoMinor}` };
  const target = builtDirectory();
  mkdirSync(dirname(target), { recursive: true });
  removeAbandoned(dirname(target));
  const building = mkdtempSync(`${target}.building-`);
  try {
    for (const module of modules) {
      const failure = await withProgress(`Building ${module.name} with Go`, () => buildProgram(go, module, building));
      if (failure) return { failure };
    }
    const scripts = [
      [hostLauncher, "pulumi-language-nodejs"],
      [join(checkout, "node_modules", "@pulumi", "pulumi", launcher), launcher],
    ] as const;
    for (const [source, name] of scripts) {
      copyFileSync(source, join(building, name));
      chmodSync(join(building, name), 0o755);
    }
    moveIntoPlace(building, target);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return builtEngine() ?? { failure: `${target} is not complete: remove it` };
}

async function buildProgram(
  go: string,
  { directory, program, name }: (typeof modules)[number],
  target: string,
): Promise<string | undefined> {
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${moduleVersion(directory)}`;
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w -X ${version}`];
  const output = join(target, name);
  const { code, stderr } = await run(go, ["build", ...flags, "-o", output, program], {
    cwd: directory,
    env: goEnvironment(),
  });
  return code === 0 ? undefined : `go build: ${lastLine(stderr)}`;
}

/** What builds that were cut off left behind; none takes a day. */
function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache).filter((entry) => entry.includes(".building-"))) {
    const directory = join(cache, name);
    const age = Date.now() - (statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > abandonedAfterMs) rmSync(directory, { recursive: true, force: true });
  }
}

/** Two builds at once both end here; the first one stays, as both are the same. */
function moveIntoPlace(building: string, target: string): void {
  try {
    renameSync(building, target);
  } catch (error) {
    if (!isExecutable(join(target, launcher))) throw error;
  }
}

function builtDirectory(): string {
  const hash = createHash("sha256");
  for (const { directory } of modules) {
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(directory, file)));
  }
  hash.update(readFileSync(hostLauncher));
  const name = `engine-${moduleVersion(modules[0]!.directory)}-${process.arch}-${hash.digest("hex").slice(0, 8)}`;
  return join(cacheDirectory, name);
}

function moduleVersion(directory: string): string {
  const version = /pulumi\/sdk\/v3 v(\S+)/.exec(readFileSync(join(directory, "go.mod"), "utf8"))?.[1];
  if (version === undefined) throw new Error(`${directory}/go.mod names no version of pulumi/sdk/v3.`);
  return version;
}

/** No C compiler, no settings of other workspaces; what Go keeps goes to our cache where the user has no such folder yet. */
function goEnvironment(): NodeJS.ProcessEnv {
  const home = process.env["HOME"] || homedir();
  const [usual, settings] = [join(home, "go"), process.env["XDG_CONFIG_HOME"] || join(home, ".config")];
  return {
    ...process.env,
    HOME: home,
    GOPATH: process.env["GOPATH"] || (existsSync(usual) ? usual : join(cacheDirectory, "go")),
    // Go counts its own use there.
    XDG_CONFIG_HOME: existsSync(join(settings, "go")) ? settings : join(cacheDirectory, "go"),
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOFLAGS: "-mod=readonly -modcacherw",
  };
}
