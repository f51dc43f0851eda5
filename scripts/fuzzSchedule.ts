import { parseArgs } from "node:util";
import { Client } from "pg";
import { findInstallations } from "./database/installation.ts";
import { ensureInstallation } from "./database/packages.ts";
import { startServer } from "./database/server.ts";
import { compareParsers } from "./fuzz/compareParsers.ts";
import { packagedParser } from "./fuzz/packagedParser.ts";
import { serverParser } from "./fuzz/serverParser.ts";

const USAGE = `npm run fuzz:schedule -- [--n 1000000] [--seed 1] [--version 15|17|18]

Random schedules against pg_cron: what we accept, it must accept, and both must build the same sets. Acceptance is asked of a server that
is started for it (where that version is installed), the sets of the parser in the distribution's own pg_cron package.`;
const SHOWN_DISAGREEMENTS = 20;

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    version: { type: "string", default: findInstallations()[0]?.version ?? "15" },
    help: { type: "boolean", default: false },
  },
});
const [strings, seed] = [Number(values.n), Number(values.seed)];
if (values.help || !Number.isInteger(strings) || !Number.isInteger(seed) || strings < 1) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
process.exitCode = (await fuzz(values.version)) === 0 ? 0 : 1;

async function fuzz(version: string): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const server = await openServer(version, cleanup);
  const packaged = await packagedParser(version).catch(notHere("sets are not compared"));
  if (packaged !== undefined) cleanup.defer(() => packaged.close());
  if (server === undefined && packaged === undefined)
    throw new Error(`there is nothing of PostgreSQL ${version} to compare with`);
  const newer = Number(version) >= 17;
  const capabilities = { seconds: newer, lastDay: newer };
  const result = await compareParsers({ strings, seed, capabilities, server, packaged, onProgress: progress() });
  for (const line of result.disagreements.slice(0, SHOWN_DISAGREEMENTS)) console.error(line);
  console.log(
    `PostgreSQL ${version}: ${server === undefined ? "no server" : "server asked"}, ${packaged?.library ?? "no library"}`,
  );
  console.log(`${result.meanings} different meanings; ${result.stricter} strings that pg_cron takes were refused`);
  console.log(
    `RESULT strings=${result.strings} accepted=${result.accepted} disagreements=${result.disagreements.length}`,
  );
  return result.disagreements.length;
}

async function openServer(version: string, cleanup: AsyncDisposableStack) {
  const server = await ensureInstallation(version)
    .then(() => startServer({ version }))
    .catch(notHere("acceptance is not asked of a server"));
  if (server === undefined) return undefined;
  cleanup.defer(() => server.stop());
  const client = new Client({ connectionString: server.url(server.cronDatabase) });
  await client.connect();
  cleanup.defer(() => client.end());
  await client.query("create extension pg_cron");
  return await serverParser(client);
}

function notHere(consequence: string): (error: unknown) => undefined {
  return (error) => {
    console.error(`${error instanceof Error ? error.message : String(error)}; ${consequence}`);
  };
}

/** A line redrawn on a terminal, one for each tenth elsewhere. */
function progress(): (done: number) => void {
  let shown = 0;
  return (done) => {
    const tenth = Math.floor((done / strings) * 10);
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${strings} strings${done >= strings ? "\n" : ""}`);
    else if (tenth > shown) console.error(`${done} of ${strings} strings`);
    shown = tenth;
  };
}
