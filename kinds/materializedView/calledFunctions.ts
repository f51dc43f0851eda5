import type { Client } from "pg";
import { isServerError, serverText, SQLSTATE } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { transaction } from "../../postgres/pipeline.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { searchPathFix } from "./searchPathAdvice.ts";

/**
 * Functions in SQL, out of those that are called, that every refresh on PostgreSQL 17 and later refuses, for a name in their body is not
 * found in pg_catalog: the server reads the bodies again. A body in another language is known only when it runs; the lint warns of it.
 */
export async function calledFunctionProblems(client: Client, called: readonly CalledFunction[]): Promise<string[]> {
  const problems = await Promise.all(called.map(({ oid }) => bodyProblem(client, oid)));
  return called.flatMap((found, index) => {
    const problem = problems[index];
    if (problem === undefined) return [];
    return [
      `the definition calls function ${displayName(found)}(${found.arguments}), which fails in every refresh: ${problem}. From PostgreSQL 17 on a ` +
        `refresh looks names up in pg_catalog and pg_temp alone: ${searchPathFix(found)}`,
    ];
  });
}

/** A row of describe/called_functions.sql. */
export interface CalledFunction extends QualifiedName {
  readonly oid: string;
  readonly arguments: string;
}

async function bodyProblem(client: Client, oid: string): Promise<string | undefined> {
  try {
    await transaction(client, [{ text: sqlText("statements/check_function"), values: [oid] }], "rollback");
    return undefined;
  } catch (error) {
    if (!isServerError(error)) throw error;
    // Whoever may not call it cannot tell.
    return error.code === SQLSTATE.insufficientPrivilege ? undefined : serverText(error);
  }
}
