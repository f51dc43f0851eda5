import type { Client } from "pg";
import { ask } from "../../../postgres/asked.ts";
import { DEFAULT_TIME_ZONE } from "./timeZone.ts";

/** The time zone by which pg_cron reads schedules; its default where the role may not see the setting. */
export async function readCronTimeZone(cron: Client): Promise<string> {
  return (await lookForTimeZone(cron)) ?? DEFAULT_TIME_ZONE;
}

/** The same, undefined where the role may not see the setting, or there is none: before pg_cron 1.5. */
export async function lookForTimeZone(cron: Client): Promise<string | undefined> {
  const { rows } = await ask<{ timeZone: string }>(cron, "describe/cron_time_zone");
  return rows[0]?.timeZone;
}
