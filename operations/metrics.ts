import { createServer } from "node:http";
import type { Session } from "../postgres/session.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import type { DeclaredView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import type { Call } from "./commandLine/defineVerb.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { readFacts } from "./health/facts.ts";
import { checksOfFilled, runSpotChecks } from "./health/spotChecks.ts";
import { alertRules } from "./metrics/alertRules.ts";
import { grafanaDashboard } from "./metrics/dashboard.ts";
import { metricsText } from "./metrics/gauges.ts";
import type { Measured } from "./metrics/gauges.ts";

/** `matview metrics`: for Prometheus. */
export const metrics = defineVerb({
  verb: "metrics",
  summary: "print or serve metrics for Prometheus, with alert rules and a dashboard",
  words: "[VIEW]",
  says: `Prometheus' text format: age and its limit, job, launcher, runs, durations, rows, size, verdict of each check, spot checks. Once, or at
each GET /metrics of a small server on this computer's loopback address. Rules and dashboard are one set for all views: an alert has its view
as a label, and its limit is a metric.`,
  options: [
    { name: "serve", value: "PORT", summary: "serve http://127.0.0.1:PORT/metrics until Ctrl-C; 0 takes a free port" },
    { name: "rules", summary: "print an alert rules file for Prometheus" },
    { name: "dashboard", summary: "print a dashboard for Grafana" },
  ],
  examples: [
    ["metrics --stack prod --serve 9188", "to be scraped"],
    ["metrics --rules > matview.rules.yaml", "alerts for all views that are measured, each with its own limit"],
  ],
  exits: { 0: "printed, or served until Ctrl-C", 1: "it could not be read", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const port = call.value("serve");
    if (port !== undefined) return serve(call, portOf(port));
    if (call.has("rules")) print(alertRules().trimEnd());
    else if (call.has("dashboard")) printJson(grafanaDashboard());
    else process.stdout.write(await readMetrics(call));
    return 0;
  },
});

async function readMetrics(call: Call): Promise<string> {
  return metricsText(await withViews(call, measure));
}

async function measure(session: Session, views: readonly DeclaredView[]): Promise<Measured[]> {
  const found = await readFacts(session, views);
  const spotChecks = await runSpotChecks(session, found.map(checksOfFilled));
  return found.map((facts, index) => ({ facts, spotChecks: spotChecks[index] ?? [] }));
}

async function serve(call: Call, port: number): Promise<number> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics")
      return void response.writeHead(404).end("GET /metrics\n");
    readMetrics(call).then(
      (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text),
      (error: unknown) => response.writeHead(503).end(`${(error as Error).message}\n`),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve());
  }).catch((error: Error) => {
    throw usageError(`--serve ${port}: ${error.message}`);
  });
  const address = server.address();
  print(`http://127.0.0.1:${typeof address === "object" ? address?.port : port}/metrics until Ctrl-C`);
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  server.closeAllConnections();
  server.close();
  return 0;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usageError(`--serve ${text}: write a port, 0 to 65535`);
  return port;
}
