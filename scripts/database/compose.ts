import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withProgress } from "../../postgres/progress.ts";
import { checkout } from "../checkout.ts";
import { clusterName } from "./configuration.ts";
import { makePrivateFolder } from "./folders.ts";
import { removeMarker, writeMarker } from "./marker.ts";
import { freePort } from "./postmaster.ts";

/** What was chosen for the container, kept so that it is found again. */
interface ComposeRecord {
  readonly port: number;
  readonly password: string;
  readonly token: string;
}

const RECORD = "compose.json";

/** Whether `docker compose` is there and its engine answers. */
export function composeIsUsable(): boolean {
  return [["compose", "version"], ["info"]].every(
    (args) => spawnSync("docker", args, { stdio: "ignore" }).status === 0,
  );
}

/** Starts the container of scripts/database/compose.yaml, or finds it running. */
export async function ensureComposeDatabase(
  folder: string,
): Promise<{ readonly url: string; readonly started: boolean }> {
  const record = readRecord(folder) ?? (await chooseRecord(folder));
  const running = composeOutput(record, ["ps", "--status=running", "--quiet"]).trim() !== "";
  await withProgress("Starting PostgreSQL in a container", async () =>
    compose(record, ["up", "--detach", "--wait", "--build"]),
  );
  const container = composeOutput(record, ["ps", "--quiet"]).trim();
  const pid = execFileSync("docker", ["inspect", "--format={{.State.Pid}}", container], { encoding: "utf8" });
  writeMarker({ port: record.port, pid: Number(pid), token: record.token });
  return { url: `postgresql://postgres:${record.password}@127.0.0.1:${record.port}/postgres`, started: !running };
}

/** Removes the container with its rows, if this checkout has one. */
export function removeComposeDatabase(folder: string): void {
  const record = readRecord(folder);
  if (record === undefined) return;
  compose(record, ["down", "--volumes"]);
  removeMarker(record);
}

function readRecord(folder: string): ComposeRecord | undefined {
  const file = join(folder, RECORD);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ComposeRecord) : undefined;
}

async function chooseRecord(folder: string): Promise<ComposeRecord> {
  const record = {
    port: await freePort(),
    password: randomBytes(24).toString("base64url"),
    token: randomBytes(16).toString("hex"),
  };
  makePrivateFolder(folder);
  writeFileSync(join(folder, RECORD), JSON.stringify(record), { mode: 0o600 });
  return record;
}

function composeCommand(
  { port, password, token }: ComposeRecord,
  args: readonly string[],
): [string[], NodeJS.ProcessEnv] {
  const project = `matview-${createHash("sha256").update(checkout).digest("hex").slice(0, 8)}`;
  const file = join(import.meta.dirname, "compose.yaml");
  const values = { MATVIEW_PORT: String(port), MATVIEW_PASSWORD: password, MATVIEW_CLUSTER_NAME: clusterName(token) };
  return [["compose", "--project-name", project, "--file", file, ...args], { ...process.env, ...values }];
}

function compose(record: ComposeRecord, args: readonly string[]): void {
  const [command, env] = composeCommand(record, args);
  execFileSync("docker", command, { env, stdio: ["ignore", "ignore", "inherit"] });
}

function composeOutput(record: ComposeRecord, args: readonly string[]): string {
  const [command, env] = composeCommand(record, args);
  return execFileSync("docker", command, { env, encoding: "utf8" });
}
