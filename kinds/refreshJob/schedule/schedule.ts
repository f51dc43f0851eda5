/** A pg_cron schedule as data: JSON-safe, and all that is needed to say when it fires. */
export type Schedule = CronSchedule | SecondsSchedule;

/** Five fields or a macro, as the sets that pg_cron builds from them: sorted, without repeats. */
export interface CronSchedule {
  readonly kind: "cron";
  readonly text: string;
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  /** 0 is Sunday; pg_cron's 7 is folded into it. */
  readonly dayOfWeek: readonly number[];
  /** The day-of-month field starts with a star, so that both day fields have to match (a step such as every second day counts too). */
  readonly domStar: boolean;
  /** The same of the day-of-week field. */
  readonly dowStar: boolean;
  /** The day-of-month field is `$`: the last day of each month. */
  readonly lastDay: boolean;
}

/** A run every so many seconds, counted from when pg_cron's launcher learns of the job. */
export interface SecondsSchedule {
  readonly kind: "seconds";
  readonly text: string;
  readonly seconds: number;
}

/** What this server's pg_cron can read: intervals in seconds from 1.5 on, `$` for the last day from 1.6 on. */
export interface ScheduleCapabilities {
  readonly seconds: boolean;
  readonly lastDay: boolean;
}

/** A schedule, or the sentence that says what is wrong with the text and what to write instead. */
export type ParsedSchedule =
  { readonly ok: true; readonly schedule: Schedule } | { readonly ok: false; readonly problem: string };
