import type { Client, QueryResult } from "pg";

/** One statement with its parameters; with a name it is planned once a session. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

/**
 * Sends all statements at once and waits for all answers: while locks are held that readers wait for, the way to the server
 * and back is paid once. Each is a statement of its own in the server's log.
 * @throws the error of the first statement that failed; those behind it were refused with the transaction.
 */
export async function pipelined(client: Client, statements: readonly Statement[]): Promise<QueryResult[]> {
  const switchable = client as { pipeline: boolean };
  const before = switchable.pipeline;
  switchable.pipeline = true;
  try {
    const answers = await Promise.allSettled(statements.map((statement) => client.query({ ...statement })));
    return answers.map((answer) => {
      if (answer.status === "rejected") throw answer.reason;
      return answer.value;
    });
  } finally {
    switchable.pipeline = before;
  }
}

/**
 * Statements as one message, of which the server runs none behind the first that fails: so a commit may stand in it. Each on its own line,
 * as one may end with a comment.
 */
export function inOneMessage(statements: readonly string[]): string {
  return statements.join("\n;\n");
}
