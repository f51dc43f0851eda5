import type { Client } from "pg";
import { sqlText } from "../../../postgres/sqlFiles.ts";
import type { Reference } from "../definition/definitionTree.ts";

/** What the catalog says of one function that a name in the definition may mean. */
export interface FunctionFacts {
  readonly writtenSchema: string;
  readonly schema: string;
  readonly name: string;
  readonly arguments: string;
  readonly fewestArguments: number;
  /** null: any number. */
  readonly mostArguments: number | null;
  /** f: function, a: aggregate, w: window function. */
  readonly kind: string;
  /** i: immutable, s: stable, v: volatile. */
  readonly volatility: string;
  readonly returnsSet: boolean;
  readonly isBuiltIn: boolean;
  readonly language: string;
  readonly hasParsedBody: boolean;
  readonly hasSearchPath: boolean;
}

/** What the catalog says of a relation that the definition reads. */
export interface RelationFacts {
  readonly writtenSchema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly notNull: readonly string[];
  readonly uniqueKeys: readonly (readonly string[])[];
}

/** All that the rules need to know beside the text. */
export interface DefinitionFacts {
  readonly functions: readonly FunctionFacts[];
  readonly relations: readonly RelationFacts[];
}

/** Reads the facts about the functions and relations of a definition. */
export async function readFacts(
  client: Client,
  references: { readonly functions: readonly Reference[]; readonly relations: readonly Reference[] },
  searchPath: readonly string[],
): Promise<DefinitionFacts> {
  const ask = (names: readonly Reference[]): unknown[] => [
    names.map(({ schema }) => schema ?? ""),
    names.map(({ name }) => name),
    searchPath,
  ];
  const [functions, relations] = await Promise.all([
    client.query<FunctionFacts>(sqlText("describe/lint_functions"), ask(references.functions)),
    client.query<RelationFacts>(sqlText("describe/lint_relations"), ask(references.relations)),
  ]);
  return { functions: functions.rows, relations: relations.rows };
}

/** The relation that a name means, as far as the catalog knew it. */
export function relationFacts(
  { relations }: DefinitionFacts,
  { schema = "", name }: Reference,
): RelationFacts | undefined {
  return relations.find((relation) => relation.writtenSchema === schema && relation.name === name);
}

/** The functions that a call may mean; only those that take that many arguments. */
export function functionFacts(
  { functions }: DefinitionFacts,
  { schema = "", name }: Reference,
  argumentCount: number,
): FunctionFacts[] {
  return functions.filter(
    (candidate) =>
      candidate.writtenSchema === schema &&
      candidate.name === name &&
      candidate.fewestArguments <= argumentCount &&
      argumentCount <= (candidate.mostArguments ?? Infinity),
  );
}
