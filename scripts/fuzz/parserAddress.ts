import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const OUTPUT_LIMIT = { maxBuffer: 64 * 1024 * 1024 };

/**
 * Where the schedule parser is in a pg_cron.so: its name where the library exports it (PostgreSQL 15 and older), else its offset.
 * Without names it is known by its calls: two functions allocate with calloc, the parser of five fields and the one that tries it first
 * and then intervals; the second calls the first, and it is the one. The harness checks the find against known schedules.
 * @throws when the library has no such pair
 */
export async function parserAddress(library: string): Promise<string> {
  const { stdout: exported } = await run("nm", ["-D", "--defined-only", library], OUTPUT_LIMIT);
  if (/ T parse_cron_entry$/m.test(exported)) return "parse_cron_entry";
  const functions = await functionRanges(library);
  const calls = await callsOf(library);
  const owner = (address: number) => functions.find(({ start, end }) => address >= start && address < end)?.start;
  const allocating = new Set(calls.filter(({ name }) => name === "calloc@plt").map(({ from }) => owner(from)));
  const outer = calls.filter(({ from, to }) => allocating.has(owner(from)) && allocating.has(to) && owner(from) !== to);
  const found = new Set(outer.map(({ from }) => owner(from)));
  const [address] = found;
  if (found.size !== 1 || address === undefined)
    throw new Error(`the schedule parser was not recognised in ${library}`);
  return `0x${address.toString(16)}`;
}

/** Functions as the unwind tables have them, which a stripped library keeps. */
async function functionRanges(library: string): Promise<{ start: number; end: number }[]> {
  const { stdout } = await run("readelf", ["--debug-dump=frames", library], OUTPUT_LIMIT);
  return [...stdout.matchAll(/ FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)$/gm)].map(([, start = "", end = ""]) => ({
    start: Number.parseInt(start, 16),
    end: Number.parseInt(end, 16),
  }));
}

async function callsOf(library: string): Promise<{ from: number; to: number; name: string }[]> {
  const { stdout } = await run("objdump", ["-d", "--no-show-raw-insn", library], OUTPUT_LIMIT);
  return [...stdout.matchAll(/^\s*([0-9a-f]+):\s+(?:call|bl)\s+([0-9a-f]+) <([^>]+)>/gm)].map(
    ([, from = "", to = "", name = ""]) => ({ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), name }),
  );
}
