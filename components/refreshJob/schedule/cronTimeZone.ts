import type { Client } from "pg";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { DEFAULT_TIME_ZONE } from "./timeZone.ts";

/** The time zone by which pg_cron reads schedules; its default where the role may not see the setting. */
export async function readCronTimeZone(cron: Client): Promise<string> {
  const { rows } = await cron.query<{ timeZone: string }>(sqlText("describe/cron_time_zone"));
  return rows[0]?.timeZone ?? DEFAULT_TIME_ZONE;
}
