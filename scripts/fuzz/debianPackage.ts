import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { localDirectory } from "../checkout.ts";
import { freshName } from "../database/folders.ts";

const run = promisify(execFile);
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * The folder with a package of a Debian release unpacked, fetched once by apt from the mirror that this system is set up with. Nothing
 * is installed, and the system's own lists are not touched: apt gets folders of its own.
 * @throws where this is no Debian, or the mirror does not have it
 */
export async function unpackedPackage(release: string, name: string): Promise<string> {
  const folder = join(localDirectory, "packages", release);
  const unpacked = join(folder, name);
  if (existsSync(unpacked)) return unpacked;
  const draft = join(folder, freshName());
  mkdirSync(draft, { recursive: true });
  try {
    const options = await privateApt(draft, release);
    await run("apt-get", [...options, "update"], { env: plainEnvironment() });
    await run("apt-get", [...options, "download", name], { cwd: draft, env: plainEnvironment() });
    const [file] = readdirSync(draft).filter((entry) => entry.endsWith(".deb"));
    if (file === undefined) throw new Error(`apt downloaded no package ${name} of ${release}`);
    await run("dpkg", ["-x", join(draft, file), join(draft, "unpacked")]);
    renameSync(join(draft, "unpacked"), unpacked);
    return unpacked;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Options that give apt a folder of its own, with the system's mirror and another release. */
async function privateApt(folder: string, release: string): Promise<string[]> {
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
  const filter = ["Created-By: Packages", `Release: ${own}`, "Component: main"];
  const { stdout } = await run("apt-get", ["indextargets", "--format", "$(REPO_URI)", ...filter]);
  const mirror = stdout.split("\n")[0];
  if (mirror === undefined || mirror === "") throw new Error(`this system's apt has no mirror for ${own}`);
  for (const name of ["sources", "lists/partial", "cache/archives/partial"])
    mkdirSync(join(folder, name), { recursive: true });
  const signed = existsSync(KEYRING) ? `Signed-By: ${KEYRING}\n` : "";
  writeFileSync(
    join(folder, "sources", "other.sources"),
    `Types: deb\nURIs: ${mirror}\nSuites: ${release}\nComponents: main\n${signed}`,
  );
  return Object.entries({
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::Etc::SourceParts": join(folder, "sources"),
    "Dir::State::Lists": join(folder, "lists"),
    "Dir::State::Status": "/dev/null",
    "Dir::Cache": join(folder, "cache"),
    // Root's apt would become another user, who may not enter this folder.
    "APT::Sandbox::User": "root",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

function plainEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}
