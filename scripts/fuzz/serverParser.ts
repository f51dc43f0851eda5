import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";

const STRINGS_PER_STATEMENT = 1_000;

/** Which schedules a server's pg_cron takes; the connection is one to pg_cron's database, and no job is left. */
export interface ServerParser {
  accepts(schedules: readonly string[]): Promise<boolean[]>;
}

/** Asks cron.schedule itself, a thousand schedules a statement. */
export async function serverParser(client: Client): Promise<ServerParser> {
  await client.query(readFileSync(join(import.meta.dirname, "acceptsSchedule.sql"), "utf8"));
  return {
    async accepts(schedules) {
      const accepted: boolean[] = [];
      for (let start = 0; start < schedules.length; start += STRINGS_PER_STATEMENT) {
        const { rows } = await client.query<{ accepted: boolean[] }>(
          `select pg_catalog.array_agg(pg_temp.accepts_schedule(schedule) order by position) as accepted
           from pg_catalog.unnest($1::pg_catalog.text[]) with ordinality as given (schedule, position)`,
          [schedules.slice(start, start + STRINGS_PER_STATEMENT)],
        );
        accepted.push(...(rows[0]?.accepted ?? []));
      }
      return accepted;
    },
  };
}
