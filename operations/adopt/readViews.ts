import { relationsOf } from "../../kinds/materializedView/definition/definitionTree.ts";
import { parseDefinition } from "../../kinds/materializedView/definition/parseDefinition.ts";
import { jobsOf, toActual } from "../../kinds/materializedView/describe.ts";
import type { ActualView, ViewRow } from "../../kinds/materializedView/describe.ts";
import { splitKept } from "../../kinds/materializedView/swap/kept.ts";
import { readProperties } from "../../kinds/materializedView/swap/relationProperties.ts";
import type { RelationProperties } from "../../kinds/materializedView/swap/relationProperties.ts";
import { visibleJobs } from "../../kinds/refreshJob/describe.ts";
import type { ActualIndex } from "../../kinds/viewIndex/actual.ts";
import { readAllIndexes } from "../../kinds/viewIndex/describe.ts";
import { ask } from "../../postgres/asked.ts";
import { displayName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { ownTexts } from "./ownTexts.ts";

/** A view with all that belongs to it, as the database has it. */
export interface FoundView {
  readonly view: ActualView;
  readonly properties: RelationProperties;
  readonly indexes: readonly ActualIndex[];
  /** The team's text where that means the same, else the server's. */
  readonly text: string;
  /** The team's file whose text means something else. */
  readonly otherFile: string | undefined;
  /** Names of the views among those found that it reads. */
  readonly reads: readonly string[];
}

/** Reads the views of a database, or of some schemas, that no stack manages and no extension brought; those that are read come first. */
export async function readViews(
  session: Session,
  schemas: readonly string[],
  definitions: string | undefined,
): Promise<FoundView[]> {
  const { rows } = await ask<ViewRow>(session.target, "describe/materialized_views", [null, null]);
  const wanted = rows
    .filter(({ schema }) => schemas.length === 0 || schemas.includes(schema))
    .filter(({ comment }) => splitKept(comment).record === undefined);
  const owners = [...new Set(wanted.map(({ owner }) => owner))];
  const [jobs, properties, indexes] = [
    session.capabilities.cron === undefined ? [] : await visibleJobs(session, owners),
    await readProperties(session.target, wanted),
    await readAllIndexes(session),
  ];
  const found: FoundView[] = [];
  for (const row of wanted) {
    const own = properties.find(({ oid }) => oid === row.oid);
    const verdict = { outcome: "awaited" } as const;
    const desired = { schema: row.schema, name: row.name, definition: row.definition };
    const view = toActual(row, jobsOf(jobs, desired, session.capabilities), verdict);
    if (own === undefined || view.claim !== undefined || own.uncarried.some((what) => what.startsWith("membership")))
      continue;
    found.push({
      view,
      properties: own,
      indexes: indexes.filter((index) => index.schema === row.schema && index.view === row.name),
      ...(await ownTexts(session, view, definitions)),
      reads: [],
    });
  }
  return inOrder(await Promise.all(found.map((one) => withReads(one, found))));
}

async function withReads(one: FoundView, all: readonly FoundView[]): Promise<FoundView> {
  const parsed = await parseDefinition(one.view.definition);
  if (!parsed.ok) return one;
  const names = relationsOf(parsed.definition.tree).map(({ schema = "public", name }) => displayName({ schema, name }));
  return { ...one, reads: all.map(({ view }) => displayName(view)).filter((name) => names.includes(name)) };
}

// PostgreSQL has no views that read each other in a circle.
function inOrder(views: readonly FoundView[]): FoundView[] {
  const ordered = new Map<string, FoundView>();
  const add = (one: FoundView): void => {
    if (ordered.has(displayName(one.view))) return;
    for (const name of one.reads) views.filter(({ view }) => displayName(view) === name).forEach(add);
    ordered.set(displayName(one.view), one);
  };
  views.forEach(add);
  return [...ordered.values()];
}
