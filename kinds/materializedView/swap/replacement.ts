import type { Client } from "pg";
import { displayName, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { pipelined } from "../../../postgres/pipeline.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import type { ReadSource } from "../change/sourceChanges.ts";
import { DECLARED_VIEW, declareSql } from "../definition/declaredView.ts";
import { printSettings } from "../definition/definitionSettings.ts";
import { unfilledSources } from "../fillView.ts";
import type { UnfilledView } from "../fillView.ts";
import type { DeclaredIndex } from "../indexes/declaredIndex.ts";
import { tryDeclaredIndexes } from "./declaredIndexes.ts";
import type { TriedIndex } from "./declaredIndexes.ts";
import { tryDependents } from "./dependentTrials.ts";
import type { Dependent, DependentObstacle, QueryColumn } from "./dependentTrials.ts";
import { dependencyTree, isKept, relationKey } from "./dependents.ts";
import type { DependencyEdge } from "./dependents.ts";
import { propertiesQuery } from "./relationProperties.ts";
import type { RelationProperties } from "./relationProperties.ts";
import { renamedColumns } from "./renamedColumns.ts";
import { asideName } from "./swapNames.ts";

/** Everything that a swap is planned from; read in one go, nothing stays in the database. */
export interface Replacement {
  readonly old: RelationProperties;
  /** The declared query as it can be sent inside another statement. */
  readonly definition: string;
  /** Views without data that it reads, in the order in which they can be filled. */
  readonly unfilled: readonly UnfilledView[];
  /** The declared indexes but that of the key. */
  readonly indexes: readonly TriedIndex[];
  /** The query of the view and the declared one, as the server prints them for people. */
  readonly printed: { readonly live: string; readonly declared: string };
  /** What either reads. */
  readonly sources: readonly ReadSource[];
  /** Columns of the declared definition. */
  readonly columns: readonly QueryColumn[];
  /** Those that only have another name now, the old one first. */
  readonly renamed: readonly (readonly [before: string, after: string])[];
  /** What must be touched with the view, innermost first; what is further out stays as it is. */
  readonly dependents: readonly Dependent[];
  /** All that depends on the view, as an indented tree. */
  readonly tree: readonly string[];
  /** The same, each once. */
  readonly dependsOnIt: readonly Pick<DependencyEdge, "label" | "comment">[];
  /** Why the dependents cannot be recreated. */
  readonly obstacles: readonly DependentObstacle[];
  /** Old views of dependents that are kept aside and read it: they go. */
  readonly keptAbove: readonly QualifiedName[];
  /** Functions that mention the view in a text; they meet the new columns when they run. */
  readonly mentionedBy: readonly string[];
  /** Roles that default privileges give rights on new relations, by schema. */
  readonly defaultGrantees: Readonly<
    Record<string, { readonly relations: readonly string[]; readonly functions: readonly string[] }>
  >;
  readonly usesPostgrest: boolean;
  readonly mayUsePlpgsql: boolean;
  /** What lets the owner create temporary views; undefined where that one may. */
  readonly temporaryGrant?: string | undefined;
  /** How long a refresh by its jobs takes, as far as this role may see it. */
  readonly usualRunMs?: number | undefined;
}

/** What is declared of the view that is to take the old one's place; the definition must be one that the server accepts. */
interface Declared {
  readonly definition: string;
  /** Where it is before it takes the old one's place. */
  readonly aside?: QualifiedName;
  /** How refusals call the definition. */
  readonly called?: string;
  readonly indexes?: readonly DeclaredIndex[] | undefined;
}

/**
 * Reads what a swap of the view needs, trying the declared indexes and the dependents' queries over the declared definition in a transaction
 * that is rolled back. The client must not be inside a transaction.
 */
export async function readReplacement(
  client: Client,
  view: QualifiedName & { readonly oid: string },
  declared: Declared,
  serverMajor: number,
): Promise<Replacement> {
  try {
    return await readInTransaction(client, view, declared, serverMajor);
  } finally {
    // Nobody waits for it: whatever is asked next comes behind it.
    client.query("rollback").catch(() => undefined);
  }
}

async function readInTransaction(
  client: Client,
  view: QualifiedName & { readonly oid: string },
  { definition, aside = asideName(view), called = "the declared definition", indexes = [] }: Declared,
  serverMajor: number,
): Promise<Replacement> {
  const opening = [...declareSql(definition), printSettings()];
  const reading = pipelined(client, [
    ...opening,
    propertiesQuery([view]),
    { text: sqlText("describe/dependents"), values: [view.oid] },
    { text: sqlText("describe/columns"), values: [DECLARED_VIEW] },
    { text: sqlText("describe/uses_postgrest"), values: [view.oid] },
    { text: sqlText("describe/functions_mentioning"), values: [view.name] },
    { text: sqlText("describe/view_text"), values: [DECLARED_VIEW] },
    unfilledSources(DECLARED_VIEW),
    { text: sqlText("describe/view_text"), values: [view.oid] },
    { text: sqlText("describe/view_sources"), values: [sqlName(view), DECLARED_VIEW] },
  ]);
  const [answers, ownGrantees] = await Promise.all([reading, grantees(client, [view.schema])]);
  const rows = answers.slice(opening.length).map((answer) => answer.rows as unknown[]);
  const [properties, dependents, columns = [], postgrest, mentioned, texts, unfilled, live, sources] = rows;
  const [old] = (properties ?? []) as RelationProperties[];
  if (old?.oid !== view.oid) throw new Error(`${displayName(view)} went away while it was looked at`);
  const all = (dependents ?? []) as DependencyEdge[];
  const edges = all.filter((edge) => !isKept(edge));
  const trial = await tryDependents(client, old, edges, { aside, called });
  const [text] = (texts ?? []) as ViewText[];
  const [before] = (live ?? []) as ViewText[];
  const now = { definition: text?.definition ?? "", columns: columns as QueryColumn[] };
  const [facts] = (postgrest ?? []) as {
    found: boolean;
    mayUsePlpgsql: boolean;
    temporaryGrant: string | null;
  }[];
  return {
    old,
    definition,
    unfilled: (unfilled ?? []) as UnfilledView[],
    printed: { live: before?.readable ?? "", declared: text?.readable ?? "" },
    sources: (sources ?? []) as ReadSource[],
    indexes: await tryDeclaredIndexes(client, indexes, serverMajor),
    columns: now.columns,
    renamed: await renamedColumns(old, now),
    ...trial,
    keptAbove: keptOf(all),
    tree: dependencyTree(edges, relationKey(old.oid)),
    dependsOnIt: dependedOn(edges),
    mentionedBy: ((mentioned ?? []) as { function: string }[]).map((row) => row.function),
    defaultGrantees: { ...ownGrantees, ...(await grantees(client, otherSchemas(trial.dependents, view))) },
    usesPostgrest: facts?.found === true,
    mayUsePlpgsql: facts?.mayUsePlpgsql === true,
    temporaryGrant: facts?.temporaryGrant ?? undefined,
  };
}

/** A row of describe/view_text.sql. */
interface ViewText {
  readonly definition: string;
  readonly readable: string;
}

/** One of several edges to each, in the order of their labels. */
function dependedOn(edges: readonly DependencyEdge[]): Replacement["dependsOnIt"] {
  const found = new Map(edges.map(({ child, label, comment }) => [child, { label, comment }]));
  return [...found.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

function keptOf(edges: readonly DependencyEdge[]): QualifiedName[] {
  const kept = edges.flatMap((edge) =>
    isKept(edge) && edge.schema !== null && edge.name !== null ? [{ schema: edge.schema, name: edge.name }] : [],
  );
  return [...new Map(kept.map((one) => [displayName(one), one])).values()];
}

async function grantees(client: Client, schemas: readonly string[]): Promise<Replacement["defaultGrantees"]> {
  const asked = [...new Set(schemas)].map(async (schema) => {
    const { rows } = await client.query<{ kind: string; role: string }>(sqlText("describe/default_grantees"), [schema]);
    const of = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ role }) => role);
    return [schema, { relations: of("r"), functions: of("f") }] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}

function otherSchemas(dependents: readonly Dependent[], view: QualifiedName): string[] {
  return dependents.map(schemaOf).filter((schema) => schema !== view.schema);
}

function schemaOf(dependent: Dependent): string {
  if ("view" in dependent) return dependent.view.schema;
  return "function" in dependent ? dependent.function.schema : dependent.policy.schema;
}
