import type { Client } from "pg";
import { displayName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { createSettings, printSettings } from "../definition/definitionSettings.ts";
import { columnsOf, DECLARED, tryDependents } from "./dependentTrials.ts";
import type { Dependent, QueryColumn } from "./dependentTrials.ts";
import { dependencyTree, readEdges, relationKey } from "./dependents.ts";
import { readProperties } from "./relationProperties.ts";
import type { RelationProperties } from "./relationProperties.ts";

/** Everything that a swap is planned from; read in one go, nothing stays in the database. */
export interface Replacement {
  readonly old: RelationProperties;
  /** The declared query as it can be sent inside another statement. */
  readonly definition: string;
  /** Columns of the declared definition. */
  readonly columns: readonly QueryColumn[];
  /** What must be touched with the view, innermost first; what is further out stays as it is. */
  readonly dependents: readonly Dependent[];
  /** All that depends on the view, as an indented tree. */
  readonly tree: readonly string[];
  /** Why the dependents cannot be recreated. */
  readonly obstacles: readonly string[];
  /** Functions that mention the view in a text; they meet the new columns when they run. */
  readonly mentionedBy: readonly string[];
  /** Roles that default privileges give rights on new relations, by schema. */
  readonly defaultGrantees: Readonly<
    Record<string, { readonly relations: readonly string[]; readonly functions: readonly string[] }>
  >;
  readonly usesPostgrest: boolean;
  readonly mayUsePlpgsql: boolean;
}

/**
 * Reads what a swap of the view needs, trying the dependents' queries over the declared definition in a transaction that is
 * rolled back. `definition` must be one that the server accepts. The client must not be inside a transaction.
 */
export async function readReplacement(client: Client, view: QualifiedName, definition: string): Promise<Replacement> {
  await client.query("begin");
  try {
    await client.query("set local lock_timeout = 3000");
    return await readInTransaction(client, view, definition);
  } finally {
    await client.query("rollback");
  }
}

async function readInTransaction(client: Client, view: QualifiedName, definition: string): Promise<Replacement> {
  const [old] = await readProperties(client, [view]);
  if (old === undefined) throw new Error(`${displayName(view)} went away while it was looked at`);
  const root = relationKey(old.oid);
  const edges = await readEdges(client, old.oid);
  const columns = await tryDeclared(client, definition);
  const trial = await tryDependents(client, old, edges);
  const schemas = [old.schema, ...trial.dependents.map(schemaOf)];
  const [postgrest] = (
    await client.query<{ found: boolean; mayUsePlpgsql: boolean }>(sqlText("describe/uses_postgrest"))
  ).rows;
  const mentioned = await client.query<{ function: string }>(sqlText("describe/functions_mentioning"), [view.name]);
  return {
    old,
    definition,
    columns,
    ...trial,
    tree: dependencyTree(edges, root),
    mentionedBy: mentioned.rows.map((row) => row.function),
    defaultGrantees: await grantees(client, schemas),
    usesPostgrest: postgrest?.found === true,
    mayUsePlpgsql: postgrest?.mayUsePlpgsql === true,
  };
}

async function tryDeclared(client: Client, definition: string): Promise<QueryColumn[]> {
  for (const statement of createSettings()) await client.query(statement);
  await client.query(sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } }));
  await client.query(printSettings());
  return columnsOf(client, DECLARED);
}

async function grantees(client: Client, schemas: readonly string[]): Promise<Replacement["defaultGrantees"]> {
  const found: Record<string, { relations: string[]; functions: string[] }> = {};
  for (const schema of new Set(schemas)) {
    const { rows } = await client.query<{ kind: string; role: string }>(sqlText("describe/default_grantees"), [schema]);
    const of = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ role }) => role);
    found[schema] = { relations: of("r"), functions: of("f") };
  }
  return found;
}

function schemaOf(dependent: Dependent): string {
  if ("view" in dependent) return dependent.view.schema;
  return "function" in dependent ? dependent.function.schema : dependent.policy.schema;
}
