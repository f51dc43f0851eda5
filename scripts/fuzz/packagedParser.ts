import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { localDirectory } from "../checkout.ts";
import { freshName } from "../database/folders.ts";
import { findInstallation } from "../database/installation.ts";
import { unpackedPackage } from "./debianPackage.ts";
import { parserAddress } from "./parserAddress.ts";

const run = promisify(execFile);

/** The Debian release whose packages have each major version of PostgreSQL with pg_cron. */
const RELEASES: Readonly<Record<string, string>> = { "15": "bookworm", "17": "trixie", "18": "sid" };
/** Symbols of the server that the harness has itself. */
const PROVIDED = ["errstart", "errstart_cold", "asc_tolower"];

/** What pg_cron's own parser made of a schedule: bits in memory order as hexadecimal text. */
export interface PackagedEntry {
  readonly sets: readonly [minute: string, hour: string, dayOfMonth: string, month: string, dayOfWeek: string];
  readonly flags: number;
  readonly seconds: number;
}

/** pg_cron's own parser, called inside the library that the distribution's package has. */
export interface PackagedParser {
  readonly library: string;
  /** Reads schedules, undefined for each that it refuses. */
  read(schedules: readonly string[]): Promise<(PackagedEntry | undefined)[]>;
  /** Removes what was built for it. */
  close(): void;
}

/**
 * The parser of the pg_cron package for a major version of PostgreSQL: of the installed one, else of Debian's, which is unpacked and not
 * installed. It is the very code that a server runs; nothing of pg_cron is compiled, its library is loaded by a harness of ours.
 * @throws with the reason when it cannot be had: no compiler, no package, a library that this computer cannot load
 */
export async function packagedParser(version: string): Promise<PackagedParser> {
  const library = await findLibrary(version);
  const address = await parserAddress(library.file);
  const folder = join(localDirectory, "fuzz", freshName());
  mkdirSync(folder, { recursive: true });
  try {
    const harness = await compileHarness(folder, library.file);
    const command = await loadable(folder, [harness, library.file, address], library);
    return {
      library: library.file,
      read: async (schedules) => parseOutput(await feed(folder, command, schedules)),
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A library, and where its own release's C library can be found. */
interface Library {
  readonly file: string;
  systemLibraries(): Promise<string>;
}

async function findLibrary(version: string): Promise<Library> {
  const release = RELEASES[version];
  const systemLibraries = async (root?: string): Promise<string> => {
    if (root === undefined && release === undefined)
      throw new Error(`no Debian release is known for PostgreSQL ${version}`);
    return join(root ?? (await unpackedPackage(release ?? "", "libc6")), "usr", "lib");
  };
  const installation = findInstallation(version);
  if (installation?.root !== undefined) {
    const file = join(installation.root, "usr", "lib", "postgresql", version, "lib", "pg_cron.so");
    return { file, systemLibraries: () => systemLibraries(installation.root) };
  }
  if (installation !== undefined) {
    const folder = execFileSync(join(installation.binaries, "pg_config"), ["--pkglibdir"], { encoding: "utf8" }).trim();
    return { file: join(folder, "pg_cron.so"), systemLibraries };
  }
  if (release === undefined) throw new Error(`no Debian release is known to have pg_cron for PostgreSQL ${version}`);
  const unpacked = await unpackedPackage(release, `postgresql-${version}-cron`);
  return { file: join(unpacked, "usr", "lib", "postgresql", version, "lib", "pg_cron.so"), systemLibraries };
}

/** Every symbol that the server would give the library is a stub, so that the library loads alone; libpq is an empty library. */
async function compileHarness(folder: string, library: string): Promise<string> {
  const { stdout } = await run("nm", ["-D", "--undefined-only", library]);
  const symbols = [...stdout.matchAll(/ U (\w+)(@?)/g)]
    .filter(([, , versioned]) => versioned === "")
    .map(([, name = ""]) => name);
  const stubs = symbols
    .filter((name) => !PROVIDED.includes(name))
    .map((name) => `void ${name}(void) { unexpected("${name}"); }`);
  writeFileSync(join(folder, "stubs.c"), ["void unexpected(const char *);", ...stubs, ""].join("\n"));
  writeFileSync(join(folder, "empty.c"), "typedef int nothing;\n");
  const compile = (...args: string[]) => run("cc", args, { cwd: folder });
  await compile("-shared", "-Wl,-soname,libpq.so.5", "-o", "libpq.so.5", "empty.c");
  const source = join(import.meta.dirname, "parserHarness.c");
  await compile("-O1", "-fno-builtin", "-w", "-rdynamic", "-o", "harness", source, "stubs.c", "-ldl");
  return join(folder, "harness");
}

/** The command, through the C library of the package's own release where this system's is too old for it. */
async function loadable(folder: string, command: readonly string[], library: Library): Promise<readonly string[]> {
  const problem = await feed(folder, command, []).then(() => undefined, String);
  if (problem === undefined) return command;
  if (!problem.includes("GLIBC_")) throw new Error(problem);
  const libraries = await library.systemLibraries();
  const [loader] = readdirSync(libraries, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\/ld-linux[\w-]*\.so\.\d$/.test(name),
  );
  if (loader === undefined) throw new Error(problem);
  const path = join(libraries, loader);
  const emulated = [path, "--library-path", `${folder}:${dirname(path)}`, ...command];
  await feed(folder, emulated, []);
  return emulated;
}

async function feed(
  folder: string,
  [program = "", ...args]: readonly string[],
  schedules: readonly string[],
): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, LD_LIBRARY_PATH: folder } });
  const collected = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  // A harness that fails closes its input; its exit code and words tell why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(Buffer.concat(schedules.map(framed)));
  const [code, [output, errors]] = await Promise.all([ended, collected]);
  if (code !== 0)
    throw new Error(`pg_cron's parser could not be called: ${errors.trim() || `the harness ended with ${code}`}`);
  return output;
}

function framed(schedule: string): Buffer {
  const bytes = Buffer.from(schedule);
  return Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]);
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding("utf8");
  let result = "";
  for await (const chunk of stream) result += String(chunk);
  return result;
}

function parseOutput(output: string): (PackagedEntry | undefined)[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      if (line === "-") return undefined;
      const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", flags, seconds] = line.split(" ");
      return { sets: [minute, hour, dayOfMonth, month, dayOfWeek], flags: Number(flags), seconds: Number(seconds) };
    });
}
