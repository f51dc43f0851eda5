import type { Client } from "pg";
import { ask } from "../../../postgres/asked.ts";
import type { Question } from "../../../postgres/asked.ts";
import { displayName, sqlIdentifier, sqlName, type QualifiedName } from "../../../postgres/names.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";
import { searchPathFix } from "../searchPathAdvice.ts";
import type { Finding } from "./finding.ts";
import { functionQuestion, readFunctions, type FunctionFacts } from "./lintFacts.ts";
import { lintTree } from "./lintTree.ts";

/** A declared view, as far as the lint looks at it. */
export interface LintedView extends QualifiedName {
  /** The declared text. */
  readonly definition: string;
  readonly uniqueKey?: readonly string[] | undefined;
  readonly owner?: string | undefined;
  /** Roles that a web API acts as. Default: those of Supabase and PostgREST. */
  readonly apiRoles?: readonly string[] | undefined;
}

/** Roles that stand for everybody who has the address of the API. */
const API_ROLES: readonly string[] = ["anon", "authenticated"];

/**
 * Warnings about a declared view, each with its cost and the way out. Reads the catalog only; needs no right on the sources.
 * A definition that cannot be parsed has no findings: `parseDefinition` says what is wrong with it.
 */
export async function lintDefinition(client: Client, view: LintedView, serverMajor: number): Promise<Finding[]> {
  const parsed = await parseDefinition(view.definition);
  if (!parsed.ok) return [];
  const { tree, functions } = parsed.definition;
  const [facts, exposed] = await Promise.all([readFunctions(client, functions), exposure(client, view)]);
  return [
    ...lintTree(tree, view.uniqueKey ?? [], facts),
    ...(serverMajor >= 17 ? functionsWithoutSearchPath(facts) : []),
    ...exposed,
  ];
}

/** What `lintDefinition` asks. */
export async function lintQuestions(view: LintedView): Promise<Question[]> {
  const parsed = await parseDefinition(view.definition);
  if (!parsed.ok) return [];
  return [functionQuestion(parsed.definition.functions), exposureQuestion(view)];
}

function exposureQuestion(view: LintedView): Question {
  const values = [view.apiRoles ?? API_ROLES, view.schema, view.name, view.owner ?? null];
  return { on: "target", file: "describe/lint_exposure", values };
}

/** Functions that a refresh on PostgreSQL 17 and later runs with `pg_catalog, pg_temp` as search_path. */
export function functionsWithoutSearchPath(functions: readonly FunctionFacts[]): Finding[] {
  const open = functions.filter(
    ({ isBuiltIn, language, hasSearchPath, hasParsedBody }) =>
      !isBuiltIn && !hasSearchPath && !hasParsedBody && (language === "sql" || language === "plpgsql"),
  );
  return open.map((found) => {
    const signature = `${displayName(found)}(${found.arguments})`;
    return {
      rule: "function-search-path",
      message: `Function ${signature} has no search_path of its own`,
      cost: "Since PostgreSQL 17 a refresh runs with search_path pg_catalog, pg_temp: a name that its body does not qualify is not found, and the refresh fails with 42P01 or 42883",
      fix: searchPathFix(found),
    };
  });
}

async function exposure(client: Client, view: LintedView): Promise<Finding[]> {
  const { file, values } = exposureQuestion(view);
  const { rows } = await ask<{ role: string; exists: boolean }>(client, file, values);
  const owner = view.owner === undefined ? "" : ` for role ${sqlIdentifier(view.owner)}`;
  return rows.map(({ role, exists }) => ({
    rule: "exposed-to-api",
    message: exists
      ? `Role ${role} may read ${displayName(view)}`
      : `Role ${role} will be able to read ${displayName(view)}: default privileges of its schema say so`,
    cost: "Row level security does not apply to materialized views: whoever holds the API's key reads every row",
    fix: exists
      ? `revoke all on ${sqlName(view)} from ${sqlIdentifier(role)}, or keep the view in a schema that the API does not expose`
      : `alter default privileges${owner} in schema ${sqlIdentifier(view.schema)} revoke all on tables from ${sqlIdentifier(role)}, or keep the view in a schema that the API does not expose`,
  }));
}
