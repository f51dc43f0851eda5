import type { Client } from "pg";
import { ask } from "../../../postgres/asked.ts";
import { DEFAULT_TIME_ZONE } from "./timeZone.ts";

/** The question for it. */
export const TIME_ZONE = { on: "cron", file: "describe/setting", values: ["cron.timezone"] } as const;

/** The time zone by which pg_cron reads schedules; its default where the role may not see the setting. */
export async function readCronTimeZone(cron: Client): Promise<string> {
  return (await lookForTimeZone(cron)) ?? DEFAULT_TIME_ZONE;
}

/** The same, undefined where the role may not see the setting, or there is none: before pg_cron 1.5. */
export async function lookForTimeZone(cron: Client): Promise<string | undefined> {
  return (await ask<{ setting: string }>(cron, TIME_ZONE.file, TIME_ZONE.values)).rows[0]?.setting;
}
