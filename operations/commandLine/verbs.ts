import { isServerError, isUserError, serverText } from "../../postgres/errors.ts";
import { isStopping } from "../../postgres/stopping.ts";
import { completionScript } from "./completion.ts";
import { helpText } from "./help.ts";
import { stopOnSignal } from "./stopOnSignal.ts";
import { isUsageError } from "./usageError.ts";
import type { Verb } from "./verb.ts";

// A verb's file is loaded only when it is asked for, so that each starts quickly.
export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  status: async () => (await import("../status.ts")).status,
  verify: async () => (await import("../verify.ts")).verify,
  history: async () => (await import("../history.ts")).history,
  drift: async () => (await import("../drift.ts")).drift,
  plan: async () => (await import("../plan.ts")).plan,
  diff: async () => (await import("../diff.ts")).diff,
  refresh: async () => (await import("../refresh.ts")).refresh,
  pause: async () => (await import("../pause.ts")).pause,
  resume: async () => (await import("../resume.ts")).resume,
  rollback: async () => (await import("../rollback.ts")).rollback,
  frequency: async () => (await import("../frequency.ts")).frequency,
  quiesce: async () => (await import("../quiesce.ts")).quiesce,
  doctor: async () => (await import("../doctor.ts")).doctor,
  metrics: async () => (await import("../metrics.ts")).metrics,
  realtime: async () => (await import("../realtime.ts")).realtime,
  adopt: async () => (await import("../adopt.ts")).adopt,
  report: async () => (await import("../report.ts")).report,
};

/** Runs the command line `matview VERB ...` and returns its exit status: 0 done, 1 failed, 2 used wrongly, or what the verb says. */
export async function matview(words: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = words;
  if (["help", "--help", "-h"].includes(name)) return printHelp(rest[0]);
  if (name === "completion") return printCompletion(rest[0]);
  const load = VERBS[name];
  if (load === undefined) return unknownVerb(name);
  const verb = await load();
  if (rest.includes("--help") || rest.includes("-h")) return printVerbHelp(verb);
  const stop = stopOnSignal(verb);
  try {
    return await verb.run(rest);
  } catch (error) {
    if (isStopping()) return stop.status(error);
    const isMisuse = isUsageError(error);
    if (!isMisuse && !isUserError(error) && !isServerError(error)) throw error;
    process.stderr.write(`matview ${name}: ${isServerError(error) ? serverText(error) : error.message}\n`);
    return verb.troubleStatus ?? (isMisuse ? 2 : 1);
  } finally {
    stop.end();
  }
}

async function printHelp(name: string | undefined): Promise<number> {
  if (name !== undefined && name in VERBS) return printVerbHelp(await VERBS[name]!());
  const lines = ["usage: matview VERB [VIEW] [--stack S | --url-env NAME] [--json] [--watch] ...", ""];
  for (const [verb, load] of Object.entries(VERBS)) lines.push(`  ${verb.padEnd(12)}${(await load()).summary}`);
  lines.push(
    `  ${"completion".padEnd(12)}print the completion for bash, zsh or fish`,
    "",
    "matview VERB --help says more.",
    "The database is MATVIEW_DATABASE_URL, or PGHOST and the other PG* variables; with --stack also the stack's configuration.",
  );
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}

function printVerbHelp(verb: Verb): number {
  process.stdout.write(`${verb.summary}\n\n${helpText(verb, verb.options)}\n`);
  return 0;
}

async function printCompletion(shell: string | undefined): Promise<number> {
  const options: Record<string, readonly string[]> = {};
  for (const [name, load] of Object.entries(VERBS))
    options[name] = (await load()).options.map((one) => `--${one.name}`);
  const script = completionScript(shell, options);
  if (script === undefined) {
    process.stderr.write("matview completion: which shell? write bash, zsh or fish\n");
    return 2;
  }
  process.stdout.write(script);
  return 0;
}

function unknownVerb(name: string): number {
  process.stderr.write(`matview: there is no verb ${name}; verbs are ${Object.keys(VERBS).join(", ")}, completion\n`);
  return 2;
}
