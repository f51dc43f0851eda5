import { Buffer } from "node:buffer";
import type { ParseResult, SelectStmt } from "libpg-query";
import { blankComments, queryAlone } from "./bareText.ts";
import { functionsOf, hashTree, treeNodes, type Reference, type TreeNode } from "./definitionTree.ts";
import { loadParser, parserComplaint } from "./parser.ts";
import { charactersBefore, problemAt } from "./textPosition.ts";

/** What a definition says, as far as its text alone tells. */
export interface ParsedDefinition {
  /** The query as it can be sent inside another statement: no semicolon, no comment before or after it. */
  readonly sql: string;
  /** What stands before it: comments, blanks. */
  readonly head: string;
  /** As `hashTree` has it. */
  readonly treeHash: string;
  /** Functions that it calls by name, as written. */
  readonly functions: readonly Reference[];
  readonly tree: SelectStmt;
}

export type ParseOutcome =
  { readonly ok: true; readonly definition: ParsedDefinition } | { readonly ok: false; readonly problem: string };

/**
 * Reads a definition with PostgreSQL's own parser, without a server: exactly one SELECT (or VALUES, TABLE, WITH) that a
 * materialized view can be made of. A problem names the line, the column and what to write instead.
 */
export function parseDefinition(text: string): Promise<ParseOutcome> {
  const known = outcomes.get(text) ?? parse(text);
  outcomes.set(text, known);
  if (outcomes.size > MOST_KNOWN) outcomes.delete(outcomes.keys().next().value ?? text);
  return known;
}

/** A text is looked at several times on its way: in a check, a comparison, the lint. */
const outcomes = new Map<string, Promise<ParseOutcome>>();
const MOST_KNOWN = 100;

async function parse(text: string): Promise<ParseOutcome> {
  const unreadable = unreadableText(text);
  if (unreadable !== undefined) return { ok: false, problem: unreadable };
  // A file saved by an editor may start with a byte order mark, which is no SQL.
  const query = text.replace(/^\uFEFF/, "");
  const parser = await loadParser();
  try {
    const bare = blankComments(query, parser);
    return readStatement(query, bare, parser.parseSync(bare));
  } catch (error) {
    return { ok: false, problem: syntaxProblem(query, error) };
  }
}

/** True when both texts are definitions and differ in what means nothing only. */
export async function sameTree(a: string, b: string): Promise<boolean> {
  const [first, second] = [await parseDefinition(a), await parseDefinition(b)];
  return first.ok && second.ok && first.definition.treeHash === second.definition.treeHash;
}

const ONE_SELECT = "a definition is one SELECT (or VALUES, TABLE, WITH ... SELECT)";

// `bare` is the text without comments, character for character: places in it are places in the text.
function readStatement(text: string, bare: string, result: ParseResult): ParseOutcome {
  const statement = result.stmts?.[0]?.stmt;
  const tree = statement !== undefined && "SelectStmt" in statement ? statement.SelectStmt : undefined;
  const at = (bytes: unknown, problem: string): string =>
    typeof bytes === "number" && bytes >= 0 ? problemAt(text, charactersBefore(bare, bytes), problem) : problem;
  if (tree === undefined || (result.stmts ?? []).length > 1) {
    return { ok: false, problem: statementProblem(bare, result, at) };
  }
  const problem = treeProblem(tree, at);
  if (problem !== undefined) return { ok: false, problem };
  return {
    ok: true,
    definition: { ...queryAlone(text, bare, result), treeHash: hashTree(tree), functions: functionsOf(tree), tree },
  };
}

type At = (bytes: unknown, problem: string) => string;

function unreadableText(text: string): string | undefined {
  if (text.trim() === "") return `the definition is empty; ${ONE_SELECT}`;
  if (text.includes("\0"))
    return problemAt(
      text.replaceAll("\0", "\uFFFD"),
      Array.from(text).indexOf("\0"),
      "a zero byte, which no SQL text can hold",
    );
  return undefined;
}

function syntaxProblem(text: string, error: unknown): string {
  if (error instanceof RangeError)
    return "the definition nests too deeply to be read; split it into common table expressions";
  const { cursorPosition, message } = parserComplaint(error);
  return problemAt(text, cursorPosition, message);
}

function statementProblem(bare: string, { stmts = [] }: ParseResult, at: At): string {
  if (stmts.length === 0) return `the definition holds no statement; ${ONE_SELECT}`;
  if (stmts[1] !== undefined) {
    const start = stmts[1].stmt_location ?? 0;
    const blanks = /^\s*/.exec(Buffer.from(bare).subarray(start).toString())?.[0] ?? "";
    return at(start + blanks.length, `a second statement starts here; ${ONE_SELECT}`);
  }
  const kind = Object.keys(stmts[0]?.stmt ?? {})[0];
  if (kind === "CreateTableAsStmt" || kind === "ViewStmt") {
    return "the definition is a CREATE statement; write the query after AS alone, the module writes the rest";
  }
  return `the definition is no query; ${ONE_SELECT}`;
}

const MODIFYING: Readonly<Record<string, string>> = {
  InsertStmt: "INSERT",
  UpdateStmt: "UPDATE",
  DeleteStmt: "DELETE",
  MergeStmt: "MERGE",
};

// What the grammar allows and a materialized view does not; FOR UPDATE it allows, at a row lock for each source row and refresh.
function treeProblem(tree: SelectStmt, at: At): string | undefined {
  for (const { kind, fields } of treeNodes(tree)) {
    if (kind === "ParamRef")
      return at(
        fields["location"],
        `$${String(fields["number"])} is a parameter, and a definition has none; write the value`,
      );
    if (kind === "intoClause")
      return at(intoPlace(fields), "SELECT ... INTO creates a table; leave INTO and the name out");
    if (kind === "LockingClause")
      return "FOR UPDATE and FOR SHARE lock source rows on every refresh; leave the clause out";
    const modifying = MODIFYING[kind];
    if (modifying !== undefined)
      return `${modifying} in WITH changes data, which a materialized view refuses; leave it out`;
    if (kind === "RangeVar" && /^pg_temp(_\d+)?$/.test(String(fields["schemaname"]))) {
      return at(
        fields["location"],
        `${String(fields["relname"])} is a temporary table, which a materialized view refuses; use a permanent one`,
      );
    }
  }
  return undefined;
}

function intoPlace(fields: TreeNode["fields"]): unknown {
  return (fields["rel"] as { location?: number } | undefined)?.location;
}
