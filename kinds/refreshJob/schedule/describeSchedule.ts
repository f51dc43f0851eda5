import { FIELD_SPECS } from "./cronField.ts";
import type { CronSchedule, Schedule } from "./schedule.ts";
import { needsBothDays, runsEveryDay } from "./scheduleDays.ts";

const MONTHS = "January February March April May June July August September October November December".split(" ");
const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
/** More clock times than these are told as minutes and hours. */
const MAX_CLOCK_TIMES = 4;

/** A schedule in a few English words: "every 5 minutes", "at 03:00 on Monday to Friday". Times are pg_cron's, by default GMT. */
export function describeSchedule(schedule: Schedule): string {
  if (schedule.kind === "seconds") return everyFew(schedule.seconds, "second");
  return [times(schedule), days(schedule), months(schedule)].filter((part) => part !== "").join(" ");
}

/** "a, b and c"; runs of three and more become "a to c". */
function listed(values: readonly number[], name: (value: number) => string = String): string {
  const parts: string[] = [];
  for (let start = 0; start < values.length;) {
    let end = start;
    while ((values[end + 1] ?? NaN) === (values[end] ?? NaN) + 1) end++;
    if (end - start < 2) end = start;
    parts.push(end > start ? `${name(values[start] ?? 0)} to ${name(values[end] ?? 0)}` : name(values[start] ?? 0));
    start = end + 1;
  }
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function times(schedule: CronSchedule): string {
  const { minute, hour } = schedule;
  const allHours = hour.length === 24;
  const first = minute[0] ?? 0;
  if (minute.length === 1) {
    if (allHours) return `at minute ${first} of every hour`;
    const step = evenStep(hour, 24);
    if (step !== undefined && step > 1 && hour.length > 2) {
      return `every ${step} hours from ${clock(hour[0] ?? 0, first)}`;
    }
  }
  if (hour.length * minute.length <= MAX_CLOCK_TIMES) {
    const clocks = hour.flatMap((h) => minute.map((m) => h * 60 + m));
    const every = runsEveryDay(schedule) ? "every day " : "";
    return `${every}at ${listedPlain(clocks.map((time) => clock(Math.floor(time / 60), time % 60)))}`;
  }
  const ofHours = allHours ? "" : ` of the hours ${listed(hour)}`;
  const step = evenStep(minute, 60);
  if (step !== undefined) return `${everyFew(step, "minute")}${first > 0 ? ` from minute ${first}` : ""}${ofHours}`;
  const at = minute.length === 1 ? `at minute ${first}` : `at minutes ${listed(minute)}`;
  return `${at}${ofHours === "" ? " of every hour" : ofHours}`;
}

function days(schedule: CronSchedule): string {
  const ofMonth = schedule.lastDay ? "the last day of the month" : `day ${listed(schedule.dayOfMonth)} of the month`;
  const mondayFirst = schedule.dayOfWeek.map((day) => (day === 0 ? 7 : day)).sort((a, b) => a - b);
  const ofWeek = listed(mondayFirst, (day) => WEEKDAYS[day % 7] ?? "");
  const anyDay = schedule.dayOfMonth.length === 31;
  const anyWeekday = schedule.dayOfWeek.length === 7;
  if (needsBothDays(schedule)) {
    if (anyDay) return anyWeekday ? "" : `on ${ofWeek}`;
    return anyWeekday ? `on ${ofMonth}` : `on ${ofMonth} if it is ${ofWeek}`;
  }
  return anyDay || anyWeekday ? "" : `on ${ofMonth} and on every ${ofWeek}`;
}

function months({ month }: CronSchedule): string {
  return month.length === 12 ? "" : `in ${listed(month, (number) => MONTHS[number - FIELD_SPECS.month.low] ?? "")}`;
}

/** The distance between neighbours where the set goes round the clock evenly. */
function evenStep(values: readonly number[], size: number): number | undefined {
  const step = size / values.length;
  const first = values[0] ?? 0;
  return values.length > 1 && values.every((value, index) => value === first + index * step) ? step : undefined;
}

function everyFew(count: number, unit: string): string {
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

function clock(hour: number, minute: number): string {
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

function listedPlain(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
