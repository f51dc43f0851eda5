/** A text that is no schedule here: the message, and what pg_cron 1.4.2 and 1.6.5 really do with it. */
export interface RefusedSchedule {
  readonly text: string;
  readonly problem: string;
  readonly takenBy: { readonly "1.4.2": boolean; readonly "1.6.5": boolean };
}

const neither = { "1.4.2": false, "1.6.5": false };
const both = { "1.4.2": true, "1.6.5": true };
const olderOnly = { "1.4.2": true, "1.6.5": false };
const newerOnly = { "1.4.2": false, "1.6.5": true };

function refused(takenBy: RefusedSchedule["takenBy"], rows: Readonly<Record<string, string>>): RefusedSchedule[] {
  return Object.entries(rows).map(([text, problem]) => ({ text, problem, takenBy }));
}

/** Refused whatever pg_cron can do; the messages are those for one that knows seconds and `$`. */
export const REFUSED_SCHEDULES: readonly RefusedSchedule[] = [
  ...refused(neither, {
    "": 'the schedule is empty; pg_cron refuses it. Write five fields, such as "*/5 * * * *".',
    "   ": 'the schedule is empty; pg_cron refuses it. Write five fields, such as "*/5 * * * *".',
    "* * * *":
      'schedule "* * * *": it has 4 of the five fields minute, hour, day of month, month, day of week; pg_cron refuses it. Write all five, for example "* * * * *".',
    "0": 'schedule "0": it has 1 of the five fields minute, hour, day of month, month, day of week; pg_cron refuses it. Write all five, for example "0 * * * *".',
    "@every 5m": 'schedule "@every 5m": there is no @every; pg_cron refuses it. Write "*/5 * * * *".',
    "@every 1h": 'schedule "@every 1h": there is no @every; pg_cron refuses it. Write "0 * * * *".',
    "@every 7m": 'schedule "@every 7m": there is no @every; pg_cron refuses it. Write "*/5 * * * *".',
    "@Hourly": 'schedule "@Hourly": macros are written in lower case; pg_cron refuses it. Write "@hourly".',
    "@noon":
      'schedule "@noon": @noon is no macro; pg_cron refuses it. Write one of @hourly, @daily, @midnight, @weekly, @monthly, or five fields.',
    "@constructor":
      'schedule "@constructor": @constructor is no macro; pg_cron refuses it. Write one of @hourly, @daily, @midnight, @weekly, @monthly, or five fields.',
    "@": 'schedule "@": @ is no macro; pg_cron refuses it. Write one of @hourly, @daily, @midnight, @weekly, @monthly, or five fields.',
    "1 minute": 'schedule "1 minute": an interval is written in seconds only; pg_cron refuses it. Write "* * * * *".',
    "5 minutes":
      'schedule "5 minutes": an interval is written in seconds only; pg_cron refuses it. Write "*/5 * * * *".',
    "5m": 'schedule "5m": an interval is written in seconds only; pg_cron refuses it. Write "*/5 * * * *".',
    "300 seconds": 'schedule "300 seconds": an interval is 1 to 59 seconds; pg_cron refuses it. Write "*/5 * * * *".',
    "90 seconds":
      'schedule "90 seconds": an interval is 1 to 59 seconds; pg_cron refuses it. Write five fields, such as "*/5 * * * *".',
    "0 seconds":
      'schedule "0 seconds": an interval is 1 to 59 seconds; pg_cron refuses it. Write five fields, such as "*/5 * * * *".',
    "60 seconds": 'schedule "60 seconds": an interval is 1 to 59 seconds; pg_cron refuses it. Write "* * * * *".',
    "-5 seconds":
      'schedule "-5 seconds": an interval is 1 to 59 seconds; pg_cron refuses it. Write five fields, such as "*/5 * * * *".',
    "5 secs":
      'schedule "5 secs": an interval is written in seconds only; pg_cron refuses it. Write "5 seconds" (from pg_cron 1.5 on).',
    "10 s":
      'schedule "10 s": an interval is written in seconds only; pg_cron refuses it. Write "10 seconds" (from pg_cron 1.5 on).',
    "2 hours": 'schedule "2 hours": an interval is written in seconds only; pg_cron refuses it. Write "0 */2 * * *".',
    "1 day": 'schedule "1 day": an interval is written in seconds only; pg_cron refuses it. Write "0 0 * * *".',
    "3 weeks":
      'schedule "3 weeks": an interval is written in seconds only; pg_cron refuses it. Write five fields, such as "*/5 * * * *".',
    "0/5 * * * *":
      'schedule "0/5 * * * *": the minute "0/5" has a step without a range; pg_cron refuses it. Write "*/5".',
    "5/15 * * * *":
      'schedule "5/15 * * * *": the minute "5/15" has a step without a range; pg_cron refuses it. Write "5-59/15".',
    "0 2/4 * * *":
      'schedule "0 2/4 * * *": the hour "2/4" has a step without a range; pg_cron refuses it. Write "2-23/4".',
    "*/0 * * * *": 'schedule "*/0 * * * *": the minute "*/0" has a step of 0; pg_cron refuses it. Write "*".',
    "? * * * *": 'schedule "? * * * *": the minute "?" comes from another cron; pg_cron refuses it. Write "*".',
    "0 0 ? * 1": 'schedule "0 0 ? * 1": the day of month "?" comes from another cron; pg_cron refuses it. Write "*".',
    "0 0 L * *":
      'schedule "0 0 L * *": the day of month "L" is no day; pg_cron refuses it. Write "$" alone as the day of month for the last day of each month.',
    "0 0 15W * *":
      'schedule "0 0 15W * *": the day of month "15W" asks for the nearest weekday, which pg_cron does not know; pg_cron refuses it. Write a day, such as "15".',
    "0 0 LW * *":
      'schedule "0 0 LW * *": the day of month "LW" asks for the nearest weekday, which pg_cron does not know; pg_cron refuses it. Write a day, such as "15".',
    "0 0 * * 5L":
      'schedule "0 0 * * 5L": the day of week "5L" asks for the last such day of the month, which pg_cron does not know; pg_cron refuses it. Write the day of week alone.',
    "0 0 * * L":
      'schedule "0 0 * * L": the day of week "L" asks for the last such day of the month, which pg_cron does not know; pg_cron refuses it. Write the day of week alone.',
    "0 0 * * monday":
      'schedule "0 0 * * monday": the day of week "monday" spells out a name; pg_cron refuses it. Write "mon" instead of "monday".',
    "0 0 * * MONDAY-friday":
      'schedule "0 0 * * MONDAY-friday": the day of week "MONDAY-friday" spells out a name; pg_cron refuses it. Write "mon" instead of "MONDAY".',
    "0 0 1 january *":
      'schedule "0 0 1 january *": the month "january" spells out a name; pg_cron refuses it. Write "jan" instead of "january".',
    "0 0 1 sept *":
      'schedule "0 0 1 sept *": the month "sept" spells out a name; pg_cron refuses it. Write "sep" instead of "sept".',
    "0 0 * * m":
      'schedule "0 0 * * m": the day of week "m" is none of *, a number, a range or a list of these; pg_cron refuses it. Write numbers from 0 to 7, or names like sun and mon.',
    "1, 2 * * * *":
      'schedule "1, 2 * * * *": a list has a comma with nothing or a blank beside it; pg_cron refuses it. Write "1,2 * * * *".',
    "1 ,2 * * * *":
      'schedule "1 ,2 * * * *": a list has a comma with nothing or a blank beside it; pg_cron refuses it. Write "1,2 * * * *".',
    "1,2, * * * *":
      'schedule "1,2, * * * *": a list has a comma with nothing or a blank beside it; pg_cron refuses it. Write a number on both sides of every comma, and no blank.',
    ",1 * * * *":
      'schedule ",1 * * * *": a list has a comma with nothing or a blank beside it; pg_cron refuses it. Write a number on both sides of every comma, and no blank.',
    "1,,2 * * * *":
      'schedule "1,,2 * * * *": the minute "1,,2" has two commas in a row; pg_cron refuses it. Write one comma between two values.',
    "-5 * * * *": 'schedule "-5 * * * *": the minute "-5" is negative; pg_cron refuses it. Write numbers from 0 to 59.',
    "5- * * * *":
      'schedule "5- * * * *": the minute "5-" is none of *, a number, a range or a list of these; pg_cron refuses it. Write numbers from 0 to 59.',
    "60 * * * *":
      'schedule "60 * * * *": the minute "60" is outside 0 to 59; pg_cron refuses it. Write numbers from 0 to 59.',
    "0 24 * * *":
      'schedule "0 24 * * *": the hour "24" is outside 0 to 23; pg_cron refuses it. Write numbers from 0 to 23.',
    "0 0 0 * *":
      'schedule "0 0 0 * *": the day of month "0" is outside 1 to 31; pg_cron refuses it. Write numbers from 1 to 31.',
    "0 0 32 * *":
      'schedule "0 0 32 * *": the day of month "32" is outside 1 to 31; pg_cron refuses it. Write numbers from 1 to 31.',
    "0 0 1 13 *":
      'schedule "0 0 1 13 *": the month "13" is outside 1 to 12; pg_cron refuses it. Write numbers from 1 to 12.',
    "0 0 * * 8":
      'schedule "0 0 * * 8": the day of week "8" is outside 0 to 7; pg_cron refuses it. Write numbers from 0 to 7.',
    "0 9-17h * * *":
      'schedule "0 9-17h * * *": the hour "9-17h" is none of *, a number, a range or a list of these; pg_cron refuses it. Write numbers from 0 to 23.',
    "x * * * *":
      'schedule "x * * * *": the minute "x" is none of *, a number, a range or a list of these; pg_cron refuses it. Write numbers from 0 to 59.',
    "0 0 $,15 * *":
      'schedule "0 0 $,15 * *": the day of month "$" in "$,15" uses $ otherwise than alone as the day of month; pg_cron refuses it. Write "$" alone as the day of month for the last day of each month.',
    "0 0 1,$ * *":
      'schedule "0 0 1,$ * *": the day of month "$" in "1,$" uses $ otherwise than alone as the day of month; pg_cron refuses it. Write "$" alone as the day of month for the last day of each month.',
    "$ * * * *":
      'schedule "$ * * * *": the minute "$" uses $ otherwise than alone as the day of month; pg_cron refuses it. Write "$" alone as the day of month for the last day of each month.',
    "0 0 $x * *":
      'schedule "0 0 $x * *": the day of month "$x" uses $ otherwise than alone as the day of month; pg_cron refuses it. Write "$" alone as the day of month for the last day of each month.',
  }),
  ...refused(both, {
    "# every hour\n0 * * * *":
      'schedule "# every hour\\n0 * * * *" starts with a comment; pg_cron would skip it and read the next line. Write the five fields alone.',
    "0 * * * *\n":
      'schedule "0 * * * *\\n" has more than one line; pg_cron would read one of them and ignore the rest. Write the five fields on one line.',
    "\n0 * * * *":
      'schedule "\\n0 * * * *" has more than one line; pg_cron would read one of them and ignore the rest. Write the five fields on one line.',
    " 0 * * * *":
      'schedule " 0 * * * *" starts or ends with a blank; pg_cron would store it with the blank. Write "0 * * * *".',
    "0 * * * * ":
      'schedule "0 * * * * " starts or ends with a blank; pg_cron would store it with the blank. Write "0 * * * *".',
    "0 */5 * * * *":
      'schedule "0 */5 * * * *": it has 6 fields, and a schedule has five; pg_cron would ignore what follows the fifth and run it at minute 0 of the hours 0, 5, 10, 15 and 20. Write "*/5 * * * *" if the first field was meant as seconds, which five fields do not have, else "0 */5 * * *".',
    "*/30 * * * * *":
      'schedule "*/30 * * * * *": it has 6 fields, and a schedule has five; pg_cron would ignore what follows the fifth and run it every 30 minutes. Write "* * * * *" if the first field was meant as seconds, which five fields do not have, else "*/30 * * * *".',
    "* * * * * select 1":
      'schedule "* * * * * select 1": it has 7 fields, and a schedule has five; pg_cron would ignore what follows the fifth and run it every minute. Write "* * * * *".',
    "30 3 * * * 2026":
      'schedule "30 3 * * * 2026": it has 6 fields, and a schedule has five; pg_cron would ignore what follows the fifth and run it every day at 03:30. Write "30 3 * * *".',
    "@yearly":
      'schedule "@yearly": the macro for once a year is broken; pg_cron from 1.6 on sets no month for it and would never run it. Write "0 0 1 1 *".',
    "@annually":
      'schedule "@annually": the macro for once a year is broken; pg_cron from 1.6 on sets no month for it and would never run it. Write "0 0 1 1 *".',
    "@reboot":
      'schedule "@reboot": a refresh needs times; pg_cron would run it whenever its launcher starts and never in between, so data would age until the next restart. Write five fields, such as "*/5 * * * *".',
    "@restart":
      'schedule "@restart": a refresh needs times; pg_cron would run it whenever its launcher starts and never in between, so data would age until the next restart. Write five fields, such as "*/5 * * * *".',
    "@daily at noon":
      'schedule "@daily at noon": something follows @daily; pg_cron would ignore it. Write "@daily" alone, or five fields.',
    "*/005 * * * *":
      'schedule "*/005 * * * *": the minute "*/005" writes 5 with 3 digits; pg_cron would read 5. Write "*/5".',
    "0 0 * * MON#2":
      'schedule "0 0 * * MON#2": the day of week "MON#2" asks for day MON number 2 of the month; pg_cron would ignore "#2" and run it every week. Write "MON".',
    "0 0 * * 1#2,5":
      'schedule "0 0 * * 1#2,5": the day of week "1#2" in "1#2,5" asks for day 1 number 2 of the month; pg_cron would ignore "#2" and run it every week. Write "1,5".',
    "005 * * * *": 'schedule "005 * * * *": the minute "005" writes 5 with 3 digits; pg_cron would read 5. Write "5".',
    "5.5 * * * *":
      'schedule "5.5 * * * *": the minute "5.5" goes on with ".5"; pg_cron would read "5" and ignore the rest of the field. Write "5".',
    "5-10-20 * * * *":
      'schedule "5-10-20 * * * *": the minute "5-10-20" goes on with "-20"; pg_cron would read "5-10" and ignore the rest of the field. Write "5-10".',
    "** * * * *":
      'schedule "** * * * *": the minute "**" goes on with "*"; pg_cron would read "*" and ignore the rest of the field. Write "*".',
    "*5 * * * *":
      'schedule "*5 * * * *": the minute "*5" goes on with "5"; pg_cron would read "*" and ignore the rest of the field. Write "*".',
    "*-5 * * * *":
      'schedule "*-5 * * * *": the minute "*-5" goes on with "-5"; pg_cron would read "*" and ignore the rest of the field. Write "*".',
    "*/5/2 * * * *":
      'schedule "*/5/2 * * * *": the minute "*/5/2" goes on with "/2"; pg_cron would read "*/5" and ignore the rest of the field. Write "*/5".',
    "5~10 * * * *":
      'schedule "5~10 * * * *": the minute "5~10" goes on with "~10"; pg_cron would read "5" and ignore the rest of the field. Write "5".',
    "*,5 * * * *":
      'schedule "*,5 * * * *": the minute "*" in "*,5" is a list with * in it; pg_cron would run it at every value. Write "*" alone, or the list without it.',
    "50-10 * * * *":
      'schedule "50-10 * * * *": the minute "50-10" is a range that ends before it starts; pg_cron would accept it and run it at other times or never, depending on its version. Write "50-59,0-10".',
    "0 22-2 * * *":
      'schedule "0 22-2 * * *": the hour "22-2" is a range that ends before it starts; pg_cron would accept it and run it at other times or never, depending on its version. Write "22-23,0-2".',
    "0 23-9/2 * * *":
      'schedule "0 23-9/2 * * *": the hour "23-9/2" is a range that ends before it starts; pg_cron would accept it and run it at other times or never, depending on its version. Write "23,0-9".',
    "0 0 * * fri-sun":
      'schedule "0 0 * * fri-sun": the day of week "fri-sun" is a range that ends before it starts; pg_cron would accept it and run it at other times or never, depending on its version. Write "5-7".',
    "0 0 * * sat-mon":
      'schedule "0 0 * * sat-mon": the day of week "sat-mon" is a range that ends before it starts; pg_cron would accept it and run it at other times or never, depending on its version. Write "6,0-1".',
    "0 0 1 nov-feb *":
      'schedule "0 0 1 nov-feb *": the month "nov-feb" is a range that ends before it starts; pg_cron would accept it and run it at other times or never, depending on its version. Write "11-12,1-2".',
    "0 0 30 2 *":
      'schedule "0 0 30 2 *": no month of it has such a day; pg_cron would accept it and never run it. Write a day that exists.',
    "0 0 31 4,6,9,11 *":
      'schedule "0 0 31 4,6,9,11 *": no month of it has such a day; pg_cron would accept it and never run it. Write a day that exists.',
    "0 0 31 feb */2":
      'schedule "0 0 31 feb */2": no month of it has such a day; pg_cron would accept it and never run it. Write a day that exists.',
  }),
  ...refused(newerOnly, {
    "10seconds":
      'schedule "10seconds": an interval is a number, a blank and the word seconds; pg_cron takes it from 1.5 on, for the same as the plain form. Write "10 seconds".',
    "+10 seconds":
      'schedule "+10 seconds": an interval is a number, a blank and the word seconds; pg_cron takes it from 1.5 on, for the same as the plain form. Write "10 seconds".',
    "10 Seconds":
      'schedule "10 Seconds": an interval is a number, a blank and the word seconds; pg_cron takes it from 1.5 on, for the same as the plain form. Write "10 seconds".',
  }),
  ...refused(olderOnly, {
    "*/60 * * * *":
      'schedule "*/60 * * * *": the minute "*/60" has a step larger than 59; pg_cron refuses it from 1.6.5 on, and before that reads the first value only. Write "0".',
    "0 */24 * * *":
      'schedule "0 */24 * * *": the hour "*/24" has a step larger than 23; pg_cron refuses it from 1.6.5 on, and before that reads the first value only. Write "0".',
    "0 0 1-31/40 * *":
      'schedule "0 0 1-31/40 * *": the day of month "1-31/40" has a step larger than 31; pg_cron refuses it from 1.6.5 on, and before that reads the first value only. Write "1".',
  }),
];
