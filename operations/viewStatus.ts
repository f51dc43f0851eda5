import type { QualifiedName } from "../components/postgres/names.ts";
import type { Session } from "../components/postgres/session.ts";
import { sqlStatement, sqlText } from "../components/postgres/sqlFiles.ts";
import { refreshedBy } from "../components/refreshJob/command.ts";
import { describeJobs } from "../components/refreshJob/describe.ts";
import type { ActualJob } from "../components/refreshJob/describe.ts";
import { nextRuns } from "../components/refreshJob/nextRuns.ts";
import { longestGapSeconds } from "../components/refreshJob/runRate.ts";
import { parseSchedule } from "../components/refreshJob/schedule.ts";

/** One materialized view at a glance. Times are the server's. */
export interface ViewStatus extends QualifiedName {
  readonly isPopulated: boolean;
  /** Undefined when the view has no data. */
  readonly rows: number | undefined;
  readonly bytes: number;
  readonly index: string | null;
  /** True when a concurrent refresh is possible. */
  readonly isConcurrent: boolean;
  readonly job: ActualJob | undefined;
  readonly lastRun: LastRun | undefined;
  readonly nextRun: Date | undefined;
  /** When the view was last refreshed: by its stamp column where it has one, else by the last run that succeeded. */
  readonly refreshedAt: Date | undefined;
  readonly ageSeconds: number | undefined;
  /** What is wrong with it, each in a few words; nothing = healthy. */
  readonly problems: readonly string[];
}

/** The last run of a job as pg_cron recorded it. */
export interface LastRun {
  readonly jobId: string;
  readonly status: string | null;
  readonly message: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly succeededAt: Date | null;
}

interface StateRow extends QualifiedName {
  isPopulated: boolean;
  estimatedRows: number;
  bytes: number;
  index: string | null;
  isConcurrent: boolean;
}

/** Larger views are not counted row by row: the planner's estimate is shown. */
const COUNTED_BYTES = 256 * 1024 * 1024;

/** Reads the views asked for, or all of the database. `stamp` names the column that says when a view was refreshed. */
export async function readStatus(
  session: Session,
  views: readonly QualifiedName[] | undefined,
  stamp: string | undefined,
): Promise<ViewStatus[]> {
  const names = views === undefined ? [null, null] : [views.map(({ schema }) => schema), views.map(({ name }) => name)];
  const { rows: states } = await session.target.query<StateRow>(sqlText("describe/view_states"), names);
  const jobs = session.capabilities.cron?.hasUsage === true ? await describeJobs(session, null) : [];
  const runs = jobs.length === 0 ? [] : await lastRuns(session, jobs);
  const now = (await session.target.query<{ now: Date }>("select pg_catalog.now() as now")).rows[0]?.now ?? new Date();
  const result: ViewStatus[] = [];
  for (const state of states) {
    const job = jobs.find((candidate) => refreshedBy(candidate, state, session.capabilities.database));
    const lastRun = runs.find((run) => run.jobId === job?.jobId && run.status !== null);
    result.push(await statusOf(session, state, { job, lastRun, now, stamp }));
  }
  return result;
}

async function lastRuns(session: Session, jobs: readonly ActualJob[]): Promise<LastRun[]> {
  return (await session.cron.query<LastRun>(sqlText("describe/last_runs"), [jobs.map(({ jobId }) => jobId)])).rows;
}

interface Circumstances {
  readonly job: ActualJob | undefined;
  readonly lastRun: LastRun | undefined;
  readonly now: Date;
  readonly stamp: string | undefined;
}

async function statusOf(
  session: Session,
  state: StateRow,
  { job, lastRun, now, stamp }: Circumstances,
): Promise<ViewStatus> {
  const refreshedAt = (await readStamp(session, state, stamp)) ?? lastRun?.succeededAt ?? undefined;
  const ageSeconds =
    refreshedAt === undefined ? undefined : Math.max(0, (now.getTime() - refreshedAt.getTime()) / 1000);
  return {
    schema: state.schema,
    name: state.name,
    isPopulated: state.isPopulated,
    rows: await countRows(session, state),
    bytes: state.bytes,
    index: state.index,
    isConcurrent: state.isConcurrent,
    job,
    lastRun,
    nextRun: job?.isActive === true ? nextRunOf(job, now) : undefined,
    refreshedAt,
    ageSeconds,
    problems: problemsOf(state, job, lastRun, ageSeconds),
  };
}

function nextRunOf(job: ActualJob, now: Date): Date | undefined {
  const parsed = parseSchedule(job.schedule, { seconds: true, lastDay: true });
  return parsed.ok ? nextRuns(parsed.schedule, now, 1)[0] : undefined;
}

async function countRows({ target }: Session, state: StateRow): Promise<number | undefined> {
  if (!state.isPopulated) return undefined;
  if (state.bytes > COUNTED_BYTES) return Math.max(0, Math.round(state.estimatedRows));
  const statement = sqlStatement("statements/count_rows", { names: { schema: state.schema, view: state.name } });
  return Number((await target.query<{ rows: string }>(statement)).rows[0]?.rows);
}

async function readStamp({ target }: Session, state: StateRow, stamp: string | undefined): Promise<Date | undefined> {
  if (stamp === undefined || !state.isPopulated) return undefined;
  const names = { schema: state.schema, view: state.name, stamp };
  const { rows } = await target.query<{ refreshedAt: Date | null }>(sqlStatement("statements/read_stamp", { names }));
  return rows[0]?.refreshedAt ?? undefined;
}

function problemsOf(
  state: StateRow,
  job: ActualJob | undefined,
  lastRun: LastRun | undefined,
  ageSeconds: number | undefined,
): string[] {
  const limit = job === undefined ? undefined : ageLimitSeconds(job, lastRun);
  const problems: (string | false)[] = [
    !state.isPopulated && "has no data",
    state.index === null && "no unique index",
    state.index !== null && !state.isConcurrent && "unique index is invalid",
    job === undefined && "no job that this role can see",
    job?.isActive === false && "job is inactive",
    lastRun?.status === "failed" && `last run failed: ${firstLine(lastRun.message)}`,
    ageSeconds !== undefined && limit !== undefined && ageSeconds > limit && `older than ${Math.round(limit)} s`,
  ];
  return problems.filter((problem): problem is string => problem !== false);
}

/** The default limit of a view's age: the longest interval of its schedule, the last run's length, and a minute. */
export function ageLimitSeconds(job: ActualJob, lastRun: LastRun | undefined): number | undefined {
  const parsed = parseSchedule(job.schedule, { seconds: true, lastDay: true });
  if (!parsed.ok) return undefined;
  const { startedAt, endedAt } = lastRun ?? { startedAt: null, endedAt: null };
  const runSeconds = startedAt !== null && endedAt !== null ? (endedAt.getTime() - startedAt.getTime()) / 1000 : 0;
  return longestGapSeconds(parsed.schedule) + runSeconds + 60;
}

// A message may quote a whole row of the view behind its first line.
function firstLine(message: string | null): string {
  return (message ?? "no message").trim().split("\n")[0] ?? "";
}
