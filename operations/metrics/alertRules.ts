interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
}

// As Prometheus fills it in.
const VIEW = "{{ $labels.view }}";
/** Views of several databases may have one name. */
const SAME_VIEW = "on (instance, connection, view)";
const DOCTOR = `matview doctor '${VIEW}' says why`;

/** One set for all views: each alert has its view as a label, and the limits are measured with the ages. */
const RULES: readonly Rule[] = [
  {
    alert: "MatviewStale",
    expr: `(matview_age_seconds{source="stamp"} or ${SAME_VIEW} matview_age_seconds) > ${SAME_VIEW} matview_age_limit_seconds`,
    for: "1m",
    severity: "critical",
    summary: `${VIEW} is stale; ${DOCTOR}`,
  },
  {
    alert: "MatviewAgeUnknown",
    expr: `matview_info unless ${SAME_VIEW} matview_age_seconds`,
    for: "5m",
    severity: "critical",
    summary: `nothing says when ${VIEW} was refreshed; ${DOCTOR}`,
  },
  {
    alert: "MatviewJobInactive",
    expr: "matview_job_active == 0",
    for: "10m",
    severity: "critical",
    summary: `the job of ${VIEW} may not run; matview resume '${VIEW}'`,
  },
  {
    alert: "MatviewLauncherDown",
    expr: "min by (instance, connection) (matview_launcher_up) == 0",
    for: "2m",
    severity: "critical",
    summary: "pg_cron's launcher is not running, and no view is refreshed; matview doctor says why",
  },
  {
    alert: "MatviewUnpopulated",
    expr: "matview_populated == 0",
    for: "0m",
    severity: "critical",
    summary: `${VIEW} has no data or is not there, and readers get errors; matview status '${VIEW}'`,
  },
  {
    alert: "MatviewRunsFail",
    expr: `matview_runs_last_day{status="failed"} > ${SAME_VIEW} 0.01 * sum by (instance, connection, view) (matview_runs_last_day)`,
    for: "5m",
    severity: "warning",
    summary: `more than 1 % of the runs of ${VIEW} fail; ${DOCTOR}`,
  },
  {
    alert: "MatviewSpotCheck",
    expr: 'matview_check_verdict{check="spot_checks"} == 2',
    for: "5m",
    severity: "warning",
    summary: `a spot check of ${VIEW} is not met; matview verify '${VIEW}'`,
  },
  {
    alert: "MatviewGone",
    expr: `(matview_info offset 1h unless ${SAME_VIEW} matview_info) and on (instance) matview_info`,
    for: "5m",
    severity: "warning",
    summary: `${VIEW} was measured an hour ago and is no more: it was dropped, renamed, or is not declared any longer`,
  },
  {
    alert: "MatviewMetricsMissing",
    expr: "(count by (instance) (matview_info offset 1h) unless on (instance) matview_info) or on () absent(matview_info)",
    for: "5m",
    severity: "warning",
    summary: "nobody measures the views; matview metrics --serve",
  },
];

/** A rules file for Prometheus. */
export function alertRules(): string {
  return ["groups:", "  - name: matview", "    rules:", ...RULES.flatMap(ruleLines), ""].join("\n");
}

function ruleLines({ alert, expr, for: duration, severity, summary }: Rule): string[] {
  return [
    `      - alert: ${alert}`,
    `        expr: ${scalar(expr)}`,
    `        for: ${duration}`,
    `        labels: { severity: ${severity} }`,
    `        annotations: { summary: ${scalar(summary)} }`,
  ];
}

// A JSON string is a double-quoted scalar of YAML.
function scalar(text: string): string {
  return JSON.stringify(text);
}
