import type { Node, SelectStmt } from "libpg-query";
import { functionName, treeNodes } from "../definition/definitionTree.ts";
import { changingValues } from "./changingValues.ts";
import type { Finding } from "./finding.ts";
import { functionFacts, type FunctionFacts } from "./lintFacts.ts";
import { starSources } from "./starSources.ts";
import { nameParts, outputName } from "./treeRead.ts";

const REWRITES =
  "Every concurrent refresh rewrites them all although no source changed: at 100,000 rows 58 MB of WAL instead of 0.2 MB, " +
  "twice as long, and as many dead rows for vacuum";

/** What the text, and what the catalog says of its functions, have against a definition and its key. Pure. */
export function lintTree(tree: SelectStmt, key: readonly string[], functions: readonly FunctionFacts[]): Finding[] {
  return [
    ...volatileFunctions(tree, functions),
    ...clockValues(tree, key),
    ...literals(tree),
    ...stars(tree),
    ...unstableKey(tree, key),
  ];
}

function volatileFunctions(tree: SelectStmt, functions: readonly FunctionFacts[]): Finding[] {
  const names = new Map<string, boolean>();
  for (const { kind, fields } of treeNodes(tree)) {
    if (kind !== "FuncCall") continue;
    const reference = functionName(fields);
    const count = (fields["args"] as unknown[] | undefined)?.length ?? 0;
    const candidates = functionFacts(functions, reference, count);
    if (!candidates.some(({ volatility }) => volatility === "v")) continue;
    names.set(
      [reference.schema, reference.name].filter(Boolean).join("."),
      candidates.some(({ isBuiltIn }) => !isBuiltIn),
    );
  }
  return [...names].map(([name, isUserMade]) => ({
    rule: "volatile-function",
    message: `${name}() is volatile: it may give every row another value on every refresh`,
    cost: REWRITES,
    fix: isUserMade
      ? "Where its result depends on its arguments and the tables alone, say so: alter function ... stable; else leave it out"
      : "Take the value from the source's own columns",
  }));
}

function clockValues(tree: SelectStmt, key: readonly string[]): Finding[] {
  return changingValues(tree, key).map(({ text, isConditional, changes }) => ({
    rule: "changing-value",
    message:
      `${text} is in the select list${isConditional ? " under a condition" : ""}: ` +
      `${isConditional ? "the rows for which it holds" : "all rows"} change ${changes === "every day" ? "on the first refresh of a day" : "on every refresh"}`,
    cost: changes === "every day" ? REWRITES.replace("Every concurrent refresh", "That refresh") : REWRITES,
    fix:
      "Store the time of the refresh in one row (case when <key> = (select min(<key>) from <source>) then now() end), or have " +
      "readers compute what depends on the time",
  }));
}

const MOVING = /^\s*(now|today|tomorrow|yesterday)\b/i;
const NO_TIME = /^\s*([+-]?infinity|epoch)/i;
const DATE = /^\s*\d{4}-\d{1,2}-\d{1,2}/;
const HAS_ZONE = /(z|[+-]\d{1,2}(:?\d{2}){0,2}|[a-z]+\/[a-z_/]+|\b[a-z]{3,5})\s*$/i;

function literals(tree: SelectStmt): Finding[] {
  const found = new Map<string, Finding>();
  for (const { kind, fields } of treeNodes(tree)) {
    if (kind !== "TypeCast") continue;
    const type = nameParts((fields["typeName"] as { names?: Node[] } | undefined)?.names).at(-1) ?? "";
    const value = (fields["arg"] as { A_Const?: { sval?: { sval?: string } } } | undefined)?.A_Const?.sval?.sval;
    if (value === undefined || !/^(date|time|timetz|timestamp|timestamptz)$/.test(type)) continue;
    if (MOVING.test(value)) found.set(value, frozenLiteral(value));
    else if (type === "timestamptz" && isZoneless(value)) found.set(value, zonelessTimestamp(value));
  }
  return [...found.values()];
}

function isZoneless(value: string): boolean {
  return !NO_TIME.test(value) && !HAS_ZONE.test(value.replace(DATE, ""));
}

function frozenLiteral(value: string): Finding {
  return {
    rule: "frozen-literal",
    message: `'${value}' is read once, when the view is created`,
    cost: "The limit stays where it was on that day, and every later deploy sees another value and builds the view again",
    fix: "Write current_date or now(), in a condition and not in the select list",
  };
}

function zonelessTimestamp(value: string): Finding {
  return {
    rule: "zoneless-timestamp",
    message: `'${value}' names no time zone and is read in UTC, whatever the server's zone is`,
    cost: "Where local time was meant, the rows of some hours fall on the wrong side",
    fix: `Name the zone, for example timestamptz '${value.trim()} America/Bogota'`,
  };
}

function stars(tree: SelectStmt): Finding[] {
  const sources = starSources(tree);
  if (sources.length === 0) return [];
  return [
    {
      rule: "select-star",
      message: `* stands for the columns that ${sources.join(", ")} had when the view was created`,
      cost: "A column that is added there changes the definition: the next deploy builds the view again, and readers get a column that nobody declared",
      fix: "List the columns",
    },
  ];
}

function unstableKey(tree: SelectStmt, key: readonly string[]): Finding[] {
  return unstableColumns(tree, key).map(([column, call]) => ({
    rule: "unstable-key",
    message: `Key column ${column} is made by ${call}(): the same row may have another key after a refresh`,
    cost: "Every concurrent refresh rewrites the rows whose key moved, and a reader cannot find a row again",
    fix: "Take the key from the columns of the source",
  }));
}

const NUMBERING = new Set([
  "row_number",
  "rank",
  "dense_rank",
  "ntile",
  "random",
  "gen_random_uuid",
  "uuid_generate_v4",
  "nextval",
  "uuidv4",
  "uuidv7",
]);

function unstableColumns({ targetList = [] }: SelectStmt, key: readonly string[]): (readonly [string, string])[] {
  return targetList.flatMap((node) => {
    const name = "ResTarget" in node ? outputName(node.ResTarget) : undefined;
    if (name === undefined || !key.includes(name)) return [];
    const calls = [...treeNodes(node)]
      .filter(({ kind }) => kind === "FuncCall")
      .map(({ fields }) => functionName(fields).name);
    const call = calls.find((candidate) => NUMBERING.has(candidate));
    return call === undefined ? [] : [[name, call] as const];
  });
}
