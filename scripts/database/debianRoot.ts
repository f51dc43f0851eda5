import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withProgress } from "../../postgres/progress.ts";
import { cacheDirectory } from "../checkout.ts";
import { serverAccount } from "./account.ts";
import { freshName } from "./folders.ts";
import type { Installation } from "./installed.ts";
import { aptGet, runLogged } from "./loggedCommand.ts";
import { insideRoot } from "./rootFolder.ts";

// Where a PostgreSQL that the system's own distribution lacks comes from.
const SUITES: Readonly<Record<string, string>> = { "17": "trixie", "18": "sid" };

/** The PostgreSQL of another Debian release in a root folder of the user's cache, if it was made. */
export function findDebianRoot(version: string): Installation | undefined {
  const suite = SUITES[version];
  if (suite === undefined || process.getuid?.() !== 0) return undefined;
  const root = rootFolder(suite);
  const binaries = `/usr/lib/postgresql/${version}/bin`;
  if (!existsSync(join(root, binaries, "postgres"))) return undefined;
  const build = execFileSync("chroot", [root, `${binaries}/postgres`, "--version"], { encoding: "utf8" }).trim();
  return { version, binaries, build, root };
}

function rootFolder(suite: string): string {
  return join(cacheDirectory, "debian", suite);
}

/**
 * Makes the root folder where it is missing: as root on Debian, in about a minute, from the mirror and with the keys that the system's
 * own apt uses. Nothing in it is ever started as a service.
 * @throws when it cannot be made.
 */
export async function ensureDebianRoot(version: string): Promise<void> {
  const suite = SUITES[version];
  if (suite === undefined || findDebianRoot(version) !== undefined) return;
  const mirror = debianMirror();
  if (mirror === undefined) return;
  const target = rootFolder(suite);
  const draft = join(cacheDirectory, "debian", `${freshName()}.draft`);
  mkdirSync(draft, { recursive: true });
  try {
    await withProgress(`Making a Debian ${suite} root folder with PostgreSQL ${version}`, () =>
      makeRoot(draft, { suite, version, mirror }),
    );
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

interface Release {
  readonly suite: string;
  readonly version: string;
  readonly mirror: string;
}

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

async function makeRoot(root: string, { suite, version, mirror }: Release): Promise<void> {
  if (!existsSync("/usr/sbin/debootstrap") || !existsSync(KEYRING)) {
    await aptGet(["install", "--yes", "--no-install-recommends", "debootstrap", "debian-archive-keyring"]);
  }
  await runLogged("debootstrap", ["--variant=minbase", `--keyring=${KEYRING}`, suite, root, mirror]);
  preventServices(root);
  addServerAccount(root);
  const install = ["install", "--yes", "--no-install-recommends", `postgresql-${version}-cron`];
  for (const args of [install, ["clean"]]) await runLogged(...insideRoot(root, ["apt-get", args]));
}

function preventServices(root: string): void {
  writeFileSync(join(root, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  mkdirSync(join(root, "etc/postgresql-common"), { recursive: true });
  writeFileSync(join(root, "etc/postgresql-common/createcluster.conf"), "create_main_cluster = false\n");
}

// The same user and group as outside, so that a server's folder belongs to the same account on both sides.
function addServerAccount(root: string): void {
  const account = serverAccount();
  if (account === undefined) throw new Error("a Debian root folder can be made by root only");
  appendFileSync(join(root, "etc/group"), `postgres:x:${account.gid}:\n`);
  appendFileSync(join(root, "etc/passwd"), `postgres:x:${account.uid}:${account.gid}::/var/lib/postgresql:/bin/bash\n`);
}

/** The mirror of Debian's main archive that apt uses, or undefined where there is none. */
function debianMirror(): string | undefined {
  const format = "$(LABEL) $(COMPONENT) $(SITE)";
  const targets = execFileSync("apt-get", ["indextargets", "--format", format], { encoding: "utf8" });
  return /^Debian main (\S+)$/m.exec(targets)?.[1];
}
