import { checkFailure } from "../../kinds/conditions.ts";
import { displayName } from "../../postgres/names.ts";
import { clock, duration } from "../commandLine/text.ts";
import { viewWords } from "../commandLine/viewNames.ts";
import { checking, VERDICTS } from "./check.ts";
import type { Check, Verdict } from "./check.ts";
import type { Facts } from "./facts.ts";
import { ageOn, freshnessOf } from "./freshness.ts";
import { limitsOf } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { nextRunOf } from "./nextRun.ts";
import { runChecks } from "./runChecks.ts";
import { isMet } from "./spotChecks.ts";
import type { SpotCheckResult } from "./spotChecks.ts";

/** The eight checks of a view, in their order; runs before `seenUntil` do not count as failures any more. Pure: sql/verify decides the same from the same facts. */
export function checkView(facts: Facts, spotChecks: readonly SpotCheckResult[], seenUntil?: Date): Check[] {
  const limits = limitsOf(facts);
  const update = lastUpdate(facts, limits);
  const [lastTen, withError] = runChecks(facts, limits, seenUntil);
  const checks = [
    jobActive(facts),
    lastTen,
    withError,
    viewState(facts),
    spotCheck(spotChecks, update.verdict === "fail"),
    update,
    nextRun(facts, limits),
  ];
  return [...checks, summary(checks)];
}

/** The worst of some verdicts. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? "pass";
}

function jobActive(facts: Facts): Check {
  const { job, jobRefreshesView, otherJobs, declared, unseen } = facts;
  const { pass, warn, fail } = checking("job active", "1 active job, launcher running");
  if (unseen.job !== undefined) return fail("unknown", unseen.job);
  const missing = checkFailure(facts, ["standby", "pg-cron-missing"]);
  if (missing !== undefined) return fail(...missing);
  if (job === undefined)
    return fail(
      "0 jobs",
      ["deploy the stack", ...(unseen.otherJobs === undefined ? [] : [unseen.otherJobs])].join("; "),
    );
  if (!job.isActive) return fail("inactive", `matview resume ${viewWords(declared)}`);
  if (!jobRefreshesView)
    return fail("job does not refresh this view in this database", `its command is: ${job.command}; deploy the stack`);
  const dead = checkFailure(facts, ["job-without-role", "launcher-dead"]);
  if (dead !== undefined) return fail(...dead);
  if (otherJobs.length > 0) {
    const names = otherJobs.map(({ name, user }) => `${name} of ${user}`).join(", ");
    return warn(`${otherJobs.length + 1} jobs`, `remove one of them; also: ${names}`);
  }
  return pass("1 job");
}

function viewState(facts: Facts): Check {
  const { view, rows, unseen, concurrently } = facts;
  const isPlain = concurrently === false && view?.isConcurrent === false;
  const { pass, warn, fail } = checking(
    "state of the view",
    `populated, ${isPlain ? "" : "unique index, "}1 row or more`,
  );
  const failure = checkFailure(facts, ["view-missing", "no-data", "no-usable-index"]);
  if (failure !== undefined) return fail(...failure);
  if (rows === 0) return warn("0 rows", "look whether the sources have rows");
  if (rows === undefined) return warn("rows unknown", unseen.rows ?? ANALYZE);
  return pass(`${rows} rows${isPlain ? ", no key: readers wait for each refresh" : ""}`);
}

// Large views are not counted.
const ANALYZE = "analyze the view: it is too large to be counted";

function spotCheck(results: readonly SpotCheckResult[], isStale: boolean): Check {
  const { pass, warn, fail } = checking("spot checks", "all as declared");
  const unmet = results.filter((result) => !isMet(result));
  if (unmet.length === 0) return pass(`${results.length} met`);
  // Between two refreshes the sources are ahead of the view, which is not wrong yet.
  const isLag = unmet.every(({ check, problem }) => check.live === true && problem === undefined);
  const say = isLag && !isStale ? warn : fail;
  return say(`${unmet.length} of ${results.length} not met`, unmet.map(spotCheckText).join("; "));
}

/** What a spot check found, in a few words. */
function spotCheckText({ check, rows, wanted, laggingRows, problem }: SpotCheckResult): string {
  if (problem !== undefined) return `${check.name}: could not be counted: ${problem}`;
  const lag = laggingRows === undefined || laggingRows === 0 ? "" : `, ${laggingRows} rows lag`;
  return `${check.name}: ${rows} rows, ${wanted} ${check.live === true ? "in the sources" : "declared"}${lag}`;
}

/** By the worst of those whom readers ask: the server itself, and the replicas that are named. */
function lastUpdate(facts: Facts, limits: Limits): Check {
  const here = lastUpdateHere(facts, limits);
  const { warn, fail } = checking(here.name, here.limit);
  const view = displayName(facts.declared);
  const there = facts.replicas.map((replica): Check => {
    const { name, problem } = replica;
    const age = ageOn(replica, facts, limits);
    if (problem !== undefined) return warn(`unknown on replica ${name}`, problem);
    const found = `${age === undefined ? "unknown" : `${duration(age)} ago`} on replica ${name}`;
    const advice = `matview doctor ${view} says why`;
    if (age === undefined)
      return warn(found, "nothing says when what is replayed there was refreshed: declare a stamp");
    if (limits.staleSeconds !== undefined && age > limits.staleSeconds) return fail(found, advice);
    if (replica.stopped !== undefined) return warn(found, advice);
    return { ...here, verdict: "pass", found };
  });
  if (there.length === 0) return here;
  const verdict = worst([here, ...there].map((one) => one.verdict));
  const advice = [here, ...there].filter((one) => one.verdict === verdict).flatMap((one) => one.advice ?? []);
  const found = [here, ...there].map((one) => one.found).join("; ");
  return { ...here, verdict, found, advice: advice.length === 0 ? undefined : [...new Set(advice)].join("; ") };
}

function lastUpdateHere(facts: Facts, limits: Limits): Check {
  const { ageSeconds, disagreement } = freshnessOf(facts, limits);
  const view = displayName(facts.declared);
  const limit = limits.staleSeconds === undefined ? "known age" : `${duration(limits.staleSeconds)} old at most`;
  const { pass, warn, fail } = checking("last update", limit);
  if (ageSeconds === undefined) {
    const { job, runs, rows } = facts.unseen;
    const unseen = job ?? runs ?? (facts.declared.stamp === undefined ? undefined : rows);
    const advice =
      unseen ??
      "nothing says when it was refreshed: no run that succeeded yet, and no stamp, which every refresh would write";
    return fail("unknown", advice);
  }
  const found = `${duration(ageSeconds)} ago`;
  if (limits.staleSeconds !== undefined && ageSeconds > limits.staleSeconds)
    return fail(found, `stale: matview doctor ${view} says why; matview refresh ${view} refreshes it now`);
  if (disagreement !== undefined) return warn(found, `stamp and run history disagree: ${disagreement}`);
  if (limits.lateSeconds === undefined) return warn(found, "no limit is known: no job with a schedule, and no maxAge");
  if (ageSeconds > limits.lateSeconds) return warn(found, "a run is late: matview history shows the last ones");
  return pass(found);
}

function nextRun(facts: Facts, { intervalSeconds }: Limits): Check {
  const { job, capabilities, declared, unseen } = facts;
  const limit = intervalSeconds === undefined ? "a time" : `every ${duration(intervalSeconds)}`;
  const { pass, warn, fail } = checking("next run", limit);
  if (unseen.job !== undefined) return fail("unknown", unseen.job);
  const next = nextRunOf(facts);
  if (next === undefined) {
    const why =
      job === undefined
        ? "no job"
        : !job.isActive
          ? "job is inactive"
          : (facts.orphans ?? []).length > 0
            ? "a job without its role stops pg_cron"
            : !capabilities.launcherRuns
              ? "launcher is not running"
              : `schedule ${job.schedule}`;
    return fail("never", `nothing will run: ${why}`);
  }
  const found = `${clock(next.at)}${next.isSure ? "" : UNSURE}`;
  const { maxAgeSeconds } = declared;
  if (maxAgeSeconds !== undefined && intervalSeconds !== undefined && intervalSeconds > maxAgeSeconds)
    return warn(
      found,
      `the schedule cannot hold maxAge ${duration(maxAgeSeconds)}; matview frequency shows the choices`,
    );
  return pass(found);
}

const UNSURE = ", if cron.timezone is GMT (grant pg_read_all_settings to see it)";

function summary(checks: readonly Check[]): Check {
  const count = (verdict: Verdict): number => checks.filter((check) => check.verdict === verdict).length;
  return {
    name: "summary",
    verdict: worst(checks.map(({ verdict }) => verdict)),
    found: `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail`,
    limit: "7 pass",
  };
}
