import { createHash } from "node:crypto";
import { readSchedule } from "../schedule.ts";
import { describeSchedule } from "./describeSchedule.ts";
import { describeDuration, parseDuration } from "./duration.ts";
import { longestGapSeconds } from "./runRate.ts";
import { type Schedule, type ScheduleCapabilities } from "./schedule.ts";
import { DEFAULT_TIME_ZONE } from "./timeZone.ts";

/** A schedule chosen for a maxAge, with the sentence a preview prints about it. */
export type DerivedSchedule =
  | { readonly ok: true; readonly schedule: string; readonly reason: string }
  | { readonly ok: false; readonly problem: string };

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const MAX_SECONDS_INTERVAL = 59;

/** Intervals that go round the hour and the day evenly, so that no two runs are further apart. */
const EVEN_MINUTES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((minutes) => minutes * MINUTE);
const EVEN_HOURS = [1, 2, 3, 4, 6, 8, 12, 24].map((hours) => hours * HOUR);
/** Longer ones are days of the week: distance of the farthest neighbours, and the days, to be turned by the phase. */
const WEEK_DAYS: readonly (readonly [days: number, weekdays: readonly number[]])[] = [
  [2, [0, 2, 4, 6]],
  [3, [0, 2, 4]],
  [4, [0, 3]],
  [7, [0]],
];

/**
 * Chooses the schedule that keeps data younger than `maxAge`, from maxAge and the job's name alone, so that no preview ever changes it.
 *
 * Data is oldest just before a run ends: the interval, plus the time that the run took, plus the second or two until pg_cron starts it.
 * So the interval leaves an allowance: a fifth of maxAge up to one minute, and a tenth where that is more. It is the longest even
 * interval within the rest: "5m" gives four minutes, "1h" thirty. Where even the shortest interval leaves no allowance ("1m" without
 * intervals in seconds), it is taken as long as it is not longer than maxAge. The longest run as measured is checkMaxAge's to judge.
 *
 * Which minute of the interval it starts at comes from a hash of the name: many views do not all refresh at minute zero.
 */
export function scheduleFromMaxAge(maxAge: string, name: string, capabilities: ScheduleCapabilities): DerivedSchedule {
  const limit = parseDuration(maxAge);
  if (!limit.ok) return { ok: false, problem: `maxAge: ${limit.problem}` };
  const interval = longestInterval(limit.seconds, capabilities);
  if (interval === undefined) return { ok: false, problem: tooShort(maxAge, capabilities) };
  const schedule = scheduleText(interval, name);
  return { ok: true, schedule, reason: reasonFor(schedule, maxAge, limit.seconds - interval) };
}

/**
 * Why a schedule cannot hold a maxAge, or undefined when it can: two runs are further apart, or (where a longest run was measured) so
 * far that the data is too old before the second one has ended.
 */
export function checkMaxAge(
  schedule: Schedule,
  maxAge: string,
  longestRunSeconds = 0,
  timeZone = DEFAULT_TIME_ZONE,
): string | undefined {
  const limit = parseDuration(maxAge);
  if (!limit.ok) return `maxAge: ${limit.problem}`;
  const gap = longestGapSeconds(schedule, timeZone);
  if (gap + longestRunSeconds <= limit.seconds) return undefined;
  const apart = `schedule ${JSON.stringify(schedule.text)} cannot hold maxAge ${JSON.stringify(maxAge)}: two runs can be ${describeDuration(gap)} apart`;
  const longer = longestRunSeconds > 0 ? `, and the longest run took ${describeDuration(longestRunSeconds)}` : "";
  const enough = describeDuration(gap + Math.max(longestRunSeconds, 0));
  return `${apart}${longer}. Run it more often, leave the schedule out to have it derived from maxAge, or allow at least ${enough}.`;
}

function longestInterval(limit: number, capabilities: ScheduleCapabilities): number | undefined {
  const room = limit - Math.max(Math.min(limit / 5, MINUTE), limit / 10);
  const seconds = capabilities.seconds ? Array.from({ length: MAX_SECONDS_INTERVAL }, (_, index) => index + 1) : [];
  const even = [...seconds, ...EVEN_MINUTES, ...EVEN_HOURS, ...WEEK_DAYS.map(([days]) => days * DAY)];
  return even.findLast((interval) => interval <= room) ?? even.find((interval) => interval <= limit);
}

function tooShort(maxAge: string, capabilities: ScheduleCapabilities): string {
  return capabilities.seconds
    ? `maxAge ${JSON.stringify(maxAge)} is shorter than pg_cron's shortest interval. Allow at least "1s".`
    : `maxAge ${JSON.stringify(maxAge)} is shorter than a minute, and this pg_cron runs a job at most once a minute. Allow at least "1m", or update pg_cron to 1.5, which knows intervals in seconds.`;
}

function reasonFor(schedule: string, maxAge: string, allowance: number): string {
  const parsed = readSchedule(schedule);
  const said = parsed === undefined ? schedule : describeSchedule(parsed);
  const left = allowance > 0 ? `leaves ${describeDuration(allowance)} for a run` : "leaves no time for the run itself";
  return `${said}: derived from maxAge ${JSON.stringify(maxAge)}, ${left}`;
}

/** The schedule text of an even interval, turned by the name's phase. */
function scheduleText(interval: number, name: string): string {
  if (interval < MINUTE) return interval === 1 ? "1 second" : `${interval} seconds`;
  const phase = phaseMinutes(name, interval / MINUTE);
  const minute = phase % 60;
  const hour = Math.floor(phase / 60) % 24;
  if (interval === MINUTE) return "* * * * *";
  if (interval < HOUR) return `${stepped(phase, interval / MINUTE, 59)} * * * *`;
  if (interval === HOUR) return `${minute} * * * *`;
  if (interval < DAY) return `${minute} ${stepped(hour, interval / HOUR, 23)} * * *`;
  if (interval === DAY) return `${minute} ${hour} * * *`;
  const weekdays = WEEK_DAYS.find(([days]) => days * DAY === interval)?.[1] ?? [];
  const turned = weekdays.map((day) => (day + Math.floor(phase / 1440)) % 7).sort((a, b) => a - b);
  return `${minute} ${hour} * * ${turned.join(",")}`;
}

function stepped(first: number, step: number, last: number): string {
  return first === 0 ? `*/${step}` : `${first}-${last}/${step}`;
}

/** The same number below `minutes` for the same name, always, everywhere. */
function phaseMinutes(name: string, minutes: number): number {
  return createHash("sha256").update(name).digest().readUIntBE(0, 6) % minutes;
}
