import { readSchedule } from "../../kinds/refreshJob/schedule.ts";
import { displayName } from "../../postgres/names.ts";
import { clock, duration, grouped, percent, size } from "../commandLine/text.ts";
import type { Evidence } from "../doctor/evidence.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Check } from "../health/check.ts";
import { checkView } from "../health/checks.ts";
import { summariseRuns } from "../health/historySummary.ts";
import type { HistorySummary } from "../health/historySummary.ts";
import { isMet } from "../health/spotChecks.ts";
import { ageChart, durationChart, timeline } from "./charts.ts";
import type { Span } from "./charts.ts";
import { escaped, htmlTable, section } from "./html.ts";

/** The part of the page about one view. */
export function viewReport(evidence: Evidence, findings: readonly Finding[], span: Span): string {
  const { declared, job, runs, limits, timeZone, unseen } = evidence;
  const hidden = unseen.job ?? unseen.runs;
  const checks = checkView(evidence, evidence.spotChecks);
  const summary = summariseRuns(runs, readSchedule(job?.schedule), {
    ...span,
    timeZone,
    filledAt: evidence.view?.analyzedAt,
  });
  return [
    `<h2>${escaped(displayName(declared))}</h2>`,
    tiles(evidence, checks, summary),
    section("Checks", checkTable(checks)),
    ...(findings.length === 0 ? [] : [section("Findings", findingTable(findings))]),
    section("Runs", timeline(runs, summary, span)),
    section("Durations", durationChart(runs, span)),
    section("Age", ageChart(runs, limits.staleSeconds, span)),
    section("Gaps", hidden === undefined ? gapText(summary) : `<p>${escaped(hidden)}</p>`),
    section("Size", sizeTable(evidence)),
    section("Spot checks", spotCheckTable(evidence)),
  ].join("\n");
}

function tiles(
  { freshness, limits, rows, job, view, unseen }: Evidence,
  checks: readonly Check[],
  summary: HistorySummary,
): string {
  const verdict = checks.at(-1)?.verdict ?? "fail";
  const rate = summary.successRate;
  const told: [string, string][] = [
    [
      `<span class="${verdict}">${{ pass: "healthy", warn: "warning", fail: "failing" }[verdict]}</span>`,
      checks.at(-1)?.found ?? "",
    ],
    [
      freshness.ageSeconds === undefined ? "unknown" : duration(freshness.ageSeconds),
      `age, limit ${limits.staleSeconds === undefined ? "unknown" : duration(limits.staleSeconds)}`,
    ],
    [rows === undefined ? (view?.isPopulated === true ? "unknown" : "no data") : grouped(rows), "rows"],
    [
      (unseen.job ?? unseen.runs) === undefined ? `${summary.recorded} of ${summary.expected ?? "?"}` : "unknown",
      `runs, ${rate === undefined ? "none over" : `${percent(rate)} succeeded`}`,
    ],
    [
      job === undefined ? (unseen.job === undefined ? "none" : "unknown") : escaped(job.schedule),
      job === undefined ? "job" : escaped(`${job.name}, ${job.isActive ? "active" : "inactive"}`),
    ],
  ];
  return `<div class="tiles">${told.map(([value, says]) => `<div class="tile"><b>${value}</b><span>${says}</span></div>`).join("")}</div>`;
}

function checkTable(checks: readonly Check[]): string {
  return htmlTable(
    ["check", "verdict", "found", "limit", "what to do"],
    checks.map(({ name, verdict, found, limit, advice }) => [
      name,
      `<span class="${verdict}">${verdict}</span>`,
      escaped(found),
      escaped(limit),
      escaped(advice ?? ""),
    ]),
  );
}

function findingTable(findings: readonly Finding[]): string {
  return htmlTable(
    ["symptom", "evidence", "cause", "fix"],
    findings.map(({ symptom, evidence, cause, fix }) => [symptom, evidence, cause, fix].map(escaped)),
  );
}

function gapText({ gaps, overlaps, withoutEnd, stuck }: HistorySummary): string {
  const lines = [
    ...gaps.map(({ from, to, seconds }) => `no run for ${duration(seconds)}, from ${clock(from)} to ${clock(to)}`),
    ...overlaps.map((run) => `run ${run} began before the one before had ended`),
    ...withoutEnd.map((run) => `run ${run} has no end time: the server ended meanwhile`),
    ...stuck.map(({ runId, status }) => `run ${runId} is recorded as ${status} and does not run`),
  ];
  return lines.length === 0
    ? "<p>No gap, no overlap, nothing stuck.</p>"
    : lines.map((line) => `<p>${escaped(line)}</p>`).join("\n");
}

function sizeTable({ view, anatomy, averageRowBytes, rows }: Evidence): string {
  const needed = averageRowBytes === undefined || rows === undefined ? undefined : rows * (averageRowBytes + 28);
  const heap = anatomy?.heapBytes;
  return htmlTable(
    ["view with indexes", "rows on disk", "rows need about", "times"],
    [
      [
        view === undefined ? "none" : size(view.bytes),
        heap === undefined ? "none" : size(heap),
        needed === undefined ? "unknown" : size(needed),
        heap === undefined || !needed ? "unknown" : (heap / needed).toFixed(1),
      ],
    ],
  );
}

function spotCheckTable({ spotChecks }: Evidence): string {
  if (spotChecks.length === 0) return "<p>None is declared.</p>";
  return htmlTable(
    ["check", "verdict", "rows", "wanted", "rows that lag"],
    spotChecks.map((result) => [
      escaped(result.check.name),
      isMet(result) ? '<span class="pass">met</span>' : '<span class="fail">not met</span>',
      String(result.rows ?? "unknown"),
      escaped(String(result.wanted ?? result.problem ?? "unknown")),
      String(result.laggingRows ?? ""),
    ]),
  );
}
