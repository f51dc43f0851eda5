import type { Client } from "pg";
import type { Session } from "../../../postgres/session.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import { splitKept } from "./kept.ts";
import type { GrantItem } from "./relationProperties.ts";

/** `child` mentions `parent`; both are catalog and oid, such as "pg_class 16400". */
export interface DependencyEdge {
  readonly parent: string;
  readonly child: string;
  readonly oid: string;
  readonly kind: "view" | "materialized view" | "function" | "policy" | "column" | "other";
  readonly schema: string | null;
  readonly name: string | null;
  /** In PostgreSQL's words: "view public.resumen". */
  readonly label: string;
  /** Of a relation. */
  readonly comment: string | null;
}

/** A function that the catalog ties to a view: through its body or its signature. */
export interface DependentFunction {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly arguments: string;
  readonly definition: string;
  readonly owner: string;
  readonly comment: string | null;
  /** Oids of the relations whose row types its signature names. */
  readonly types: readonly string[];
  readonly grants: readonly GrantItem[];
}

/** A row security policy whose expression reads a view. */
export interface DependentPolicy {
  readonly oid: string;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly using: string | null;
  readonly withCheck: string | null;
}

/** All that depends on a relation, as the edges of its graph. */
export async function readEdges(client: Client, oid: string): Promise<DependencyEdge[]> {
  return (await client.query<DependencyEdge>(sqlText("describe/dependents"), [oid])).rows;
}

/** What stands on a relation directly, in PostgreSQL's words. */
export async function usersOf({ target }: Session, oid: string): Promise<string[]> {
  const edges = await readEdges(target, oid);
  return [...new Set(edges.filter(({ parent }) => parent === relationKey(oid)).map(({ label }) => label))];
}

export async function readFunctions(client: Client, oids: readonly string[]): Promise<DependentFunction[]> {
  return (await client.query<DependentFunction>(sqlText("describe/dependent_functions"), [oids])).rows;
}

export async function readPolicies(client: Client, oids: readonly string[]): Promise<DependentPolicy[]> {
  return (await client.query<DependentPolicy>(sqlText("describe/dependent_policies"), [oids])).rows;
}

/** True for the old view of another one, kept aside: it goes with the change, and nobody reads it. */
export function isKept({ kind, comment }: DependencyEdge): boolean {
  return kind === "materialized view" && splitKept(comment).record !== undefined;
}

/** The key of a relation in the edges. */
export function relationKey(oid: string): string {
  return `pg_class ${oid}`;
}

/** The dependents as an indented tree, each where it is first met. */
export function dependencyTree(edges: readonly DependencyEdge[], root: string): string[] {
  const shown = new Set<string>();
  const below = (parent: string, depth: number): string[] =>
    edges
      .filter((edge) => edge.parent === parent)
      .sort((a, b) => (a.label < b.label ? -1 : 1))
      .flatMap(({ child, label }) => {
        if (shown.has(child)) return [];
        shown.add(child);
        return [`${"  ".repeat(depth)}${label}`, ...below(child, depth + 1)];
      });
  return below(root, 0);
}

/** Each dependent once, after everything that it mentions. */
export function innermostFirst(edges: readonly DependencyEdge[], root: string): DependencyEdge[] {
  const done = new Set([root]);
  const ordered: DependencyEdge[] = [];
  const children = new Map(edges.map((edge) => [edge.child, edge]));
  children.delete(root);
  while (children.size > 0) {
    const ready = [...children.values()].filter(({ child }) =>
      edges.every((edge) => edge.child !== child || edge.parent === child || done.has(edge.parent)),
    );
    // Functions that call each other can go round in circles.
    const next = ready.length > 0 ? ready : [...children.values()].slice(0, 1);
    for (const edge of next) {
      ordered.push(edge);
      done.add(edge.child);
      children.delete(edge.child);
    }
  }
  return ordered;
}
