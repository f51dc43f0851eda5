import { Gauge, Registry } from "prom-client";
import { namedView } from "../commandLine/viewNames.ts";
import { VERDICTS } from "../health/check.ts";
import { checkView } from "../health/checks.ts";
import type { Facts } from "../health/facts.ts";
import { freshnessOf } from "../health/freshness.ts";
import { durationsOf } from "../health/historySummary.ts";
import { limitsOf } from "../health/limits.ts";
import { nextRunOf } from "../health/nextRun.ts";
import type { SpotCheckResult } from "../health/spotChecks.ts";

/** Every metric with its help; names and units by Prometheus' conventions. */
const METRICS = {
  matview_info: { help: "Job and schedule of a view, always 1", labels: ["view", "job", "schedule"] },
  matview_populated: { help: "1 when the view has data", labels: ["view"] },
  matview_rows: { help: "Rows of the view", labels: ["view"] },
  matview_size_bytes: { help: "Size of the view with its indexes", labels: ["view"] },
  matview_index_usable: { help: "1 when a concurrent refresh is possible", labels: ["view"] },
  matview_age_seconds: {
    help: "Age of the view's data, by its stamp, its runs or, before the first run, its deploy",
    labels: ["view", "source"],
  },
  matview_age_limit_seconds: { help: "Age from which on the view is stale", labels: ["view"] },
  matview_job_active: { help: "1 when the job may run", labels: ["view"] },
  matview_launcher_up: { help: "1 when pg_cron's launcher runs", labels: ["view"] },
  matview_runs_last_day: { help: "Runs recorded in the last day", labels: ["view", "status"] },
  matview_run_duration_mean_seconds: { help: "Mean duration of the last day's runs", labels: ["view"] },
  matview_run_duration_p95_seconds: { help: "95th percentile of the last day's durations", labels: ["view"] },
  matview_run_duration_max_seconds: { help: "Longest of the last day's runs", labels: ["view"] },
  matview_next_run_timestamp_seconds: { help: "When the next run is due", labels: ["view"] },
  matview_check_verdict: { help: "Verdict of a check: 0 pass, 1 warn, 2 fail", labels: ["view", "check"] },
  matview_spot_check_rows: { help: "Rows that a spot check counted in the view", labels: ["view", "spot_check"] },
  matview_spot_check_wanted_rows: { help: "Rows that there should be", labels: ["view", "spot_check"] },
} as const;

/** A view with the results of its spot checks. */
export interface Measured {
  readonly facts: Facts;
  readonly spotChecks: readonly SpotCheckResult[];
}

/** The state of the views in Prometheus' text format. What is not known has no sample. */
export async function metricsText(measured: readonly Measured[]): Promise<string> {
  const registry = new Registry();
  const gauges = Object.fromEntries(
    Object.entries(METRICS).map(([name, { help, labels }]) => [
      name,
      new Gauge({ name, help, labelNames: [...labels, "connection"], registers: [registry] }),
    ]),
  ) as Record<keyof typeof METRICS, Gauge>;
  for (const one of measured) {
    const view = { ...namedView(one.facts.declared) };
    for (const [name, labels, value] of samples(one))
      if (value !== undefined) gauges[name].set({ ...view, ...labels }, value);
  }
  return registry.metrics();
}

type Sample = readonly [name: keyof typeof METRICS, labels: Record<string, string>, value: number | undefined];

function samples({ facts, spotChecks }: Measured): Sample[] {
  const { view, job, runs, now, capabilities, rows, unseen } = facts;
  const limits = limitsOf(facts);
  const { stampAgeSeconds, historyAgeSeconds, filledAgeSeconds } = freshnessOf(facts, limits);
  const durations = durationsOf(runs);
  const dayAgo = now.getTime() - 86_400_000;
  const next = nextRunOf(facts);
  const ofDay = (status: string): number | undefined =>
    (unseen.job ?? unseen.runs) !== undefined
      ? undefined
      : runs.filter((run) => run.status === status && run.at.getTime() >= dayAgo).length;
  return [
    ["matview_info", { job: job?.name ?? "", schedule: job?.schedule ?? "" }, 1],
    ["matview_populated", {}, Number(view?.isPopulated ?? false)],
    ["matview_rows", {}, rows],
    ["matview_size_bytes", {}, view?.bytes],
    ["matview_index_usable", {}, Number(view?.isConcurrent ?? false)],
    ["matview_age_seconds", { source: "stamp" }, stampAgeSeconds],
    ["matview_age_seconds", { source: "history" }, historyAgeSeconds],
    ["matview_age_seconds", { source: "deploy" }, filledAgeSeconds],
    ["matview_age_limit_seconds", {}, limits.staleSeconds],
    ["matview_job_active", {}, unseen.job === undefined ? Number(job?.isActive ?? false) : undefined],
    ["matview_launcher_up", {}, Number(capabilities.launcherRuns)],
    ["matview_runs_last_day", { status: "succeeded" }, ofDay("succeeded")],
    ["matview_runs_last_day", { status: "failed" }, ofDay("failed")],
    ["matview_run_duration_mean_seconds", {}, durations?.meanSeconds],
    ["matview_run_duration_p95_seconds", {}, durations?.p95Seconds],
    ["matview_run_duration_max_seconds", {}, durations?.longestSeconds],
    ["matview_next_run_timestamp_seconds", {}, next?.isSure === true ? next.at.getTime() / 1000 : undefined],
    ...checkView(facts, spotChecks).map(({ name, verdict }): Sample => [
      "matview_check_verdict",
      { check: name.replaceAll(" ", "_") },
      VERDICTS.indexOf(verdict),
    ]),
    ...spotChecks.flatMap(({ check, rows: counted, wanted }): Sample[] => [
      ["matview_spot_check_rows", { spot_check: check.name }, counted],
      ["matview_spot_check_wanted_rows", { spot_check: check.name }, wanted],
    ]),
  ];
}
