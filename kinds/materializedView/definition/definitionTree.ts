import { createHash } from "node:crypto";
import type { SelectStmt } from "libpg-query";

/** A relation or function as a definition writes it: with its schema or without. */
export interface Reference {
  readonly schema?: string;
  readonly name: string;
}

/** One node of a parse tree: its kind as PostgreSQL's parser calls it, and its fields. */
export interface TreeNode {
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names of the common table expressions that can be seen here. */
  readonly visibleCtes: ReadonlySet<string>;
}

/** All nodes of a tree, without recursion: a definition may nest deeper than the stack is. The order means nothing. */
export function* treeNodes(tree: unknown): Generator<TreeNode> {
  const pending: { value: unknown; kind: string; ctes: ReadonlySet<string> }[] = [
    { value: tree, kind: "", ctes: new Set() },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, kind, ctes } = next;
    if (Array.isArray(value)) {
      for (const item of value) pending.push({ value: item, kind, ctes });
    } else if (isRecord(value)) {
      yield { kind, fields: value, visibleCtes: ctes };
      const scope = scopes(value["withClause"], ctes);
      for (const { query, visible } of scope.queries) pending.push({ value: query, kind: "", ctes: visible });
      for (const [key, child] of Object.entries(value)) {
        if (key === "withClause" || typeof child !== "object") continue;
        pending.push({ value: child, kind: key, ctes: scope.body });
      }
    }
  }
}

/**
 * A hash of the tree without the places in the text: equal for two texts that differ in layout, comments, case and aliases that say a
 * relation's own name only.
 */
export function hashTree(tree: object): string {
  const meaning = (key: string, value: unknown): unknown => (PLACES.has(key) ? undefined : withoutOwnAlias(value));
  return createHash("sha256").update(JSON.stringify(tree, meaning)).digest("hex");
}

// The server prints one for what was built aside and then renamed.
function withoutOwnAlias(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value["alias"])) return value;
  const { aliasname, colnames } = value["alias"];
  return aliasname === value["relname"] && colnames === undefined ? { ...value, alias: undefined } : value;
}

/** Functions that the definition calls by name, each once and sorted. Operators and casts are none. */
export function functionsOf(tree: SelectStmt): Reference[] {
  const found: Reference[] = [];
  for (const { kind, fields } of treeNodes(tree)) {
    if (kind === "FuncCall") found.push(functionName(fields));
  }
  return distinct(found);
}

/** Relations that the definition reads by name, each once and sorted; what it names itself in WITH is none. */
export function relationsOf(tree: SelectStmt): Reference[] {
  const found: Reference[] = [];
  for (const { kind, fields, visibleCtes } of treeNodes(tree)) {
    if (kind !== "RangeVar") continue;
    const { schemaname: schema, relname: name } = fields as { schemaname?: string; relname: string };
    if (schema !== undefined) found.push({ schema, name });
    else if (!visibleCtes.has(name)) found.push({ name });
  }
  return distinct(found);
}

/** The name in a FuncCall node. */
export function functionName(fields: TreeNode["fields"]): Reference {
  const parts = (fields["funcname"] as { String: { sval: string } }[]).map((part) => part.String.sval);
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

// Fields that say where in the text something stood; no name or value of a definition is ever a key of the tree.
const PLACES = new Set([
  ...["location", "name_location", "stmt_location", "stmt_len"],
  ...["list_start", "list_end", "rexpr_list_start", "rexpr_list_end"],
]);

interface Scopes {
  readonly queries: { query: unknown; visible: ReadonlySet<string> }[];
  readonly body: ReadonlySet<string>;
}

// Without RECURSIVE a common table expression sees those before it; with it, all of them and itself.
function scopes(withClause: unknown, outer: ReadonlySet<string>): Scopes {
  if (!isRecord(withClause)) return { queries: [], body: outer };
  const ctes = (withClause["ctes"] as { CommonTableExpr: { ctename: string } }[]).map((cte) => cte.CommonTableExpr);
  const body = new Set([...outer, ...ctes.map((cte) => cte.ctename)]);
  const queries = ctes.map((cte, index) => ({
    query: { CommonTableExpr: cte },
    visible:
      withClause["recursive"] === true
        ? body
        : new Set([...outer, ...ctes.slice(0, index).map((earlier) => earlier.ctename)]),
  }));
  return { queries, body };
}

function distinct(references: readonly Reference[]): Reference[] {
  const byText = new Map(references.map((reference) => [`${reference.schema ?? ""}\0${reference.name}`, reference]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
