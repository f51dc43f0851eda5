import type { Facts } from "./facts.ts";
import type { Limits } from "./limits.ts";
import type { ReplicaFacts } from "./replicas.ts";

/** How old a view's data is, by each witness, and whether they agree. */
export interface Freshness {
  /** By the view's own stamp. */
  readonly stampAgeSeconds: number | undefined;
  /** By the start of the last run that succeeded: what was committed later is not in the view. */
  readonly historyAgeSeconds: number | undefined;
  /** By the time at which a deploy analyzed what it had filled; undefined as soon as a run of the job is recorded. */
  readonly filledAgeSeconds: number | undefined;
  /** The stamp's where there is one, else the history's, else the deploy's. */
  readonly ageSeconds: number | undefined;
  readonly disagreement: "runs do not refresh the view" | "refreshed by something that is not recorded" | undefined;
}

/** Start of a run and the `now()` of its transaction are not the same instant. */
const TOLERANCE_SECONDS = 60;

/** The age of a view, which a job that was switched off, a launcher that died or another database's history cannot hide. */
export function freshnessOf({ now, runs, stampAt, view }: Facts, { staleSeconds }: Limits): Freshness {
  const last = runs.find(({ status }) => status === "succeeded");
  const stampAgeSeconds = ageAt(now, stampAt);
  const historyAgeSeconds = ageAt(now, last?.at);
  const filledAgeSeconds = runs.length > 0 ? undefined : ageAt(now, view?.analyzedAt ?? undefined);
  return {
    stampAgeSeconds,
    historyAgeSeconds,
    filledAgeSeconds,
    ageSeconds: stampAgeSeconds ?? historyAgeSeconds ?? filledAgeSeconds,
    disagreement: disagreementOf(stampAgeSeconds, historyAgeSeconds, staleSeconds),
  };
}

/** True until the first run after a deploy is overdue: no run is recorded yet, and none is missing. */
export function awaitsFirstRun(facts: Facts, limits: Limits): boolean {
  const { filledAgeSeconds } = freshnessOf(facts, limits);
  return filledAgeSeconds !== undefined && filledAgeSeconds <= (limits.intervalSeconds ?? 0) + TOLERANCE_SECONDS;
}

/** How old the data are that readers of a standby get; undefined where nothing says so. */
export function ageOn(
  { stampAt, lagSeconds, problem }: ReplicaFacts,
  facts: Facts,
  limits: Limits,
): number | undefined {
  if (problem !== undefined || lagSeconds === undefined) return undefined;
  if (facts.declared.stamp !== undefined) return ageAt(facts.now, stampAt);
  if (lagSeconds === 0) return freshnessOf(facts, limits).ageSeconds;
  // What was committed after the last commit that was replayed is not there.
  const replayedTo = facts.now.getTime() - lagSeconds * 1_000;
  const run = facts.runs.find(
    ({ status, at }) => status === "succeeded" && at !== undefined && at.getTime() <= replayedTo,
  );
  return ageAt(facts.now, run?.at);
}

function ageAt(now: Date, at: Date | undefined): number | undefined {
  return at === undefined ? undefined : (now.getTime() - at.getTime()) / 1000;
}

function disagreementOf(
  stampAge: number | undefined,
  historyAge: number | undefined,
  staleSeconds: number | undefined,
): Freshness["disagreement"] {
  if (stampAge === undefined || historyAge === undefined) return undefined;
  if (stampAge > historyAge + TOLERANCE_SECONDS) return "runs do not refresh the view";
  if (staleSeconds !== undefined && stampAge + staleSeconds < historyAge)
    return "refreshed by something that is not recorded";
  return undefined;
}
