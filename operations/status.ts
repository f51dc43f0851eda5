import colors from "picocolors";
import { userError } from "../postgres/errors.ts";
import { endingSql, hiddenLine, holderLine } from "../postgres/lockHolders.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { healthWord, tally, worstFirst } from "./commandLine/overview.ts";
import { table, wrapped } from "./commandLine/table.ts";
import { clock, duration, grouped, print, printJson, size } from "./commandLine/text.ts";
import { labelled, namedView } from "./commandLine/viewNames.ts";
import { blockageText, isLongBlocked } from "./health/blockage.ts";
import type { Check, Verdict } from "./health/check.ts";
import { checkView, worst } from "./health/checks.ts";
import { readFacts } from "./health/facts.ts";
import type { Facts } from "./health/facts.ts";
import { ageOn, freshnessOf } from "./health/freshness.ts";
import { limitsOf } from "./health/limits.ts";
import { nextRunOf } from "./health/nextRun.ts";
import { messageText, runSeconds } from "./health/runs.ts";

/** `matview status`: every view at a glance. */
export const status = defineVerb({
  verb: "status",
  summary: "show every view at a glance",
  words: "[VIEW]",
  says: `Shows many views as one row each, the worst first, and counts them; one view as a card with its rows, size, unique index, job, last
and next run, age against its limit, and health. With a warning, such as no run yet, a view is healthy; with a failure it is not. Without a stamp its age is unknown until the first
run of the job, which is a failure. matview verify also makes the spot checks.`,
  examples: [
    ["status --stack prod", "what the stack declares"],
    ["status --watch", "every view of the database, again every 5 seconds"],
  ],
  exits: { 0: "all healthy", 1: "something is wrong, or could not be read", 2: "used wrongly" },
  reads: true,
  run: async (call) => {
    const statuses = await withViews(call, async (session, views) => (await readFacts(session, views)).map(statusOf));
    const [only, ...more] = statuses;
    if (only?.isThere === false && more.length === 0) throw userError(`there is no materialized view ${only.view}`);
    if (call.json) printJson(statuses);
    else if (only === undefined) print("There is no materialized view in this database.");
    else print(more.length === 0 ? statusTable(labelled(only)) : statusRows(statuses.map(labelled)));
    return statuses.some(({ health }) => health === "fail") ? 1 : 0;
  },
});

type Status = ReturnType<typeof statusOf>;

function statusOf(facts: Facts) {
  const { view, job, runs } = facts;
  const limits = limitsOf(facts);
  const checks = [...blockedCheck(facts), ...checkView(facts, [])];
  const [lastRun] = runs;
  return {
    ...namedView(facts.declared),
    isThere: view !== undefined,
    isPopulated: view?.isPopulated ?? false,
    rows: facts.rows,
    bytes: view?.bytes,
    index: view?.index ?? undefined,
    isConcurrent: view?.isConcurrent ?? false,
    isPlain: facts.concurrently === false,
    job,
    lastRun: lastRun === undefined ? undefined : { ...lastRun, seconds: runSeconds(lastRun) },
    nextRun: nextRunOf(facts)?.at,
    ...freshnessOf(facts, limits),
    maxAgeSeconds: limits.staleSeconds,
    health: worst(checks.map(({ verdict }) => verdict)),
    previous: facts.kept && { until: facts.kept.until, bytes: facts.kept.bytes },
    takenBack: facts.takenBack && { at: facts.takenBack.at, by: facts.takenBack.by },
    replicas: facts.replicas.map((one) => ({ ...one, ageSeconds: ageOn(one, facts, limits) })),
    unseen: facts.unseen,
    problems: checks.filter(isProblem).map(({ name, found, verdict, advice }) => ({ name, found, verdict, advice })),
  };
}

/** A line of its own beside the checks: who is in the way, and what ends it. */
function blockedCheck({ blockage, capabilities }: Facts): Pick<Check, "name" | "found" | "verdict" | "advice">[] {
  if (blockage === undefined || !isLongBlocked(blockage)) return [];
  const { holders } = blockage;
  const advice = [...holders.map(endingSql), hiddenLine(holders, capabilities)].filter((line) => line !== undefined);
  const found = `${blockageText(blockage)}: ${holders.map(holderLine).join(", ")}`;
  return [{ name: "refresh blocked", found, verdict: "warn", advice: advice.join("; ") }];
}

function isProblem({ name, verdict }: Pick<Check, "name" | "verdict">): boolean {
  return verdict !== "pass" && name !== "summary";
}

const HEAD = ["health", "view", "rows", "age", "limit", "schedule", "last run", "next run", "what is wrong"];
/** What a narrow screen shows least of all. */
const LEAST = ["next run", "last run", "schedule", "limit", "rows"];

/** Many views, one row each. */
function statusRows(statuses: readonly Status[]): string {
  const judged = worstFirst(statuses.map((one) => ({ ...one, verdict: one.health })));
  const rows = judged.map((one) => [
    healthWord(one.health),
    one.view,
    one.rows === undefined ? (one.isPopulated ? "unknown" : "no data") : grouped(one.rows),
    one.ageSeconds === undefined ? "unknown" : duration(one.ageSeconds),
    one.maxAgeSeconds === undefined ? "none" : duration(one.maxAgeSeconds),
    one.job?.schedule ?? (one.unseen.job === undefined ? "no job" : "unknown"),
    one.lastRun?.status ?? (one.unseen.job === undefined && one.unseen.runs === undefined ? "none yet" : "unknown"),
    nextRunText(one),
    wrongText(one),
  ]);
  const isFine = judged.every(({ problems }) => problems.length === 0);
  const more = isFine ? [] : ["matview status VIEW shows one with what to do, and matview doctor VIEW why."];
  return [
    table(HEAD, rows, { least: isFine ? [...LEAST, "what is wrong"] : LEAST }),
    wrapped(tally(judged)),
    ...more,
  ].join("\n");
}

// What is worst, without what to do.
function wrongText({ health, problems, isThere }: Status): string {
  if (!isThere) return "there is no such materialized view";
  return problems
    .filter(({ name, verdict }) => verdict === health || name === "refresh blocked")
    .map(({ name, found }) => `${name}: ${found}`)
    .join("; ");
}

function statusTable(one: Status): string {
  const index =
    one.index === undefined ? noIndexText(one) : `${one.index}${one.isConcurrent ? "" : colors.red(" (invalid)")}`;
  return table(
    ["view", one.view],
    [
      [
        "rows",
        one.rows === undefined
          ? colors.red(one.isPopulated ? "unknown" : "no data")
          : `${grouped(one.rows)} (${size(one.bytes ?? 0)})`,
      ],
      ["index", index],
      ["job", jobText(one)],
      ["last run", lastRunText(one)],
      ["next run", nextRunText(one)],
      ["age", ageText(one)],
      ...one.replicas.map((replica) => [`on ${replica.name}`, replicaText(replica)]),
      ...(one.previous === undefined ? [] : [["previous", previousText(one.previous)]]),
      ...(one.takenBack === undefined ? [] : [["taken back", takenBackText(one.takenBack)]]),
      ["health", healthText(one.health, one.problems)],
    ],
  );
}

function noIndexText({ isPlain }: Status): string {
  return isPlain ? "none, as no key is declared: readers wait for each refresh" : colors.red("none");
}

function jobText({ job, unseen }: Status): string {
  if (job === undefined) return colors.red(unseen.job === undefined ? "none" : "unknown: hidden from this role");
  return `${job.name}, ${job.schedule}, ${job.isActive ? "active" : colors.red("inactive")}, as ${job.user}`;
}

function lastRunText({ lastRun, unseen }: Status): string {
  if ((unseen.job ?? unseen.runs) !== undefined) return "unknown";
  if (lastRun === undefined) return "none yet";
  const { status: outcome, startedAt, seconds, message } = lastRun;
  const when = startedAt === null ? "" : ` at ${clock(startedAt)}`;
  const took = seconds === undefined ? "" : ` in ${duration(seconds)}`;
  return `${outcome}${when}${took}${outcome === "failed" ? `: ${messageText(message)}` : ""}`;
}

function nextRunText({ nextRun, unseen }: Status): string {
  if (nextRun !== undefined) return clock(nextRun);
  return unseen.job === undefined ? "none" : "unknown";
}

function ageText({ ageSeconds, maxAgeSeconds }: Status): string {
  const limit = maxAgeSeconds === undefined ? "" : ` (limit ${duration(maxAgeSeconds)})`;
  return `${ageSeconds === undefined ? "unknown" : duration(ageSeconds)}${limit}`;
}

function previousText({ until, bytes }: NonNullable<Status["previous"]>): string {
  return `kept until ${clock(new Date(until))}, ${size(bytes)}`;
}

function takenBackText({ at, by }: NonNullable<Status["takenBack"]>): string {
  return `at ${clock(new Date(at))} by ${by}: a deploy would make it again what the stack declares`;
}

function replicaText({ ageSeconds, problem, stopped }: Status["replicas"][number]): string {
  if (problem !== undefined) return colors.red("unknown");
  const age = ageSeconds === undefined ? "unknown" : duration(ageSeconds);
  return stopped === undefined ? age : `${age}, ${colors.red(stopped.cause)}`;
}

function healthText(health: Verdict, problems: Status["problems"]): string {
  const lines = problems.map(
    ({ name, found, advice }) => `${name}: ${found}${advice === undefined ? "" : ` (${advice})`}`,
  );
  if (health === "fail") return colors.red(lines.join("\n"));
  return [colors.green("healthy"), ...lines.map((line) => colors.yellow(line))].join("\n");
}
