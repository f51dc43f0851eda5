import colors from "picocolors";
import { parseDuration } from "../kinds/refreshJob/schedule/duration.ts";
import { readSchedule } from "../kinds/refreshJob/schedule.ts";
import { userError } from "../postgres/errors.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { toldInOrder } from "./commandLine/overview.ts";
import { table, wrapped } from "./commandLine/table.ts";
import { clock, duration, percent, print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { labelled, namedView, viewWords } from "./commandLine/viewNames.ts";
import type { NamedView } from "./commandLine/viewNames.ts";
import { readFacts } from "./health/facts.ts";
import type { Facts } from "./health/facts.ts";
import { summariseRuns } from "./health/historySummary.ts";
import type { HistorySummary } from "./health/historySummary.ts";
import { messageText, runSeconds } from "./health/runs.ts";
import type { Run } from "./health/runs.ts";
import { tellDeploys } from "./history/deploys.ts";
import { sparkline } from "./history/sparkline.ts";

const SHOWN_RUNS = 10;
const SPARK_RUNS = 60;
const GOOD_RATE = 0.99;

/** `matview history`: the runs, one by one and summed up. */
export const history = defineVerb({
  verb: "history",
  summary: "show the runs of the job, and sum them up",
  words: "[VIEW]",
  says: `The last runs with duration, status and message, and their sum: runs that were recorded and due, success rate, mean, p95 and longest
run, gaps, overlaps, runs without an end time, runs that are stuck in a state. Durations are bars, failures are ×. Many views are counted,
and those that are not well are shown.`,
  options: [
    { name: "since", value: "AGE", summary: "how far back, e.g. 24h (the default) or 7d" },
    { name: "deploys", summary: "who deployed which definition when, of a view that declares keepPrevious" },
  ],
  examples: [
    ["history --stack prod --since 24h", "a day's watch: 288 runs for every 5 minutes"],
    ["history public.daily_revenue --json", "all runs of the last day"],
    ["history public.daily_revenue --deploys", "the log of deploys"],
  ],
  exits: { 0: "more than 99 % succeeded and no gap", 1: "fewer, or a gap, or it could not be read", 2: "used wrongly" },
  reads: true,
  run: async (call) => {
    if (call.has("deploys")) return tellDeploys(call);
    const age = parseDuration(call.value("since") ?? "24h");
    if (!age.ok) throw usageError(`--since: ${age.problem}`);
    const found = await withViews(call, (session, views) => readFacts(session, views, age.seconds * 1000));
    const told = found.map((facts) => historyOf(facts, age.seconds));
    const [only, ...more] = told;
    if (only?.problem !== undefined && more.length === 0) throw userError(only.problem);
    const judged = told.map((one) => ({
      ...labelled(one),
      verdict: isGood(one.summary) ? ("pass" as const) : ("fail" as const),
    }));
    if (call.json) printJson(told);
    else if (judged.length > 0) print(toldInOrder("history", judged, { overview, one: historyText }));
    return judged.every(({ verdict }) => verdict === "pass") ? 0 : 1;
  },
});

/** The runs of a view's job and their summary, or why they are not known. */
interface History extends NamedView {
  readonly problem?: string;
  readonly job?: string;
  readonly summary?: HistorySummary;
  readonly runs?: readonly Run[];
}

function historyOf({ declared, job, view: state, runs, now, timeZone, unseen }: Facts, seconds: number): History {
  const named = namedView(declared);
  const { view } = labelled(named);
  const hidden = unseen.job ?? unseen.runs;
  if (hidden !== undefined) return { ...named, problem: `the runs of ${view} are not known: ${hidden}` };
  if (job === undefined)
    return { ...named, problem: `${view} has no job; matview doctor ${viewWords(declared)} says more` };
  const since = new Date(now.getTime() - seconds * 1000);
  const summary = summariseRuns(runs, readSchedule(job.schedule), {
    since,
    until: now,
    timeZone,
    filledAt: state?.analyzedAt,
  });
  return { ...named, job: job.name, summary, runs: runs.filter(({ at }, index) => at >= since || index < SHOWN_RUNS) };
}

function isGood(summary: HistorySummary | undefined): boolean {
  return (summary?.successRate ?? 0) > GOOD_RATE && summary?.gaps.length === 0;
}

function overview(unhealthy: readonly History[]): string {
  const rows = unhealthy.map(({ view, summary }) => [view, ...(summary === undefined ? UNKNOWN : numbersOf(summary))]);
  return table(["view", "runs", "succeeded", "gaps", "longest"], rows);
}

const UNKNOWN = ["unknown", "", "", ""];

function numbersOf({ recorded, expected, successRate, gaps, durations }: HistorySummary): string[] {
  return [
    `${recorded} of ${expected ?? "unknown"}`,
    successRate === undefined ? "none over" : percent(successRate),
    String(gaps.length),
    durations === undefined ? "none" : duration(durations.longestSeconds),
  ];
}

function historyText({ job, summary, runs = [], problem }: History): string {
  if (summary === undefined) return `\n${wrapped(problem ?? "")}`;
  const marks = runs
    .slice(0, SPARK_RUNS)
    .reverse()
    .map((run) => (run.status === "failed" ? "failed" : runSeconds(run)));
  return [
    `, job ${job}`,
    table(["run", "started", "took", "status", "message"], runs.slice(0, SHOWN_RUNS).map(runRow)),
    sparkline(marks),
    table([`since ${clock(summary.since)}`, ""], summaryRows(summary)),
  ].join("\n");
}

function runRow(run: Run): string[] {
  const took = runSeconds(run);
  const status = run.status === "failed" ? colors.red(run.status) : run.status;
  return [
    run.runId,
    run.startedAt === null && run.endedAt === null ? "did not begin" : clock(run.at),
    took === undefined ? "no end time" : duration(took),
    status,
    messageText(run.message),
  ];
}

function summaryRows(summary: HistorySummary): string[][] {
  const { durations, successRate, gaps, overlaps, withoutEnd, stuck } = summary;
  return [
    ["runs", `${summary.recorded} of ${summary.expected ?? "unknown"} expected`],
    [
      "succeeded",
      successRate === undefined
        ? "no run is over"
        : `${summary.succeeded}, ${percent(successRate)} (wanted: more than 99 %)`,
    ],
    ["failed", String(summary.failed)],
    [
      "mean, p95, longest",
      durations === undefined
        ? "none"
        : [durations.meanSeconds, durations.p95Seconds, durations.longestSeconds].map(duration).join(", "),
    ],
    ["gaps", listed(gaps.map(({ from, to, seconds }) => `${duration(seconds)} from ${clock(from)} to ${clock(to)}`))],
    ["overlaps", listed(overlaps.map((run) => `run ${run}`))],
    [
      "without end time",
      listed(
        withoutEnd.map((run) => `run ${run}`),
        "the server ended meanwhile",
      ),
    ],
    [
      "stuck",
      listed(
        stuck.map(({ runId, status }) => `run ${runId} in ${status}`),
        "the server ended meanwhile, nothing runs",
      ),
    ],
  ];
}

function listed(texts: readonly string[], because?: string): string {
  if (texts.length === 0) return "none";
  const more = texts.length > 5 ? ` and ${texts.length - 5} more` : "";
  return `${texts.slice(0, 5).join("; ")}${more}${because === undefined ? "" : ` (${because})`}`;
}
