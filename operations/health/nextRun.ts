import { nextRuns } from "../../kinds/refreshJob/schedule/nextRuns.ts";
import { timeZoneProblem } from "../../kinds/refreshJob/schedule/timeZone.ts";
import { readSchedule } from "../../kinds/refreshJob/schedule.ts";
import type { Facts } from "./facts.ts";

/** Zones that lie far apart, and by parts of an hour: a schedule that means one moment in all of them means it everywhere. */
const FAR_APART = ["Etc/GMT+12", "Asia/Kathmandu", "Pacific/Chatham"];

/** When the job runs next, and whether that is sure where this role may not see pg_cron's time zone; undefined where it never runs. */
export function nextRunOf({
  job,
  capabilities,
  now,
  timeZone,
  isTimeZoneKnown,
  orphans = [],
}: Facts): { readonly at: Date; readonly isSure: boolean } | undefined {
  const runs = job?.isActive === true && capabilities.launcherRuns && orphans.length === 0;
  const schedule = runs ? readSchedule(job.schedule) : undefined;
  if (schedule === undefined || timeZoneProblem(timeZone) !== undefined) return undefined;
  const inZone = (zone: string): Date | undefined => nextRuns(schedule, now, 1, zone)[0];
  const at = inZone(timeZone);
  if (at === undefined) return undefined;
  return { at, isSure: isTimeZoneKnown || FAR_APART.every((zone) => inZone(zone)?.getTime() === at.getTime()) };
}
