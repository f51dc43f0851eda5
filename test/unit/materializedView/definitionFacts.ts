import type { SelectStmt } from "libpg-query";
import { parseDefinition } from "../../../kinds/materializedView/definition/parseDefinition.ts";
import type { FunctionFacts } from "../../../kinds/materializedView/lint/lintFacts.ts";

/** Facts of a function that came with the server, but for what is given. */
export function func(name: string, more: Partial<FunctionFacts> = {}): FunctionFacts {
  return {
    ...{ writtenSchema: "", schema: "pg_catalog", name, arguments: "", fewestArguments: 0, mostArguments: null },
    ...{ volatility: "i", isBuiltIn: true, language: "internal" },
    ...{ hasParsedBody: false, hasSearchPath: false },
    ...more,
  };
}

/** The functions of a small catalog. */
export const FUNCTIONS: readonly FunctionFacts[] = [
  ...["count", "max", "lower", "to_char", "age", "row_number"].map((name) => func(name)),
  ...["random", "clock_timestamp"].map((name) => func(name, { volatility: "v", mostArguments: 0 })),
  func("now", { volatility: "s" }),
  func("precio", { schema: "public", volatility: "v", isBuiltIn: false, fewestArguments: 1, mostArguments: 1 }),
  func("precio", { schema: "public", isBuiltIn: false, fewestArguments: 2, mostArguments: 2 }),
];

/** The parse tree of a definition. */
export async function tree(text: string): Promise<SelectStmt> {
  const parsed = await parseDefinition(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.definition.tree;
}
