import type { ColumnChange } from "../../kinds/materializedView/change/columnChanges.ts";
import type { DefinitionChange, DependentObject } from "../../kinds/materializedView/change/definitionChange.ts";
import { screenOf } from "../../kinds/materializedView/change/definitionDiff.ts";
import type { RenamedSource } from "../../kinds/materializedView/change/sourceChanges.ts";
import type { Measures } from "../../kinds/materializedView/cost/measures.ts";
import { count } from "../../kinds/quantities.ts";

/** What differs between a view and its declared definition, and how much the view was read. */
export interface PreviewedDefinition extends DefinitionChange, Pick<Measures, "reads"> {
  readonly readsSince: Measures["readsSince"] | string;
}

/** The lines that differ, as far as they fit on a screen; where not, the last line says how many more there are and `where`. */
export function diffLines({ diff }: Pick<DefinitionChange, "diff">, where = "matview plan --markdown"): string[] {
  const { lines, more } = screenOf(diff);
  return more === 0 ? [...lines] : [...lines, `... ${count(more)} more lines: ${where}`];
}

/** What changes beside the text, a line each: sources, columns, and whom it touches. */
export function definitionLines(change: PreviewedDefinition): string[] {
  return [...changeLines(change), ...touchLines(change)];
}

/** What the change of a definition is about. */
export function changeLines({ columns, sources, dependsOn }: DefinitionChange): string[] {
  const each = (changes: readonly ColumnChange[], say: (change: Required<ColumnChange>) => string): string[] =>
    changes.map((one) => `column ${one.column}: ${say({ before: "", after: "", ...one })}`);
  return [
    ...sources.renamed.map(renamedLine),
    ...sources.added.map((source) => `source ${source}: added`),
    ...sources.removed.map((source) => `source ${source}: left out`),
    ...dependsOn.removed.map((object) => `no longer uses ${object}`),
    ...dependsOn.added.map((object) => `uses ${object}`),
    ...each(columns.added, ({ after }) => `added, ${after}`),
    ...each(columns.removed, ({ before }) => `removed, ${before}`),
    ...each(columns.renamed, ({ before }) => `was called ${before}`),
    ...each(columns.moved, ({ before, after }) => `moves from place ${before} to ${after}`),
    ...each(columns.retyped, ({ before, after }) => `type ${before} -> ${after}`),
    ...each(columns.recollated, ({ before, after }) => `collation ${before} -> ${after}`),
    ...each(columns.nullable, () => "could not be null, and can be now"),
    ...each(columns.neverNull, () => "could be null, and cannot be now"),
  ];
}

function renamedLine({ reads, means, kind, isMade, since }: RenamedSource): string {
  const when = since === null ? "after the view was built" : minute(since);
  const how = isMade
    ? `made ${since === null ? "" : "at "}${when}`
    : `so called ${since === null ? "" : "since "}${when}`;
  return `reads ${reads}, which was renamed; the declaration now means another ${kind}, ${means}, ${how}`;
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

/** Who uses the view. */
function touchLines({ dependents, grants, reads, readsSince }: PreviewedDefinition): string[] {
  const since = readsSince === null ? "statistics began" : new Date(readsSince).toISOString().slice(0, 10);
  return [
    ...dependents.map((one) => `depends on it: ${dependentText(one)}`),
    ...(grants.length === 0 ? [] : [`granted: ${grants.join(", ")}`]),
    `it was read ${count(reads)} times since ${since}, by its own refreshes too`,
  ];
}

function dependentText({ object, managedBy }: DependentObject): string {
  if (managedBy === undefined) return object;
  const { resource, project, stack } = managedBy;
  return `${object}, managed by ${resource} of stack ${stack} of project ${project}`;
}
