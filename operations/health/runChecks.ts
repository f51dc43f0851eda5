import { displayName } from "../../postgres/names.ts";
import { clock, percent } from "../commandLine/text.ts";
import { viewWords } from "../commandLine/viewNames.ts";
import { checking } from "./check.ts";
import type { Check } from "./check.ts";
import type { Facts } from "./facts.ts";
import { awaitsFirstRun } from "./freshness.ts";
import type { Limits } from "./limits.ts";
import { isOver, messageText, stuckRuns } from "./runs.ts";
import type { Run } from "./runs.ts";

const DAY_SECONDS = 86_400;
/** The share of runs that must succeed, and the one below which it is no accident. */
const GOOD_RATE = 0.99;
const BAD_RATE = 0.9;

/**
 * The two checks of the run history: the last ten runs, and the errors of the last day (of two intervals, if these are longer). What went
 * wrong until `seenUntil` was seen: it is told, and counts no more.
 */
export function runChecks(facts: Facts, limits: Limits, seenUntil?: Date): [lastTen: Check, withError: Check] {
  const awaited = awaitsFirstRun(facts, limits);
  if (seenUntil === undefined) return [lastTenRuns(facts, awaited), runsWithError(facts, limits, awaited)];
  const isNew = (run: Run): boolean => run.at >= seenUntil;
  const news = { ...facts, runs: facts.runs.filter(isNew) };
  const seen = facts.runs.filter((run) => !isNew(run) && run.status === "failed").length;
  const note = `since ${clock(seenUntil)}; ${seen} failed before`;
  const hasNone = news.runs.length === 0 && facts.runs.length > 0;
  const told = (check: Check): Check =>
    hasNone
      ? { name: check.name, limit: check.limit, verdict: "pass", found: `no run ${note}` }
      : { ...check, found: `${check.found} ${note}` };
  return [told(lastTenRuns(news, awaited)), told(runsWithError(news, limits, awaited))];
}

const AWAITED = "none yet: deployed just now";

function lastTenRuns({ runs, declared, unseen }: Facts, awaited: boolean): Check {
  const { pass, warn, fail } = checking("last ten runs", "10 of 10 succeeded");
  const ten = runs.slice(0, 10);
  const hidden = unseen.job ?? unseen.runs;
  if (hidden !== undefined) return warn("unknown", hidden);
  if (awaited) return pass(AWAITED);
  if (ten.length === 0) return warn("0 runs", "no run is recorded yet; matview doctor says why not, if one is due");
  const over = ten.filter(isOver);
  const failed = over.filter(({ status }) => status === "failed");
  const stuck = stuckRuns(ten);
  const found = `${over.length - failed.length} of ${ten.length} succeeded`;
  const view = displayName(declared);
  if (failed.length > 0 && over[0]?.status === "failed")
    return fail(found, `the last run failed: ${messageText(over[0].message)}; matview doctor ${view}`);
  if (failed.length > 0 || stuck.length > 0)
    return warn(found, stuckText(stuck) ?? `matview history ${view} shows the errors`);
  return pass(found);
}

function stuckText(stuck: readonly Run[]): string | undefined {
  if (stuck.length === 0) return undefined;
  return `recorded as ${[...new Set(stuck.map(({ status }) => status))].join(", ")} and over: the server ended meanwhile`;
}

function runsWithError(
  { runs, now, declared, unseen }: Facts,
  { intervalSeconds = 0 }: Limits,
  awaited: boolean,
): Check {
  const windowSeconds = Math.max(DAY_SECONDS, 2 * intervalSeconds);
  const since = now.getTime() - windowSeconds * 1000;
  const { pass, warn, fail } = checking("runs with error", "more than 99 % succeed");
  const hidden = unseen.job ?? unseen.runs;
  if (hidden !== undefined) return warn("unknown", hidden);
  if (awaited) return pass(AWAITED);
  const over = runs.filter((run) => isOver(run) && run.at.getTime() >= since);
  const failed = over.filter(({ status }) => status === "failed");
  if (over.length === 0) return warn("0 runs", `no run since ${clock(new Date(since))}`);
  const rate = 1 - failed.length / over.length;
  const found = `${failed.length} of ${over.length} failed, ${percent(rate)} succeeded`;
  if (rate > GOOD_RATE) return pass(found);
  const advice = `${messageText(failed[0]?.message ?? null)}; matview history ${viewWords(declared)} --since 24h`;
  return (rate > BAD_RATE ? warn : fail)(found, advice);
}
