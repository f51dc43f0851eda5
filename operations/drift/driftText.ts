import colors from "picocolors";
import { table, wrapped } from "../commandLine/table.ts";
import { markdownTable } from "../commandLine/text.ts";
import { diffMarkdown, diffTerminal } from "../preview/diffText.ts";
import { hasDrifted } from "./driftRow.ts";
import type { DriftReport, DriftRow } from "./driftRow.ts";

const HEAD = ["resource", "property", "declared", "actual", "since", "up would"];
const LONGEST = 160;

/** A drift check as a table for a terminal. */
export function driftTable(report: DriftReport): string {
  const rows = report.rows.map((row) => {
    const [resource = "", ...cells] = cellsOf(row);
    return [row.severity === "drift" ? colors.red(resource) : colors.yellow(resource), ...cells];
  });
  const definitions = report.rows.flatMap((row) => [
    ...(row.diff === undefined
      ? []
      : [
          `definition of ${row.resource} (- found, + declared):`,
          ...diffTerminal(row.diff, "matview drift --markdown"),
        ]),
    ...(row.changes ?? []).map((line) => wrapped(`  ${line}`)),
  ]);
  return [heading(report), ...(rows.length === 0 ? [] : [table(HEAD, rows)]), ...definitions, ...notes(report)].join(
    "\n",
  );
}

/** The same for an issue. */
export function driftMarkdown(report: DriftReport): string {
  const lines = markdownTable(HEAD, report.rows.map(cellsOf));
  const gap = lines.length === 0 ? [] : [""];
  const definitions = report.rows.flatMap(definitionMarkdown);
  return [
    `### ${heading(report)}`,
    "",
    ...lines,
    ...gap,
    ...definitions,
    ...notes(report).map((note) => `- ${note}`),
  ].join("\n");
}

/** JUnit XML: a test for each resource, which fails where it drifted. */
export function driftJunit(report: DriftReport): string {
  const drifted = (resource: string): DriftRow[] =>
    report.rows.filter((row) => row.resource === resource && row.severity === "drift");
  const cases = report.checked.map((resource) => {
    const rows = drifted(resource);
    const open = `    <testcase classname="matview drift ${xml(report.stack)}" name="${xml(resource)}"`;
    if (rows.length === 0) return `${open}/>`;
    const text = rows.map(
      ({ property, declared, actual, diff, upWould }) =>
        `${property}: ${diff === undefined ? `declared ${declared}, actual ${actual}` : `found (-), declared (+)\n${diff}\n`}; up would: ${upWould}`,
    );
    return `${open}>\n      <failure message="${xml(rows.map(({ property }) => property).join(", "))}">${xml(text.join("\n"))}</failure>\n    </testcase>`;
  });
  const failures = report.checked.filter((resource) => drifted(resource).length > 0).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${report.checked.length}" failures="${failures}">`,
    `  <testsuite name="matview drift ${xml(report.stack)}" tests="${report.checked.length}" failures="${failures}">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function heading(report: DriftReport): string {
  const count = report.rows.filter(({ severity }) => severity === "drift").length;
  const found = count > 0 ? `${count} ${count === 1 ? "property has" : "properties have"} drifted` : "drift";
  return `stack ${report.stack}, database ${report.database}: ${hasDrifted(report) ? found : report.unreached.length > 0 ? "no drift where it could be told" : "no drift"}`;
}

function notes({ checked, others, kept, unseen, unreached, previewChanged }: DriftReport): string[] {
  return [
    `looked at ${checked.length} ${checked.length === 1 ? "resource" : "resources"}`,
    ...(previewChanged ? ["the preview found changes: the next up would do something"] : []),
    ...unreached,
    ...kept,
    ...unseen,
    ...others.map((other) => `besides, by the engine: ${other}`),
  ];
}

function definitionMarkdown({ resource, diff, changes = [] }: DriftRow): string[] {
  if (diff === undefined) return [];
  const lines = changes.map((line) => `- ${line}`);
  return [`**definition of ${resource}** (- found, + declared)`, "", ...diffMarkdown(diff), ...lines, ""];
}

function cellsOf({ resource, property, declared, actual, since, upWould, diff }: DriftRow): string[] {
  const cells = diff === undefined ? [short(declared), short(actual)] : ["below", "below"];
  return [resource, property, ...cells, since ?? "not known", upWould];
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// XML has no way to write most control characters.
function xml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? "").replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, "?");
}
