import type { Client } from "pg";
import { isServerError, serverText, SQLSTATE } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { searchPathFix } from "./searchPathAdvice.ts";

/**
 * Functions in SQL that every refresh on PostgreSQL 17 and later refuses, for a name in their body is not found in pg_catalog: the
 * server reads the bodies again. Needs a transaction. A body in another language is known only when it runs; the lint warns of it.
 */
export async function calledFunctionProblems(client: Client, oid: string): Promise<string[]> {
  const { rows } = await client.query<CalledFunction>(sqlText("describe/called_functions"), [oid]);
  const problems: string[] = [];
  for (const found of rows) {
    const problem = await bodyProblem(client, found.oid);
    if (problem === undefined) continue;
    problems.push(
      `the definition calls function ${displayName(found)}(${found.arguments}), which fails in every refresh: ${problem}. From PostgreSQL 17 on a ` +
        `refresh looks names up in pg_catalog and pg_temp alone: ${searchPathFix(found)}`,
    );
  }
  return problems;
}

interface CalledFunction extends QualifiedName {
  readonly oid: string;
  readonly arguments: string;
}

async function bodyProblem(client: Client, oid: string): Promise<string | undefined> {
  await client.query("savepoint matview_function");
  try {
    await client.query(sqlText("statements/check_function"), [oid]);
    return undefined;
  } catch (error) {
    if (!isServerError(error)) throw error;
    // Whoever may not call it cannot tell.
    return error.code === SQLSTATE.insufficientPrivilege ? undefined : serverText(error);
  } finally {
    await client.query("rollback to savepoint matview_function");
  }
}
