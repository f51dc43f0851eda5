/** pg_cron's default time zone, and its only one before 1.5. */
export const DEFAULT_TIME_ZONE = "GMT";

/** A stretch of time in which local time is GMT plus one offset. All in milliseconds; `end` is not part of it. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offsetMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TWO_YEARS_MS = 2 * 366 * DAY_MS;
/** The clock is never changed and changed back within so short a time (Morocco's Ramadan is the shortest). */
const STRIDE_MS = 7 * DAY_MS;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Why a time zone cannot be reckoned with here, or undefined when it can. */
export function timeZoneProblem(timeZone: string): string | undefined {
  try {
    format(timeZone);
    return undefined;
  } catch {
    return `time zone ${JSON.stringify(timeZone)} is not a name of the tz database, so next runs cannot be computed. Set cron.timezone to a name such as "Europe/Madrid".`;
  }
}

/** The instants in the two years after one at which local time jumps, in order. @throws RangeError for an unknown time zone */
export function clockChanges(timeZone: string, from: Date): number[] {
  const changes: number[] = [];
  let before: number | undefined;
  for (const span of offsetSpans(timeZone, from.getTime(), 1)) {
    if (before !== undefined && span.offsetMs !== before) changes.push(span.start);
    if (span.start > from.getTime() + TWO_YEARS_MS) break;
    before = span.offsetMs;
  }
  return changes;
}

/** Local time's offset from an instant on, for ever: neighbouring spans in one direction, the first one starting at `from`. */
export function* offsetSpans(timeZone: string, from: number, direction: 1 | -1): Generator<OffsetSpan> {
  for (let at = from; ;) {
    const far = at + direction * STRIDE_MS;
    const [start, end] = direction > 0 ? [at, far] : [far, at];
    const atStart = offsetMs(timeZone, start);
    const atEnd = offsetMs(timeZone, end - 1);
    if (atStart === atEnd) {
      yield { start, end, offsetMs: atStart };
      at = far;
    } else {
      const change = changeBetween(timeZone, start, end, atStart);
      yield direction > 0 ? { start, end: change, offsetMs: atStart } : { start: change, end, offsetMs: atEnd };
      at = change;
    }
  }
}

function offsetMs(timeZone: string, instant: number): number {
  if (timeZone === DEFAULT_TIME_ZONE) return 0;
  const parts: Record<string, number> = {};
  for (const { type, value } of format(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/** The first minute within a span that no longer has the offset of its start. */
function changeBetween(timeZone: string, start: number, end: number, before: number): number {
  let [low, high] = [Math.floor(start / MINUTE_MS), Math.ceil(end / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(timeZone, middle * MINUTE_MS) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

function format(timeZone: string): Intl.DateTimeFormat {
  let known = formats.get(timeZone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, known);
  }
  return known;
}
