import { parseArgs } from "node:util";
import { withServer } from "../test/support/database.ts";
import { findInstallations } from "./database/installation.ts";
import { ensureInstallation } from "./database/packages.ts";
import { compareParsers } from "./fuzz/compareParsers.ts";
import { serverParser } from "./fuzz/serverParser.ts";

const USAGE = `npm run fuzz:schedule -- [--n 1000000] [--seed 1] [--version 15|17|18]

Random schedules against pg_cron: what we accept, the pg_cron of a server that is started for it must accept.`;
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
  await ensureInstallation(version);
  return withServer({ version, sample: false }, async ({ client }) => {
    const newer = Number(version) >= 17;
    const capabilities = { seconds: newer, lastDay: newer };
    const parser = await serverParser(client);
    const result = await compareParsers({ strings, seed, capabilities, server: parser, onProgress: progress() });
    for (const text of result.disagreements.slice(0, SHOWN_DISAGREEMENTS)) console.error(JSON.stringify(text));
    console.log(`PostgreSQL ${version}: ${result.stricter} strings that pg_cron takes were refused`);
    console.log(
      `RESULT strings=${result.strings} accepted=${result.accepted} disagreements=${result.disagreements.length}`,
    );
    return result.disagreements.length;
  });
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
