import type { Client } from "pg";
import { until } from "../../scripts/database/until.ts";
import type { Wait } from "../../scripts/database/until.ts";

/** Asks again and again until there is a row, and returns the first. */
export function untilRow<Row extends object>(
  client: Client,
  what: string,
  [text, ...values]: readonly [text: string, ...values: unknown[]],
  wait: Omit<Wait, "what"> = {},
): Promise<Row> {
  return until(async () => (await client.query<Row>(text, values)).rows[0], { ...wait, what }) as Promise<Row>;
}
