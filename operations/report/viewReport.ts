import { readSchedule } from "../../kinds/refreshJob/schedule.ts";
import { tally, worstFirst } from "../commandLine/overview.ts";
import type { Judged } from "../commandLine/overview.ts";
import { clock, duration, grouped, percent, size } from "../commandLine/text.ts";
import { labelled, namedView } from "../commandLine/viewNames.ts";
import type { Evidence } from "../doctor/evidence.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Check, Verdict } from "../health/check.ts";
import { checkView } from "../health/checks.ts";
import { summariseRuns } from "../health/historySummary.ts";
import type { HistorySummary } from "../health/historySummary.ts";
import { isMet } from "../health/spotChecks.ts";
import { ageChart, durationChart, timeline } from "./charts.ts";
import type { Span } from "./charts.ts";
import { escaped, htmlTable, section } from "./html.ts";

/** A view on the page. */
export interface ViewReport extends Judged {
  /** What the overview says of it besides, as HTML. */
  readonly cells: readonly string[];
  readonly content: string;
}

/** The part of the page about the views: of many first those that are not healthy as a table, then each, with the healthy ones folded. */
export function viewsPart(views: readonly ViewReport[]): string {
  if (views.length < 2) return views.map(({ view, content }) => `<h2>${escaped(view)}</h2>\n${content}`).join("\n");
  const ordered = worstFirst(views);
  const rows = ordered.flatMap(({ view, verdict, cells }, index) =>
    verdict === "pass" ? [] : [[verdictText(verdict), `<a href="#view-${index}">${escaped(view)}</a>`, ...cells]],
  );
  return [
    `<p>${escaped(tally(ordered))}</p>`,
    ...(rows.length === 0 ? [] : [htmlTable(["health", "view", "age", "rows", "runs", "checks", "findings"], rows)]),
    ...ordered.map(
      ({ view, verdict, content }, index) =>
        `<details id="view-${index}"${verdict === "pass" ? "" : " open"}><summary><h2>${escaped(view)}</h2></summary>\n${content}\n</details>`,
    ),
  ].join("\n");
}

/** What the page says about one view. */
export function viewReport(evidence: Evidence, findings: readonly Finding[], span: Span): ViewReport {
  const { declared, job, runs, limits, timeZone, unseen } = evidence;
  const hidden = unseen.job ?? unseen.runs;
  const checks = checkView(evidence, evidence.spotChecks);
  const summary = summariseRuns(runs, readSchedule(job?.schedule), {
    ...span,
    timeZone,
    filledAt: evidence.view?.analyzedAt,
  });
  const content = [
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
  const last = checks.at(-1);
  return {
    view: labelled(namedView(declared)).view,
    verdict: last?.verdict ?? "fail",
    cells: [
      ageText(evidence),
      rowsText(evidence),
      runsText(evidence, summary),
      last?.found ?? "",
      escaped(findings.map(({ symptom }) => symptom).join("; ")),
    ],
    content,
  };
}

function verdictText(verdict: Verdict): string {
  return `<span class="${verdict}">${{ pass: "healthy", warn: "warning", fail: "failing" }[verdict]}</span>`;
}

function ageText({ freshness: { ageSeconds } }: Evidence): string {
  return ageSeconds === undefined ? "unknown" : duration(ageSeconds);
}

function rowsText({ rows, view }: Evidence): string {
  return rows === undefined ? (view?.isPopulated === true ? "unknown" : "no data") : grouped(rows);
}

function runsText({ unseen }: Evidence, { recorded, expected }: HistorySummary): string {
  return (unseen.job ?? unseen.runs) === undefined ? `${recorded} of ${expected ?? "?"}` : "unknown";
}

function tiles(evidence: Evidence, checks: readonly Check[], summary: HistorySummary): string {
  const { limits, job, unseen } = evidence;
  const rate = summary.successRate;
  const told: [string, string][] = [
    [verdictText(checks.at(-1)?.verdict ?? "fail"), checks.at(-1)?.found ?? ""],
    [ageText(evidence), `age, limit ${limits.staleSeconds === undefined ? "unknown" : duration(limits.staleSeconds)}`],
    [rowsText(evidence), "rows"],
    [runsText(evidence, summary), `runs, ${rate === undefined ? "none over" : `${percent(rate)} succeeded`}`],
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
    findings.map(({ symptom, evidence, cause, fix, run = [] }) =>
      [symptom, evidence, cause, [fix, ...run].join("\n")].map(escaped),
    ),
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
