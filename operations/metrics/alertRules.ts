import { displayName } from "../../postgres/names.ts";
import type { DeclaredView } from "../commandLine/declaredViews.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
}

/** A rules file for Prometheus, made from the declaration: one group for each view, limits as declared. */
export function alertRules(views: readonly DeclaredView[]): string {
  const groups = views.map((view) => {
    const name = displayName(view);
    return [
      `  - name: ${scalar(`matview ${name}`)}`,
      "    rules:",
      ...rulesOf(view).flatMap((rule) => ruleLines(rule, name)),
    ];
  });
  return [...(groups.length === 0 ? ["groups: []"] : ["groups:"]), ...groups.flat(), ""].join("\n");
}

function rulesOf(view: DeclaredView): Rule[] {
  const name = displayName(view);
  const by = `view=${JSON.stringify(name)}`;
  const of = `{${by}}`;
  const limit =
    view.maxAgeSeconds === undefined ? `on (view) matview_age_limit_seconds${of}` : String(view.maxAgeSeconds);
  const doctor = `matview doctor ${name} says why`;
  return [
    {
      alert: "MatviewStale",
      expr: `(matview_age_seconds{${by},source="stamp"} or on (view) matview_age_seconds{${by},source="history"}) > ${limit}`,
      for: "1m",
      severity: "critical",
      summary: `${name} is stale; ${doctor}`,
    },
    {
      alert: "MatviewAgeUnknown",
      expr: `absent(matview_age_seconds${of})`,
      for: "5m",
      severity: "critical",
      summary: `nothing says when ${name} was refreshed; ${doctor}`,
    },
    {
      alert: "MatviewJobInactive",
      expr: `matview_job_active${of} == 0`,
      for: "10m",
      severity: "critical",
      summary: `the job of ${name} may not run; matview resume ${name}`,
    },
    {
      alert: "MatviewLauncherDown",
      expr: `matview_launcher_up${of} == 0`,
      for: "2m",
      severity: "critical",
      summary: `pg_cron's launcher is not running; ${doctor}`,
    },
    {
      alert: "MatviewUnpopulated",
      expr: `matview_populated${of} == 0`,
      for: "0m",
      severity: "critical",
      summary: `${name} has no data and readers get errors; matview refresh ${name}`,
    },
    {
      alert: "MatviewRunsFail",
      expr: `matview_runs_last_day{${by},status="failed"} > on (view) 0.01 * sum by (view) (matview_runs_last_day${of})`,
      for: "5m",
      severity: "warning",
      summary: `more than 1 % of the runs of ${name} fail; ${doctor}`,
    },
    {
      alert: "MatviewSpotCheck",
      expr: `matview_check_verdict{${by},check="spot_checks"} == 2`,
      for: "5m",
      severity: "warning",
      summary: `a spot check of ${name} is not met; matview verify ${name}`,
    },
    {
      alert: "MatviewMetricsMissing",
      expr: `absent(matview_info${of})`,
      for: "5m",
      severity: "warning",
      summary: `nobody measures ${name}; matview metrics --serve`,
    },
  ];
}

function ruleLines({ alert, expr, for: duration, severity, summary }: Rule, view: string): string[] {
  return [
    `      - alert: ${alert}`,
    `        expr: ${scalar(expr)}`,
    `        for: ${duration}`,
    `        labels: { severity: ${severity}, view: ${scalar(view)} }`,
    `        annotations: { summary: ${scalar(summary)} }`,
  ];
}

// A JSON string is a double-quoted scalar of YAML.
function scalar(text: string): string {
  return JSON.stringify(text);
}
