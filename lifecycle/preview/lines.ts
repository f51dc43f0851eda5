import { RISKS } from "../../kinds/materializedView/cost/statementCost.ts";
import { duration, bytes, count } from "../../kinds/quantities.ts";
import { definitionLines, diffLines } from "./definitionLines.ts";
import type { ResourcePreview } from "./previewChange.ts";
import type { PreviewedStep } from "./previewStep.ts";

/** What is shown on the row of one resource; a warning from "brief lock" on, and where the deploy would be refused. */
export function previewLines(preview: ResourcePreview): { severity: "info" | "warning"; lines: string[] } {
  const harmful = preview.steps.some(({ risk }) => RISKS.indexOf(risk) >= RISKS.indexOf("brief lock"));
  return {
    severity: harmful || preview.refusals.length + preview.warnings.length > 0 ? "warning" : "info",
    lines: [
      ...preview.refusals.map((refusal) => `refused: ${refusal}`),
      ...preview.steps.map(stepLine),
      ...(preview.definition === undefined
        ? []
        : [...diffLines(preview.definition), ...definitionLines(preview.definition)]),
      ...dropLines(preview),
      ...preview.handover,
      ...rateLines(preview),
      ...idleLines(preview),
      ...preview.warnings.map((warning) => `warning: ${warning}`),
    ],
  };
}

// What is the same says nothing, so that a stack of many views stays readable.
function idleLines({ operation, steps, refusals, handover, isPlanned }: ResourcePreview): string[] {
  if (steps.length + refusals.length + handover.length > 0) return [];
  if (!isPlanned) return ["is planned when what it stands on is there, such as pg_cron"];
  if (operation === "create") return ["is there as declared: taken over, nothing is run"];
  if (operation === "delete") return ["is gone already: nothing is run"];
  return operation === "update" ? ["nothing is run for it"] : [];
}

/** What goes with a view that is dropped, and how much it was read. */
export function dropLines({ drops }: Pick<ResourcePreview, "drops">): string[] {
  if (drops === undefined) return [];
  const { rows, bytes: size, reads, readsSince } = drops;
  const since = readsSince === null ? "statistics began" : new Date(readsSince).toISOString().slice(0, 10);
  const what = rows === undefined ? "its rows (never counted)" : `${count(rows)} rows`;
  return [`gone with it: ${what}, ${bytes(size)}; it was read ${count(reads)} times since ${since}`];
}

/** A step as one line: what, why, lock, time, bytes, dependents. */
function stepLine(step: PreviewedStep): string {
  const parts = [
    `risk: ${step.risk}`,
    step.lock === "none" ? "no lock that others meet" : `lock: ${step.lock} for ${duration(step.lockMs)}`,
    `takes ${duration(step.durationMs)}${step.isMeasured ? "" : " (estimated, not measured)"}`,
    ...(step.bytesWritten === 0 ? [] : [`writes ${count(step.rows)} rows, ${bytes(step.bytesWritten)}`]),
    ...(step.extraDiskBytes === 0 ? [] : [`needs ${bytes(step.extraDiskBytes)} more disk while both copies exist`]),
    ...(step.dependents.length === 0 ? [] : [`touches ${step.dependents.join(", ")}`]),
    ...(step.gate === undefined ? [] : [step.gate]),
    ...keptText(step),
    ...step.hazards,
  ];
  return `${step.action} ${step.target}: ${step.reason} (${parts.join("; ")})`;
}

/** What stays of the old view, and for how long. */
export function keptText({ kept }: PreviewedStep): string[] {
  return kept === undefined ? [] : [`keeps the old one aside for ${kept.for}, ${bytes(kept.bytes)}`];
}

/** How often the job runs before and after, and how busy that keeps the server. */
export function rateLines({ runsPerDay, refreshMs }: Pick<ResourcePreview, "runsPerDay" | "refreshMs">): string[] {
  if (runsPerDay === undefined) return [];
  const { before, after } = runsPerDay;
  const load = (runs: number): string => (refreshMs === undefined ? "" : ` (${duration(runs * refreshMs)} of work)`);
  return [`runs per day: ${count(before)}${load(before)} -> ${count(after)}${load(after)}`];
}
