import { describe, expect, test } from "@jest/globals";
import { describeSchedule } from "../../../kinds/refreshJob/schedule/describeSchedule.ts";
import { scheduleWarnings } from "../../../kinds/refreshJob/schedule/scheduleWarnings.ts";
import { timeZoneProblem } from "../../../kinds/refreshJob/schedule/timeZone.ts";
import { scheduleOf } from "../../support/schedules.ts";

const NOW = new Date("2026-01-01T00:00Z");

describe("describeSchedule (pure)", () => {
  test.each([
    ["* * * * *", "every minute"],
    ["*/5 * * * *", "every 5 minutes"],
    ["3-59/5 * * * *", "every 5 minutes from minute 3"],
    ["*/7 * * * *", "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"],
    ["7 * * * *", "at minute 7 of every hour"],
    ["5,17-19 * * * *", "at minutes 5 and 17 to 19 of every hour"],
    ["7 */2 * * *", "every 2 hours from 00:07"],
    ["0 */12 * * *", "every day at 00:00 and 12:00"],
    ["0 3 * * *", "every day at 03:00"],
    ["0,30 8,20 * * *", "every day at 08:00, 08:30, 20:00 and 20:30"],
    ["0 9-17 * * mon-fri", "at minute 0 of the hours 9 to 17 on Monday to Friday"],
    ["*/10 9-17 * * 6-7", "every 10 minutes of the hours 9 to 17 on Saturday and Sunday"],
    ["0 0 1 1,7 *", "at 00:00 on day 1 of the month in January and July"],
    ["0 0 $ * *", "at 00:00 on the last day of the month"],
    ["0 0 1 * 1", "at 00:00 on day 1 of the month and on every Monday"],
    ["0 0 */15 * 1", "at 00:00 on day 1, 16 and 31 of the month if it is Monday"],
    ["@weekly", "at 00:00 on Sunday"],
    ["1 second", "every second"],
    ["30 seconds", "every 30 seconds"],
  ])("says of %j: %s", (text, words) => {
    expect(describeSchedule(scheduleOf(text))).toBe(words);
  });
});

describe("scheduleWarnings (pure)", () => {
  test.each(["*/5 * * * *", "0 3 * * *", "0 3 1 * *", "0 3 * * 1", "0 3 1-31 * 1", "10 seconds"])(
    "has none for %j in GMT",
    (text) => {
      expect(scheduleWarnings(scheduleOf(text), "GMT", NOW)).toEqual([]);
    },
  );

  test.each([
    [
      "0 0 1 * 1",
      'schedule "0 0 1 * 1" restricts the day of month and the day of week; pg_cron runs it on days that match either: at 00:00 on day 1 of the month and on every Monday.',
    ],
    [
      "0 0 */15 * 1",
      'schedule "0 0 */15 * 1" restricts the day of month and the day of week; pg_cron runs it on days that match both, because one of the two starts with *: at 00:00 on day 1, 16 and 31 of the month if it is Monday.',
    ],
    [
      "*/45 * * * *",
      'schedule "*/45 * * * *" starts again every hour: from minute 45 to the next full hour it is 15 minutes, not 45.',
    ],
  ])("tells what may surprise about %j", (text, warning) => {
    expect(scheduleWarnings(scheduleOf(text), "GMT", NOW)).toEqual([warning]);
  });

  test("tells of a clock that is changed, where a run can be lost or doubled by it", () => {
    const lost =
      'schedule "30 2 * * *" runs by the clock of Europe/Madrid, which is changed twice a year: a time in the skipped hour does not run that day, one in the repeated hour runs twice.';
    expect(scheduleWarnings(scheduleOf("30 2 * * *"), "Europe/Madrid", NOW)).toEqual([lost]);
    expect(scheduleWarnings(scheduleOf("30 2 * * *"), "Asia/Kathmandu", NOW)).toEqual([]);
    expect(scheduleWarnings(scheduleOf("*/5 * * * *"), "Europe/Madrid", NOW)).toEqual([]);
  });

  test("tells of a time zone that is not known", () => {
    const problem =
      'time zone "Europe/Madird" is not a name of the tz database, so next runs cannot be computed. Set cron.timezone to a name such as "Europe/Madrid".';
    expect(timeZoneProblem("Europe/Madird")).toBe(problem);
    expect(timeZoneProblem("Europe/Madrid")).toBeUndefined();
    expect(scheduleWarnings(scheduleOf("0 3 * * *"), "Europe/Madird", NOW)).toEqual([
      `schedule "0 3 * * *" runs in a time zone that is not known here: ${problem}`,
    ]);
  });
});
