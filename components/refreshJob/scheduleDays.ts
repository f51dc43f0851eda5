import type { CronSchedule } from "./schedule.ts";

/** A day of the calendar, without a time zone. `month` is 1 to 12. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Whether the schedule runs on a day, by pg_cron's rule for the two day fields. */
export function runsOnDay(schedule: CronSchedule, date: CalendarDay): boolean {
  if (!schedule.month.includes(date.month)) return false;
  const dayMatches =
    schedule.dayOfMonth.includes(date.day) || (schedule.lastDay && date.day === daysInMonth(date.year, date.month));
  const weekdayMatches = schedule.dayOfWeek.includes(weekday(date));
  return needsBothDays(schedule) ? dayMatches && weekdayMatches : dayMatches || weekdayMatches;
}

/** pg_cron's rule: both day fields have to match when either starts with a star, otherwise one of them is enough. */
export function needsBothDays(schedule: CronSchedule): boolean {
  return schedule.domStar || schedule.dowStar;
}

/** Whether any day of any year matches: 30 February never does, 29 February does on every weekday within 40 years. */
export function firesEver(schedule: CronSchedule): boolean {
  if (!needsBothDays(schedule) || schedule.lastDay) return true;
  return schedule.month.some((month) => schedule.dayOfMonth.some((day) => day <= daysInMonth(LEAP_YEAR, month)));
}

/** Whether the schedule runs on every day of the calendar. */
export function runsEveryDay(schedule: CronSchedule): boolean {
  if (schedule.month.length < 12) return false;
  const everyDayOfMonth = schedule.dayOfMonth.length === 31;
  const everyWeekday = schedule.dayOfWeek.length === 7;
  return needsBothDays(schedule) ? everyDayOfMonth && everyWeekday : everyDayOfMonth || everyWeekday;
}

/** The Gregorian calendar repeats after so many days: 400 years, a whole number of weeks. */
export const CYCLE_DAYS = 146_097;
const LEAP_YEAR = 2000;
const DAY_MS = 86_400_000;

/** Day number since 1970-01-01. */
export function dayNumber({ year, month, day }: CalendarDay): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The day with that number. */
export function calendarDay(number: number): CalendarDay {
  const date = new Date(number * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function weekday(date: CalendarDay): number {
  // 1970-01-01 was a Thursday.
  return (((dayNumber(date) + 4) % 7) + 7) % 7;
}
