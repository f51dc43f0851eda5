import { clock, duration } from "../commandLine/text.ts";
import type { HistorySummary } from "../health/historySummary.ts";
import { runSeconds } from "../health/runs.ts";
import type { Run } from "../health/runs.ts";
import { escaped } from "./html.ts";

/** The stretch of time that all charts of a view share. */
export interface Span {
  readonly since: Date;
  readonly until: Date;
}

// Charts are drawn in these units and stretched; words stand beside them as HTML, so that they never shrink.
const WIDTH = 1000;
const HEIGHT = 100;

/** When runs began, and where none did for too long. */
export function timeline(runs: readonly Run[], { gaps }: HistorySummary, span: Span): string {
  const shades = gaps.map(({ from, to, seconds }) => {
    const x = place(from, span);
    return `<rect class="gap" x="${x}" y="0" width="${round(place(to, span) - x)}" height="${HEIGHT}"><title>no run for ${duration(seconds)}</title></rect>`;
  });
  const marks = within(runs, span).map((run) => bar(run, place(run.at, span), HEIGHT));
  const failed = runs.filter(({ status }) => status === "failed").length;
  const caption = `${marks.length} runs, failed: ${failed}, gaps: ${gaps.length}`;
  return figure("low", [...shades, ...marks], caption, "each bar is a run; shaded: no run for too long", span);
}

/** How long each run took. */
export function durationChart(runs: readonly Run[], span: Span): string {
  const timed = within(runs, span).flatMap((run) => {
    const seconds = runSeconds(run);
    return seconds === undefined ? [] : [{ run, seconds }];
  });
  const most = Math.max(0.001, ...timed.map(({ seconds }) => seconds));
  const bars = timed.map(({ run, seconds }) => bar(run, place(run.at, span), Math.max(2, (seconds / most) * HEIGHT)));
  return figure("", bars, `top: ${duration(most)}`, "how long each run took", span);
}

/** How old the data was that readers saw: it grows until a run succeeds, and then is as old as that run was long. */
export function ageChart(runs: readonly Run[], limitSeconds: number | undefined, span: Span): string {
  const done = runs.filter((run) => run.status === "succeeded" && run.startedAt !== null && run.endedAt !== null);
  const points: [Date, number][] = [];
  let dataOf: Date | undefined;
  const see = (at: Date): void => {
    if (dataOf !== undefined && at >= span.since) points.push([at, (at.getTime() - dataOf.getTime()) / 1000]);
  };
  for (const { startedAt, endedAt } of [...done].reverse()) {
    if (startedAt === null || endedAt === null) continue;
    see(endedAt);
    dataOf = startedAt;
    see(endedAt);
  }
  see(span.until);
  const most = Math.max(1, limitSeconds ?? 0, ...points.map(([, age]) => age)) * 1.05;
  const y = (age: number): number => round(HEIGHT - (age / most) * HEIGHT);
  const line = points.map(([at, age]) => `${place(at, span)},${y(age)}`).join(" ");
  const limit =
    limitSeconds === undefined
      ? []
      : [`<line class="limit" x1="0" x2="${WIDTH}" y1="${y(limitSeconds)}" y2="${y(limitSeconds)}"/>`];
  const caption = limitSeconds === undefined ? "no limit" : `dashed: limit ${duration(limitSeconds)}`;
  return figure(
    "",
    [`<polyline class="curve" points="${line}"/>`, ...limit],
    `top: ${duration(most)}`,
    `age of the data that readers saw; ${caption}`,
    span,
  );
}

function within(runs: readonly Run[], { since }: Span): readonly Run[] {
  return runs.filter(({ at }) => at >= since);
}

function bar(run: Run, x: number, height: number): string {
  const took = runSeconds(run);
  const told = `${clock(run.at)}: ${run.status}${took === undefined ? "" : ` in ${duration(took)}`}`;
  const kind = run.status === "failed" ? "bad" : "ok";
  return `<rect class="${kind}" x="${x}" y="${round(HEIGHT - height)}" width="${run.status === "failed" ? 4 : 2}" height="${round(height)}"><title>${escaped(told)}</title></rect>`;
}

function figure(kind: string, shapes: readonly string[], top: string, says: string, span: Span): string {
  const svg = `<svg class="${kind}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escaped(says)}">${shapes.join("")}</svg>`;
  const ticks = Array.from({ length: 5 }, (_, index) => {
    const at = new Date(span.since.getTime() + ((span.until.getTime() - span.since.getTime()) * index) / 4);
    return `<span>${at.toISOString().slice(11, 16)}</span>`;
  });
  return `<figure><figcaption><span>${escaped(says)}</span><span>${escaped(top)}</span></figcaption>${svg}<div class="axis">${ticks.join("")}</div></figure>`;
}

function place(at: Date, { since, until }: Span): number {
  return round(((at.getTime() - since.getTime()) / (until.getTime() - since.getTime())) * WIDTH);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
