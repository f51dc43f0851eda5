import { displayName } from "../../postgres/names.ts";
import type { DeclaredView } from "../commandLine/declaredViews.ts";

/** A Grafana dashboard of the declared views, as JSON to import; its data source is asked for at the import. */
export function grafanaDashboard(views: readonly DeclaredView[]): object {
  return {
    __inputs: [
      {
        name: "DS_PROMETHEUS",
        label: "Prometheus",
        type: "datasource",
        pluginId: "prometheus",
        pluginName: "Prometheus",
      },
    ],
    title: "Materialized views",
    uid: "matview",
    schemaVersion: 39,
    refresh: "1m",
    time: { from: "now-24h", to: "now" },
    panels: views.flatMap((view, index) => panelsOf(view, index)),
  };
}

const PANEL_WIDTH = 8;
const PANEL_HEIGHT = 8;

function panelsOf(view: DeclaredView, row: number): object[] {
  const name = displayName(view);
  const of = `{view=${JSON.stringify(name)}}`;
  const queries = [
    { title: "age and limit", unit: "s", expressions: [`matview_age_seconds${of}`, `matview_age_limit_seconds${of}`] },
    {
      title: "duration of runs",
      unit: "s",
      expressions: [`matview_run_duration_mean_seconds${of}`, `matview_run_duration_p95_seconds${of}`],
    },
    { title: "size", unit: "bytes", expressions: [`matview_size_bytes${of}`] },
  ];
  return queries.map(({ title, unit, expressions }, column) => ({
    id: row * queries.length + column + 1,
    type: "timeseries",
    title: `${name}: ${title}`,
    datasource: { type: "prometheus", uid: "${DS_PROMETHEUS}" },
    gridPos: { x: column * PANEL_WIDTH, y: row * PANEL_HEIGHT, w: PANEL_WIDTH, h: PANEL_HEIGHT },
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: expressions.map((expr, index) => ({ refId: "AB"[index], expr })),
  }));
}
