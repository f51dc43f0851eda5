import { userError } from "../../postgres/errors.ts";
import { derivedName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { dropOverdueCommand } from "../materializedView/swap/kept.ts";
import { refreshCommand, vacuumCommand } from "./command.ts";
import { parseDuration } from "./schedule/duration.ts";
import { checkMaxAge, scheduleFromMaxAge } from "./schedule/scheduleFromMaxAge.ts";
import { parseSchedule } from "./schedule.ts";

/** How a view is kept fresh. Everything but the plain command on a schedule is off unless it is named. */
export interface RefreshSettings {
  /**
   * How old the view may become, a duration such as `5m`. Without `job.schedule` the schedule is derived from it, and the two may not
   * contradict each other.
   * @default no limit
   */
  readonly maxAge?: string | undefined;
  /**
   * How long a refresh waits for a lock on the view, a duration such as `5s`, at least deadlock_timeout plus a second.
   * @default for ever
   */
  readonly lockTimeout?: string | undefined;
  /**
   * How long a statement of the owner may take in the view's database, a duration such as `2m`. It is set on the role, for pg_cron's
   * workers obey no other; so all views of a role have the same.
   * @default the role's own setting
   */
  readonly statementTimeout?: string | undefined;
  /**
   * Leaves a run out while another one is going or the view is younger than this duration, such as `2m`, by `stamp`, which it needs.
   * Longer than a run, shorter than the interval.
   * @default every run refreshes
   */
  readonly minAge?: string | undefined;
  /**
   * Schedule of a second job that vacuums the view, for large views that change much. Another one than that of the refresh, which would be
   * in its way. A plain value, as it decides whether there is such a job.
   * @default no such job
   */
  readonly vacuum?: string | undefined;
  /**
   * How long the owner's runs stay in pg_cron's history, a duration such as `7d`: a job removes older ones every night. A plain value, as it
   * decides whether there is such a job.
   * @default for ever
   */
  readonly keepRuns?: string | undefined;
}

/** What is asked for of the job: a name and a schedule, or what that is made from. */
export interface RefreshRequest {
  readonly view: QualifiedName;
  readonly job: { readonly name: string; readonly schedule?: string | undefined };
  readonly refresh: RefreshSettings;
  /** How long the old view stays aside after a change of the definition. */
  readonly keepPrevious?: string | undefined;
  /** Columns that identify a row; without any the refreshes are plain. */
  readonly uniqueKey: readonly string[];
  /** Column whose maximum says when the view was last refreshed; `minAge` is measured by it. */
  readonly stamp?: string | undefined;
}

/** A job with all its texts. */
export interface PlannedJob {
  readonly name: string;
  readonly schedule: string;
  readonly command: string;
}

/** The jobs of a view, and why the schedule is what it is where it was derived. */
export interface PlannedJobs {
  readonly refresh: PlannedJob & { readonly statementTimeoutMs?: number; readonly maxAge?: string };
  readonly vacuum: PlannedJob | undefined;
  /** Runs in pg_cron's database. */
  readonly purge: PlannedJob | undefined;
  /** Drops the old view that is kept when its time is over. */
  readonly previous: PlannedJob | undefined;
  readonly reason: string | undefined;
}

/** What is overdue goes within the hour: the longest even interval within this, at a minute of its own. */
const ONCE_AN_HOUR = "90m";

/** When neither a schedule nor a maxAge says otherwise. */
export const DEFAULT_SCHEDULE = "*/5 * * * *";

/** The purge runs once a day: the longest even interval within this is a day, at a minute of its own. */
const ONCE_A_DAY = "30h";

/**
 * The jobs that keep a view fresh, from the declaration alone, so that no preview ever changes them.
 * @throws when a duration cannot be read, or a setting lacks what it stands on.
 */
export function planJobs({
  view,
  job: { name, ...job },
  refresh,
  keepPrevious,
  uniqueKey,
  stamp,
}: RefreshRequest): PlannedJobs {
  const chosen = chooseSchedule(name, job.schedule, refresh.maxAge);
  const statementTimeoutMs = milliseconds("statementTimeout", refresh.statementTimeout);
  const command = refreshCommand(view, {
    plain: uniqueKey.length === 0,
    lockTimeoutMs: milliseconds("lockTimeout", refresh.lockTimeout),
    backlogGuard: backlogGuard(refresh.minAge, stamp),
  });
  return {
    refresh: {
      name,
      schedule: chosen.schedule,
      command,
      ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
      ...(refresh.maxAge === undefined ? {} : { maxAge: refresh.maxAge }),
    },
    vacuum: planVacuum(view, name, refresh.vacuum, chosen.schedule),
    purge: planPurge(name, refresh.keepRuns),
    previous: planPrevious(view, name, keepPrevious),
    reason: chosen.reason,
  };
}

/** Where a view is, and where pg_cron. */
export interface Databases {
  readonly database: string;
  readonly cronDatabase: string;
}

/**
 * The name of a view's job where none is given: `refresh-<view>`. pg_cron's key is name and user, for all databases and schemas together,
 * so what is not the usual is part of it: a database other than pg_cron's, a schema other than `public`.
 */
export function jobName({ database, cronDatabase }: Databases, { schema, name }: QualifiedName): string {
  const from = database === cronDatabase ? "" : `${database}-`;
  return fitting(`refresh-${from}${from === "" && schema === "public" ? "" : `${schema}.`}${name}`);
}

/** The name that an earlier convention made; the jobs that bear it keep it. */
export function earlierJobName({ database }: Databases, { schema, name }: QualifiedName): string {
  return fitting(`refresh-${database}-${schema}.${name}`);
}

function fitting(whole: string): string {
  return Buffer.byteLength(whole) <= 63 ? whole : derivedName(whole, "job");
}

/** The jobs that a view may have of its own, by the name of the one that refreshes it. */
export function ownJobNames(refreshJob: string): string[] {
  return [refreshJob, ...[vacuumName, purgeName, previousName].map((name) => name(refreshJob))];
}

function vacuumName(refreshJob: string): string {
  return derivedName(refreshJob, "vacuum");
}

function purgeName(refreshJob: string): string {
  return derivedName(refreshJob, "purge");
}

function previousName(refreshJob: string): string {
  return derivedName(refreshJob, "previous");
}

function chooseSchedule(
  name: string,
  schedule: string | undefined,
  maxAge: string | undefined,
): { schedule: string; reason: string | undefined } {
  if (schedule !== undefined) {
    const parsed = parseSchedule(schedule);
    if (!parsed.ok) throw userError(`job.schedule: ${parsed.problem}`);
    const late = maxAge === undefined ? undefined : checkMaxAge(parsed.schedule, maxAge);
    if (late !== undefined) throw userError(`refresh.maxAge and job.schedule contradict each other: ${late}`);
    return { schedule, reason: undefined };
  }
  if (maxAge === undefined) return { schedule: DEFAULT_SCHEDULE, reason: undefined };
  // What pg_cron of the server can do is not known here: intervals in seconds are chosen only where nothing else will do.
  const age = seconds("maxAge", maxAge) ?? 0;
  const derived = scheduleFromMaxAge(maxAge, name, { seconds: age <= 60, lastDay: false });
  if (!derived.ok) throw userError(derived.problem);
  return derived;
}

function backlogGuard(minAge: string | undefined, stampColumn: string | undefined) {
  const minAgeSeconds = seconds("minAge", minAge);
  if (minAgeSeconds === undefined) return undefined;
  if (stampColumn === undefined) {
    throw userError(
      "refresh.minAge is measured by the view's stamp: name the column that holds the time of the refresh as stamp",
    );
  }
  return { minAgeSeconds, stampColumn };
}

function planVacuum(
  view: QualifiedName,
  name: string,
  schedule: string | undefined,
  refreshSchedule: string,
): PlannedJob | undefined {
  if (schedule === undefined) return undefined;
  const parsed = parseSchedule(schedule);
  if (!parsed.ok) throw userError(`refresh.vacuum: ${parsed.problem}`);
  if (schedule === refreshSchedule) {
    throw userError(
      `refresh.vacuum runs on the schedule of the refresh, ${schedule}, and each would wait for the other: choose other minutes`,
    );
  }
  return { name: vacuumName(name), schedule, command: vacuumCommand(view) };
}

function planPurge(name: string, keepRuns: string | undefined): PlannedJob | undefined {
  const keep = seconds("keepRuns", keepRuns);
  if (keep === undefined) return undefined;
  const own = purgeName(name);
  const schedule = scheduleFromMaxAge(ONCE_A_DAY, own, { seconds: false, lastDay: false });
  if (!schedule.ok) throw userError(schedule.problem);
  const command = sqlStatement("statements/purge_runs", { literals: { keep: `${keep} seconds` } });
  return { name: own, schedule: schedule.schedule, command };
}

function planPrevious(view: QualifiedName, name: string, keepPrevious: string | undefined): PlannedJob | undefined {
  if (keepPrevious === undefined) return undefined;
  const keep = parseDuration(keepPrevious);
  if (!keep.ok) throw userError(`keepPrevious: ${keep.problem}`);
  const own = previousName(name);
  const schedule = scheduleFromMaxAge(ONCE_AN_HOUR, own, { seconds: false, lastDay: false });
  if (!schedule.ok) throw userError(schedule.problem);
  return { name: own, schedule: schedule.schedule, command: dropOverdueCommand(view) };
}

function milliseconds(setting: string, duration: string | undefined): number | undefined {
  const read = seconds(setting, duration);
  return read === undefined ? undefined : read * 1_000;
}

function seconds(setting: string, duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const parsed = parseDuration(duration);
  if (!parsed.ok) throw userError(`refresh.${setting}: ${parsed.problem}`);
  return parsed.seconds;
}
