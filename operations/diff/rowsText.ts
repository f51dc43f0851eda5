import {
  allowedChange,
  allowedText,
  counted,
  differenceParts,
  expectationOf,
  expectationText,
} from "../../kinds/materializedView/compare/expectedChange.ts";
import type { Condition, DifferingRow } from "../../kinds/materializedView/compare/explainRows.ts";
import { named } from "../../kinds/quantities.ts";
import { table, wrapped } from "../commandLine/table.ts";
import { duration, grouped, markdownTable, percent } from "../commandLine/text.ts";
import type { ViewDiff } from "./viewDiff.ts";

/** What a change does to the rows of a view, for a terminal. */
export function rowsText(diff: ViewDiff): string {
  const [rows, columns, measures] = [rowTable(diff), columnTable(diff), measureTable(diff)];
  return [
    ...[`${diff.view}: ${rowsSummary(diff)}`, ...refusal(diff)].map((line) => wrapped(line)),
    ...[rows, columns, measures].flatMap(([head, lines]) => (lines.length === 0 ? [] : [table(head, lines)])),
    ...diffNotes(diff).map((note) => wrapped(note)),
  ].join("\n");
}

/** The same for a pull request: one line, one more where the deploy would be refused, and the rest folded away. */
export function rowsMarkdown(diff: ViewDiff): string {
  const tables = [rowTable(diff), columnTable(diff), measureTable(diff)].flatMap(([head, lines]) => [
    ...markdownTable(head, lines),
    ...(lines.length === 0 ? [] : [""]),
  ]);
  return [
    `**\`${diff.view}\`**: ${rowsSummary(diff)}`,
    "",
    ...refusal(diff).flatMap((line) => [line, ""]),
    "<details><summary>Rows</summary>",
    "",
    ...tables,
    ...diffNotes(diff).map((note) => `- ${note}`),
    "",
    "</details>",
  ].join("\n");
}

/** One line: "12 of 3,230 rows go, 41 change in etapa, nothing else". */
export function rowsSummary(diff: ViewDiff): string {
  const { rows, columns, change, limited } = diff;
  if (rows === null) return `not compared: it takes longer than the time limit`;
  if (change === "new") return `new, ${counted(rows.after)}`;
  if (change === "dropped") return `goes, with ${counted(rows.before)}`;
  const parts = differenceParts({ rows, columns });
  const found = parts.length === 0 ? `no row changes, of ${counted(rows.before)}` : `${parts.join(", ")}, nothing else`;
  const least = limited === null ? "" : `in ${percent(limited.share)} of the rows: `;
  const cause =
    change === "followed" ? " (by what it reads)" : change === "none" ? " (its definition is as deployed)" : "";
  const unseen = columns.left_out;
  const but = unseen.length === 0 ? "" : `; ${named(unseen)} ${unseen.length === 1 ? "is" : "are"} not compared`;
  return `${least}${found}${but}${cause}`;
}

type Table = readonly [head: readonly string[], rows: readonly (readonly string[])[]];

function rowTable({ rows }: ViewDiff): Table {
  const head = ["rows before", "after", "gone", "added", "changed", "same"];
  if (rows === null) return [head, []];
  const { before, after, gone, added, changed, same } = rows;
  return [head, [[before, after, gone, added, changed, same].map(grouped)]];
}

function columnTable({ columns: { changed, to_null, from_null, nulls, distinct } }: ViewDiff): Table {
  if (nulls !== undefined && distinct !== undefined) {
    const lines = Object.entries(nulls).map(([name, count]) => [name, grouped(count), grouped(distinct[name] ?? 0)]);
    return [["column", "nulls", "distinct values"], lines];
  }
  const lines = Object.entries(changed).map(([name, count]) => [
    name,
    ...[count, to_null[name] ?? 0, from_null[name] ?? 0].map(grouped),
  ]);
  return [["column", "rows changed", "went null", "came from null"], lines];
}

function measureTable({ explanation }: ViewDiff): Table {
  const lines = Object.entries(explanation?.measures ?? {}).flatMap(([column, { before, after }]) =>
    (["min", "max", "sum"] as const)
      .filter((name) => before[name] !== after[name])
      .map((name) => [column, name, before[name] ?? "null", after[name] ?? "null"]),
  );
  return [["column", "figure", "before", "after"], lines];
}

function diffNotes(diff: ViewDiff): string[] {
  const { key, why_no_key, columns, sources, dependents, served_age_seconds, took_ms, notes } = diff;
  return [
    ...limitNotes(diff),
    ...expectedNotes(diff),
    ...(diff.explanation?.conditions ?? []).map(conditionText),
    ...(diff.differing ?? []).map(rowText),
    ...(key.length > 0 || diff.rows === null || columns.nulls !== undefined
      ? []
      : [
          `rows are told apart by all their values${why_no_key === null ? ", as no key is declared" : `, as ${why_no_key}`}: one that changes is gone and added`,
        ]),
    ...(columns.as_text.length > 0 ? [`compared as texts: ${columns.as_text.join(", ")}`] : []),
    ...notes,
    ...(sources.added.length > 0 ? [`reads now: ${sources.added.join(", ")}`] : []),
    ...(sources.removed.length > 0 ? [`no longer reads: ${sources.removed.join(", ")}`] : []),
    ...sources.renamed.map(({ from, to }) => `what it reads as ${to} was called ${from} at its deploy`),
    ...(dependents.length > 0 ? [`depends on it: ${dependents.join(", ")}`] : []),
    `${key.length > 0 ? `by key (${key.join(", ")}), ` : ""}from the sources as they are now, in ${duration(took_ms / 1_000)}`,
    ...(served_age_seconds === null
      ? []
      : [`the rows that readers get are ${duration(served_age_seconds)} old; they are not compared`]),
  ];
}

function limitNotes({ limited }: ViewDiff): string[] {
  if (limited === null) return [];
  const more = "--time-limit gives it longer, --sample looks at a share";
  if (limited.share === 0) return [`neither all rows nor a small share could be compared in time: ${more}`];
  const part = `${percent(limited.share)} of the rows`;
  return limited.by === "sample"
    ? [`a sample of ${part}, the same ones on both sides: there are at least as many of each as it has`]
    : [`all rows take longer than the time limit: of ${part}, so there are at least as many of each; ${more}`];
}

function refusal({ refusals }: ViewDiff): string[] {
  return refusals.length === 0 ? [] : [`REFUSED by the deploy: ${refusals.join("; ")}`];
}

function expectedNotes({ expected, refusals, change, limited, rows, columns }: ViewDiff): string[] {
  if (expected === undefined || expected.is_met === false) {
    if (change !== "changed" || rows === null || limited !== null) return [];
    const found = expectationOf({ rows, columns }, { columns: columns.left_out });
    const declare = `declare change: ${expectationText(found)}`;
    if (expected !== undefined) return [`if that is right, ${declare}`];
    return refusals.length > 0 ? [] : [`${declare}, and the deploy proves it or stops`];
  }
  const text = allowedText(allowedChange(expected.change));
  if (expected.is_met === true) return [`as expected: ${text}`];
  return [`these figures do not tell whether it is as expected; the deploy proves it: ${text}`];
}

const WERE = { gone: "rows that go", added: "rows that come", changed: "rows that change" };

function conditionText({ rows, column, values, count, of }: Condition): string {
  const value = values.map((one) => (one === null ? "null" : `'${one}'`)).join(" or ");
  const others =
    of === count ? "no other row has" : of === count + 1 ? "1 other has" : `${grouped(of - count)} others have`;
  return `all ${grouped(count)} ${WERE[rows]} have ${column} = ${value}, which ${others}`;
}

function rowText({ rows, before, after, times }: DifferingRow): string {
  const values = (row: Readonly<Record<string, string | null>>): string =>
    Object.entries(row)
      .map(([name, value]) => `${name} = ${value ?? "null"}`)
      .join(", ");
  const often = times === undefined || times === 1 ? "" : `${grouped(times)} times `;
  if (before === undefined || after === undefined) return `${rows}: ${often}${values(after ?? before ?? {})}`;
  const pairs = Object.entries(before).map(([name, value]) =>
    value === after[name] ? `${name} = ${value ?? "null"}` : `${name} = ${value ?? "null"} to ${after[name] ?? "null"}`,
  );
  return `${rows}: ${pairs.join(", ")}`;
}
