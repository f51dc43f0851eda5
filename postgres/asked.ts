import type { Client, QueryResult, QueryResultRow } from "pg";
import { sqlText } from "./sqlFiles.ts";

/** A question that can go along with the opening of a session. */
export interface Question {
  readonly on: "target" | "cron";
  readonly file: string;
  readonly values: readonly unknown[];
}

/** What was asked on a connection since the last write on it. */
const answers = new WeakMap<Client, Map<string, Promise<QueryResult>>>();

/** From now on a question that was asked before is answered with what was read then, until `forgetAnswers`. */
export function keepAnswers(client: Client): void {
  answers.set(client, new Map());
}

/** To be called around each write: what was read till then may no longer be so. */
export function forgetAnswers(client: Client): void {
  answers.get(client)?.clear();
}

/** Whether the answer is on its way, or here. */
export function wasAsked(client: Client, { file, values }: Pick<Question, "file" | "values">): boolean {
  return answers.get(client)?.has(keyOf(file, values)) === true;
}

/** Asks `sql/<file>.sql`; once, where answers are kept. Not inside a transaction that acts as another role. */
export function ask<Row extends QueryResultRow>(
  client: Client,
  file: string,
  values: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  const kept = answers.get(client);
  const key = keyOf(file, values);
  const answer = kept?.get(key) ?? client.query<Row>(sqlText(file), [...values]);
  kept?.set(key, answer);
  return answer as Promise<QueryResult<Row>>;
}

function keyOf(file: string, values: readonly unknown[]): string {
  return JSON.stringify([file, values]);
}
