const DATA_SOURCE = { type: "prometheus", uid: "${DS_PROMETHEUS}" };
const PANEL_SIZE = { w: 8, h: 8 };
const CHOSEN = '{instance=~"$instance",view="$view"}';

const QUERIES = [
  {
    title: "age and limit",
    unit: "s",
    expressions: [`matview_age_seconds${CHOSEN}`, `matview_age_limit_seconds${CHOSEN}`],
  },
  {
    title: "duration of runs",
    unit: "s",
    expressions: [`matview_run_duration_mean_seconds${CHOSEN}`, `matview_run_duration_p95_seconds${CHOSEN}`],
  },
  { title: "size", unit: "bytes", expressions: [`matview_size_bytes${CHOSEN}`] },
];

/** A Grafana dashboard of the view that is picked there, as JSON to import; its data source is asked for at the import. */
export function grafanaDashboard(): object {
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
    templating: { list: [listOf("instance", "matview_info"), listOf("view", 'matview_info{instance=~"$instance"}')] },
    panels: QUERIES.map(({ title, unit, expressions }, column) => ({
      id: column + 1,
      type: "timeseries",
      title: `$view: ${title}`,
      datasource: DATA_SOURCE,
      gridPos: { x: column * PANEL_SIZE.w, y: 0, ...PANEL_SIZE },
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: expressions.map((expr, index) => ({ refId: "AB"[index], expr })),
    })),
  };
}

/** A list of what a label of the metrics can be, read anew when the time range changes. */
function listOf(name: string, series: string): object {
  const query = `label_values(${series}, ${name})`;
  return {
    name,
    type: "query",
    datasource: DATA_SOURCE,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
  };
}
