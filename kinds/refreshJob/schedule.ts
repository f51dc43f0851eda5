import { parseCronFields } from "./schedule/cronFields.ts";
import type { ParsedSchedule, Schedule, ScheduleCapabilities } from "./schedule/schedule.ts";
import { expandMacro } from "./schedule/scheduleMacro.ts";
import { quoted } from "./schedule/scheduleProblem.ts";
import { parseInterval } from "./schedule/secondsInterval.ts";

/** Of a pg_cron that reads every form: what a text means does not depend on the server, only whether it can be read there. */
export const NEW_CRON: ScheduleCapabilities = { seconds: true, lastDay: true };

/** From this length on pg_cron refuses a schedule. */
const MAX_SCHEDULE_LENGTH = 999;

/**
 * Reads a schedule by a grammar that is stricter than pg_cron's: what it accepts, every pg_cron with these capabilities accepts
 * too and fires at the same minutes. What pg_cron would accept and mean otherwise is refused with what it would have done.
 */
export function parseSchedule(text: string, capabilities: ScheduleCapabilities = NEW_CRON): ParsedSchedule {
  const problem = textProblem(text, capabilities);
  if (problem !== undefined) return { ok: false, problem };
  if (text.startsWith("@")) {
    const macro = expandMacro(text);
    return macro.ok ? parseCronFields(text, macro.fields, capabilities) : macro;
  }
  if (/^[+-]?\d+[ \t]*[a-z]+$/i.test(text)) return parseInterval(text, capabilities);
  return parseCronFields(text, text, capabilities);
}

/** A schedule in any grammar that some pg_cron has; undefined where there is none, or it cannot be read. */
export function readSchedule(text: string | undefined): Schedule | undefined {
  const parsed = text === undefined ? undefined : parseSchedule(text);
  return parsed?.ok === true ? parsed.schedule : undefined;
}

function textProblem(text: string, capabilities: ScheduleCapabilities): string | undefined {
  if (text.trim() === "") return `the schedule is empty; pg_cron refuses it. Write five fields, such as "*/5 * * * *".`;
  if (text.trimStart().startsWith("#")) {
    return `schedule ${quoted(text)} starts with a comment; pg_cron would skip it and read the next line. Write the five fields alone.`;
  }
  if (/[\n\r]/.test(text)) {
    return `schedule ${quoted(text)} has more than one line; pg_cron would read one of them and ignore the rest. Write the five fields on one line.`;
  }
  if (text.length > MAX_SCHEDULE_LENGTH) {
    return `the schedule is ${text.length} characters long; pg_cron refuses more than ${MAX_SCHEDULE_LENGTH}. Write ranges and steps instead of long lists.`;
  }
  if (text !== text.trim()) {
    const trimmed = parseSchedule(text.trim(), capabilities);
    if (!trimmed.ok) return trimmed.problem;
    return `schedule ${quoted(text)} starts or ends with a blank; pg_cron would store it with the blank. Write ${quoted(text.trim())}.`;
  }
  return undefined;
}
