import type { Client } from "pg";
import { ask } from "../../../postgres/asked.ts";
import type { Question } from "../../../postgres/asked.ts";
import { SEARCH_PATH } from "../definition/definitionSettings.ts";
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
  /** i: immutable, s: stable, v: volatile. */
  readonly volatility: string;
  readonly isBuiltIn: boolean;
  readonly language: string;
  readonly hasParsedBody: boolean;
  readonly hasSearchPath: boolean;
}

/** Reads what the catalog says of the functions that a definition names. */
export async function readFunctions(client: Client, names: readonly Reference[]): Promise<FunctionFacts[]> {
  const { file, values } = functionQuestion(names);
  return (await ask<FunctionFacts>(client, file, values)).rows;
}

/** The question of `readFunctions`. */
export function functionQuestion(names: readonly Reference[]): Question {
  const values = [names.map(({ schema }) => schema ?? ""), names.map(({ name }) => name), SEARCH_PATH];
  return { on: "target", file: "describe/lint_functions", values };
}

/** The functions that a call may mean; only those that take that many arguments. */
export function functionFacts(
  functions: readonly FunctionFacts[],
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
