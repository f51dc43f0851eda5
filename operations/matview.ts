#!/usr/bin/env node
import { isUserError } from "../components/postgres/errors.ts";
import type { Verb } from "./verb.ts";

// A verb's file is loaded only when it is asked for, so that each starts quickly.
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  refresh: async () => (await import("./refresh.ts")).refresh,
  status: async () => (await import("./status.ts")).status,
};

/** Runs the command line `matview VERB ...` and returns its exit status: 0 done, 1 failed, 2 used wrongly. */
export async function matview(words: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = words;
  if (["help", "--help", "-h"].includes(name)) return printHelp();
  const load = verbs[name];
  if (load === undefined) {
    process.stderr.write(`matview: there is no verb ${name}; verbs are ${Object.keys(verbs).join(", ")}\n`);
    return 2;
  }
  const verb = await load();
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(`${verb.summary}\n\n${verb.help}\n`);
    return 0;
  }
  try {
    return await verb.run(rest);
  } catch (error) {
    if (isUserError(error) || isUsageError(error)) {
      process.stderr.write(`matview ${name}: ${error.message}\n`);
      return isUsageError(error) ? 2 : 1;
    }
    throw error;
  }
}

async function printHelp(): Promise<number> {
  const lines = ["usage: matview VERB [view] [options]", ""];
  for (const [name, load] of Object.entries(verbs)) lines.push(`  ${name.padEnd(12)}${(await load()).summary}`);
  lines.push(
    "",
    "matview VERB --help says more.",
    "The database is MATVIEW_DATABASE_URL, or PGHOST and the other PG* variables.",
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

if (import.meta.main) process.exitCode = await matview(process.argv.slice(2));
