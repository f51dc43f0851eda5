import type { ParsedSchedule, ScheduleCapabilities } from "./schedule.ts";
import { cronForSeconds, quoted, scheduleProblem } from "./scheduleProblem.ts";

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const MAX_SECONDS = 59;

/** Reads `N seconds`, which pg_cron knows from 1.5 on, and explains every other length of time that people try. */
export function parseInterval(text: string, capabilities: ScheduleCapabilities): ParsedSchedule {
  const [, sign = "", digits = "", unit = ""] = /^([+-]?)(\d+)[ \t]*([a-z]+)$/i.exec(text) ?? [];
  const count = Number(digits);
  if (!/^seconds?$/i.test(unit)) return otherUnit(text, count, unit);
  const even = cronForSeconds(count);
  if (sign === "-" || count < 1 || count > MAX_SECONDS) {
    return scheduleProblem(
      text,
      `an interval is 1 to ${MAX_SECONDS} seconds`,
      "refuses it",
      `Write ${even === undefined ? 'five fields, such as "*/5 * * * *"' : quoted(even)}`,
    );
  }
  const plain = `${count} ${count === 1 ? "second" : "seconds"}`;
  if (!/^[0-9]{1,2} +seconds?$/.test(text)) {
    return scheduleProblem(
      text,
      "an interval is a number, a blank and the word seconds",
      "takes it from 1.5 on, for the same as the plain form",
      `Write ${quoted(plain)}`,
    );
  }
  if (!capabilities.seconds) {
    return scheduleProblem(
      text,
      "intervals in seconds need pg_cron 1.5",
      "as installed here refuses it",
      'Write "* * * * *" to run every minute, or update pg_cron',
    );
  }
  return { ok: true, schedule: { kind: "seconds", text, seconds: count } };
}

function otherUnit(text: string, count: number, unit: string): ParsedSchedule {
  const scale = SECONDS_IN[unit.charAt(0).toLowerCase()];
  const seconds = scale === undefined ? undefined : count * scale;
  let instead = 'Write five fields, such as "*/5 * * * *"';
  if (seconds !== undefined) {
    const cron = cronForSeconds(seconds);
    if (cron !== undefined) instead = `Write ${quoted(cron)}`;
    else if (seconds >= 1 && seconds <= MAX_SECONDS)
      instead = `Write ${quoted(`${seconds} seconds`)} (from pg_cron 1.5 on)`;
  }
  return scheduleProblem(text, "an interval is written in seconds only", "refuses it", instead);
}
