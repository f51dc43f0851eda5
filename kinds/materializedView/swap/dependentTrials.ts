import type { Client } from "pg";
import { isServerError, serverText } from "../../../postgres/errors.ts";
import { sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { pipelined } from "../../../postgres/pipeline.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { innermostFirst, readFunctions, readPolicies, relationKey } from "./dependents.ts";
import type { DependencyEdge, DependentFunction, DependentPolicy } from "./dependents.ts";
import { readProperties } from "./relationProperties.ts";
import type { RelationProperties } from "./relationProperties.ts";
import { retarget } from "./retarget.ts";
import type { Renaming } from "./retarget.ts";
import { asideName } from "./swapNames.ts";

/** A column as the server sees it in a query. */
export interface QueryColumn {
  readonly name: string;
  readonly type: string;
  /** Null is the type's own. */
  readonly collation: string | null;
}

/** What a swap has to do with one thing that depends on the view. */
export type Dependent =
  /** Its query is run again as it stands: the columns stay, so everything else about it stays too. */
  | { readonly how: "replace view"; readonly view: RelationProperties }
  /** Built aside over the new view from the same query, then put in its place. */
  | { readonly how: "build aside"; readonly view: RelationProperties; readonly definition: string }
  | { readonly how: "replace function" | "recreate function"; readonly function: DependentFunction }
  | { readonly how: "alter policy"; readonly policy: DependentPolicy };

/** The declared definition as a temporary view, for as long as its transaction lasts. */
const DECLARED: QualifiedName = { schema: "pg_temp", name: "matview_declared_definition" };

/** Why a dependent cannot be made again; what is declared may be told to whom else it is. */
export interface DependentObstacle {
  readonly problem: string;
  /** The dependent, where it does not fit the declared definition. */
  readonly misfit?: RelationProperties;
}

/** Walks outwards; what can be replaced in place keeps its identity, so that nothing beyond it needs to be touched. */
export async function tryDependents(
  client: Client,
  old: RelationProperties,
  edges: readonly DependencyEdge[],
  { aside, called }: { readonly aside: QualifiedName; readonly called: string },
): Promise<{ dependents: Dependent[]; obstacles: DependentObstacle[] }> {
  const renamings: Renaming[] = [{ from: old, to: DECLARED }];
  const asides: Renaming[] = [{ from: old, to: aside }];
  const replaced = new Set([relationKey(old.oid)]);
  const dependents: Dependent[] = [];
  const obstacles: DependentObstacle[] = [];
  for (const edge of innermostFirst(edges, relationKey(old.oid))) {
    const parents = edges.filter(({ parent, child }) => child === edge.child && replaced.has(parent));
    if (parents.length === 0) continue;
    if (parents.some(({ parent }) => parent.startsWith("pg_proc "))) {
      const problem = `${edge.label} uses a function that has the view's row type in its signature: drop it first`;
      obstacles.push({ problem });
      continue;
    }
    const found = await tryDependent(client, edge, { renamings, replaced, called });
    if ("problem" in found) {
      obstacles.push(found);
      continue;
    }
    const { dependent, trial } = found;
    if (dependent.how === "recreate function") replaced.add(edge.child);
    if (trial === undefined) {
      dependents.push(dependent);
      continue;
    }
    replaced.add(edge.child);
    renamings.push({ from: trial.of, to: trial.name });
    dependents.push({ how: "build aside", view: trial.of, definition: await retarget(trial.of.definition, asides) });
    asides.push({ from: trial.of, to: asideName(trial.of) });
  }
  return { dependents, obstacles };
}

interface Trial {
  readonly renamings: readonly Renaming[];
  /** How a refusal calls the definition on which a dependent is tried. */
  readonly called: string;
}

interface Tried {
  readonly dependent: Dependent;
  /** Set when the dependent is built aside: its stand-in, for the trials of what depends on it. */
  readonly trial?: { readonly of: RelationProperties; readonly name: QualifiedName };
}

async function tryDependent(
  client: Client,
  edge: DependencyEdge,
  { replaced, ...trial }: Trial & { readonly replaced: ReadonlySet<string> },
): Promise<Tried | DependentObstacle> {
  switch (edge.kind) {
    case "view":
    case "materialized view":
      return tryRelation(client, edge, trial);
    case "function": {
      const [found] = await readFunctions(client, [edge.oid]);
      if (found === undefined) return { problem: `${edge.label} went away while it was looked at` };
      if (found.kind === "a")
        return { problem: `${edge.label} is an aggregate, which cannot be recreated: drop it first` };
      const inSignature = found.types.some((oid) => replaced.has(relationKey(oid)));
      return { dependent: { how: inSignature ? "recreate function" : "replace function", function: found } };
    }
    case "policy": {
      const [found] = await readPolicies(client, [edge.oid]);
      if (found === undefined) return { problem: `${edge.label} went away while it was looked at` };
      return { dependent: { how: "alter policy", policy: found } };
    }
    case "column":
      return {
        problem: `a column of ${edge.label} has the view's row type, and a table is never recreated: change the column first`,
      };
    case "other":
      return { problem: `${edge.label} cannot be recreated: drop it first and create it again afterwards` };
  }
}

async function tryRelation(
  client: Client,
  { oid, schema, name, label }: DependencyEdge,
  { renamings, called }: Trial,
): Promise<Tried | DependentObstacle> {
  if (schema === null || name === null) return { problem: `${label} has no name` };
  const [view] = await readProperties(client, [{ schema, name }]);
  if (view === undefined) return { problem: `${label} went away while it was looked at` };
  const trial = { schema: "pg_temp", name: `matview_trial_${oid}` };
  const columns = await tryQuery(client, trial, await retarget(view.definition, renamings));
  if (typeof columns === "string") return { problem: `${label} does not fit ${called}: ${columns}`, misfit: view };
  if (view.kind === "v" && keepsColumns(view, columns)) {
    return { dependent: { how: "replace view", view } };
  }
  if (view.uncarried.length > 0) {
    return { problem: `${label} has what cannot be recreated: ${view.uncarried.join(", ")}` };
  }
  return { dependent: { how: "build aside", view, definition: view.definition }, trial: { of: view, name: trial } };
}

async function tryQuery(client: Client, name: QualifiedName, query: string): Promise<QueryColumn[] | string> {
  const made = sqlStatement("statements/create_trial_view", { names: { view: name.name }, raw: { definition: query } });
  try {
    const [, , columns] = await pipelined(client, [
      "savepoint matview_trial",
      made,
      { text: sqlText("describe/columns"), values: [sqlName(name)] },
    ]);
    return (columns?.rows ?? []) as QueryColumn[];
  } catch (error) {
    if (!isServerError(error)) throw error;
    await client.query("rollback to savepoint matview_trial");
    return serverText(error);
  }
}

// `create or replace view` takes the same columns with the same types, and more behind them.
function keepsColumns(view: RelationProperties, columns: readonly QueryColumn[]): boolean {
  return view.columns.every(({ name, type, collation }, index) => {
    const column = columns[index];
    return column?.name === name && column.type === type && collation === null;
  });
}
