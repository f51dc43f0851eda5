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
  const isLast = schedule.lastDay && date.day === daysInMonth(date.year, date.month);
  return dayMatches(schedule, date.day, isLast, weekday(dayNumber(date)));
}

/** The numbers of the days on which it runs, in order, over one whole turn of the calendar: 400 years from 1970 on. */
export function* runDays(schedule: CronSchedule): Generator<number> {
  for (let year = CYCLE_START; year < CYCLE_START + CYCLE_YEARS; year++) {
    for (const month of schedule.month) {
      const length = daysInMonth(year, month);
      const before = dayNumber({ year, month, day: 0 });
      for (let day = 1; day <= length; day++) {
        if (dayMatches(schedule, day, schedule.lastDay && day === length, weekday(before + day))) yield before + day;
      }
    }
  }
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
const CYCLE_START = 1970;
const CYCLE_YEARS = 400;
const LEAP_YEAR = 2000;
const DAY_MS = 86_400_000;

/** Day number since 1970-01-01. */
function dayNumber({ year, month, day }: CalendarDay): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The day with that number. */
export function calendarDay(number: number): CalendarDay {
  const date = new Date(number * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** How many days a month has. */
function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function dayMatches(schedule: CronSchedule, day: number, isLast: boolean, ofWeek: number): boolean {
  const ofMonthMatches = isLast || schedule.dayOfMonth.includes(day);
  const ofWeekMatches = schedule.dayOfWeek.includes(ofWeek);
  return needsBothDays(schedule) ? ofMonthMatches && ofWeekMatches : ofMonthMatches || ofWeekMatches;
}

function weekday(number: number): number {
  // 1970-01-01 was a Thursday.
  return (((number + 4) % 7) + 7) % 7;
}
