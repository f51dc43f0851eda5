import type { Client, QueryResult } from "pg";

/** One statement with its parameters; with a name it is planned once a session. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

/**
 * Sends all statements at once and waits for all answers, so that the way to the server and back is paid once. Each is a
 * statement of its own in the server's log. Nothing that others ask of the client meanwhile gets between them.
 * @throws the error of the first statement that failed; those behind it in a transaction were refused with it.
 */
export async function pipelined(client: Client, statements: readonly (Statement | string)[]): Promise<QueryResult[]> {
  return answersOf(await Promise.allSettled(flight(client, statements)));
}

/** @throws the first error among them. */
export function answersOf(settled: readonly PromiseSettledResult<QueryResult>[]): QueryResult[] {
  return settled.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  });
}

/** Sends all statements at once; an answer each. */
export function flight(client: Client, statements: readonly (Statement | string)[]): Promise<QueryResult>[] {
  // A client that has sent so once always does: what is asked of it in one breath goes in one flight.
  (client as { pipeline: boolean }).pipeline = true;
  return statements.map((one) => client.query(typeof one === "string" ? { text: one } : { ...one }));
}

/**
 * Sends a transaction in one flight, which ends as it is told. Where a statement fails, nothing stays.
 * @throws the error of the first statement that failed.
 */
export async function transaction(
  client: Client,
  statements: readonly (Statement | string)[],
  end: "commit" | "rollback",
): Promise<QueryResult[]> {
  const [, ...answers] = await pipelined(client, ["begin", ...statements, end]);
  return answers;
}

/**
 * Statements as one message, of which the server runs none behind the first that fails: so a commit may stand in it. Each on its own line,
 * as one may end with a comment.
 */
export function inOneMessage(statements: readonly string[]): string {
  return statements.join("\n;\n");
}
