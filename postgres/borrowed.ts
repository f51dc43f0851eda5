import type { Client, QueryResult } from "pg";
import type { Statement } from "./pipeline.ts";

type Send = (statement: Statement) => Promise<QueryResult>;

const borrowed = new WeakSet<Client>();

/** True where each transaction of the connection may be run by another session. */
export function isBorrowed(client: Client): boolean {
  return borrowed.has(client);
}

/**
 * Makes a connection to a transaction pooler fit for looks. Each transaction begins with the settings, which end with it; what is asked
 * outside of one is a transaction of its own, which may only read. So nothing stays on the pooler's sessions.
 */
export function borrow(client: Client, settings: string): void {
  borrowed.add(client);
  const queued = client as unknown as { pipeline: boolean; query: unknown };
  // All messages of a transaction in one flight: in between nobody else waits for the session longer than he must.
  queued.pipeline = true;
  const send = client.query.bind(client) as Send;
  let isOpen = false;
  const ask = (asked: Statement | string, values?: unknown[]): Promise<QueryResult> => {
    // A plan that has a name would stay, too.
    const { text, values: given = values } = typeof asked === "string" ? { text: asked } : asked;
    const statement: Statement = given === undefined ? { text } : { text, values: given };
    if (BEGIN.test(text)) {
      isOpen = true;
      return send({ text: text.replace(BEGIN, (begin) => `${begin};\n${settings}`) });
    }
    if (isOpen) {
      isOpen = !END.test(text);
      return send(statement);
    }
    send({ text: `begin read only;\n${settings}` }).catch(() => undefined);
    const answer = send(statement);
    send({ text: "commit" }).catch(() => undefined);
    return answer;
  };
  queued.query = ask;
}

/** The begin of a message, behind the end of a transaction that may have failed. */
const BEGIN = /^(?:rollback;\n)?begin\b[^;\n]*/;

const END = /^(?:commit|rollback)$/;
