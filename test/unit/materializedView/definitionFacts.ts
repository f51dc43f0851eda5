import type { SelectStmt } from "libpg-query";
import { parseDefinition } from "../../../kinds/materializedView/definition/parseDefinition.ts";
import type { DefinitionFacts, FunctionFacts } from "../../../kinds/materializedView/lint/lintFacts.ts";

function relation(
  name: string,
  columns: string,
  notNull: string,
  ...uniqueKeys: string[]
): DefinitionFacts["relations"][number] {
  const list = (text: string): string[] => text.split(" ").filter(Boolean);
  return { writtenSchema: "", name, columns: list(columns), notNull: list(notNull), uniqueKeys: uniqueKeys.map(list) };
}

/** Facts of a function that came with the server, but for what is given. */
export function func(name: string, more: Partial<FunctionFacts> = {}): FunctionFacts {
  return {
    ...{ writtenSchema: "", schema: "pg_catalog", name, arguments: "", fewestArguments: 0, mostArguments: null },
    ...{ kind: "f", volatility: "i", returnsSet: false, isBuiltIn: true, language: "internal" },
    ...{ hasParsedBody: false, hasSearchPath: false },
    ...more,
  };
}

/** A small catalog: a(id, x, y) and b(id, a_id, n, z) with their keys, and a table without one. */
export const FACTS: DefinitionFacts = {
  relations: [
    relation("a", "id x y", "id x", "id"),
    relation("b", "id a_id n z", "id a_id", "id", "z", "a_id n"),
    relation("sin_llave", "v w", ""),
  ],
  functions: [
    ...["count", "max", "sum", "array_agg"].map((name) => func(name, { kind: "a" })),
    ...["random", "clock_timestamp"].map((name) =>
      func(name, { volatility: "v", fewestArguments: 0, mostArguments: 0 }),
    ),
    func("now", { volatility: "s" }),
    func("to_char", { volatility: "s" }),
    func("unnest", { returnsSet: true }),
    func("precio", {
      schema: "public",
      volatility: "v",
      isBuiltIn: false,
      language: "sql",
      fewestArguments: 1,
      mostArguments: 1,
    }),
    func("precio", { schema: "public", isBuiltIn: false, fewestArguments: 2, mostArguments: 2 }),
  ],
};

/** The parse tree of a definition. */
export async function tree(text: string): Promise<SelectStmt> {
  const parsed = await parseDefinition(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.definition.tree;
}
