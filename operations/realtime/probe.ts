import type { Client } from "pg";
import { isServerError, serverText, userError } from "../../postgres/errors.ts";

/** What is done again and again to see how long it takes. */
export interface Probe {
  readonly name: string;
  readonly statements: readonly string[];
}

/** How often a probe was made and how long the slowest took. */
export interface Probed {
  readonly count: number;
  readonly longestMs: number;
}

/** Makes a probe again and again until told to stop. */
export async function probeUntil(client: Client, { name, statements }: Probe, isOver: () => boolean): Promise<Probed> {
  let [count, longestMs] = [0, 0];
  do {
    const started = performance.now();
    try {
      for (const statement of statements) await client.query(statement);
    } catch (error) {
      if (!isServerError(error)) throw error;
      throw userError(`${name}: ${serverText(error)}`, error);
    }
    longestMs = Math.max(longestMs, performance.now() - started);
    count++;
  } while (!isOver());
  return { count, longestMs };
}
