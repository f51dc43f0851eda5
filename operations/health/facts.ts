import { isServerError, serverText, SQLSTATE } from "../../components/postgres/errors.ts";
import { displayName } from "../../components/postgres/names.ts";
import type { QualifiedName } from "../../components/postgres/names.ts";
import type { Session } from "../../components/postgres/session.ts";
import { sqlStatement, sqlText } from "../../components/postgres/sqlFiles.ts";
import { refreshedBy } from "../../components/refreshJob/command.ts";
import { visibleJobs } from "../../components/refreshJob/describe.ts";
import type { ActualJob } from "../../components/refreshJob/describe.ts";
import { readCronTimeZone } from "../../components/refreshJob/schedule/cronTimeZone.ts";
import type { DeclaredView } from "../commandLine/declaredViews.ts";
import { readRuns } from "./runs.ts";
import type { Run } from "./runs.ts";

/** A view as the catalog has it. */
export interface ViewState extends QualifiedName {
  readonly isPopulated: boolean;
  readonly owner: string;
  readonly estimatedRows: number;
  readonly bytes: number;
  readonly index: string | null;
  /** True when a concurrent refresh is possible. */
  readonly isConcurrent: boolean;
}

/** Everything that the checks decide from. Times are the server's. */
export interface Facts {
  readonly now: Date;
  readonly declared: DeclaredView;
  readonly view: ViewState | undefined;
  /** Undefined when the view has no data. */
  readonly rows: number | undefined;
  readonly hasCron: boolean;
  readonly launcherRuns: boolean;
  readonly job: ActualJob | undefined;
  readonly jobRefreshesView: boolean;
  /** Active jobs, other than `job`, that refresh the view. */
  readonly otherJobs: readonly ActualJob[];
  /** The job's last ten runs and all of the last day, newest first. */
  readonly runs: readonly Run[];
  readonly stampAt: Date | undefined;
  readonly timeZone: string;
}

/** Larger views are not counted row by row: the planner's estimate is shown. */
const COUNTED_BYTES = 256 * 1024 * 1024;
const LAST_RUNS = 10;
const DAY_MS = 86_400_000;

/** Reads the facts of each view; `historyMs` is how far back runs are read. */
export async function readFacts(
  session: Session,
  views: readonly DeclaredView[],
  historyMs = DAY_MS,
): Promise<Facts[]> {
  const { capabilities, target } = session;
  const states = await readStates(session, views);
  const jobs = await visibleJobs(
    session,
    states.map(({ owner }) => owner),
  );
  const now = (await target.query<{ now: Date }>("select pg_catalog.now() as now")).rows[0]?.now ?? new Date();
  const timeZone = await readCronTimeZone(session.cron);
  const facts: Facts[] = [];
  for (const declared of views) {
    const view = states.find(({ schema, name }) => schema === declared.schema && name === declared.name);
    const refreshing = jobs.filter((job) => refreshedBy(job, declared, capabilities.database));
    const job = chosenJob(jobs, refreshing, declared);
    const since = new Date(now.getTime() - Math.max(historyMs, DAY_MS));
    facts.push({
      now,
      declared,
      view,
      rows: await countRows(session, view),
      hasCron: capabilities.cron !== undefined,
      launcherRuns: capabilities.launcherRuns,
      job,
      jobRefreshesView: job !== undefined && refreshing.includes(job),
      otherJobs: refreshing.filter((other) => other !== job && other.isActive),
      runs: job === undefined ? [] : await readRuns(session, job, { last: LAST_RUNS, since }),
      stampAt: await readStamp(session, view, declared.stamp),
      timeZone,
    });
  }
  return facts;
}

/** The catalog's word on the views. */
export async function readStates({ target }: Session, views: readonly QualifiedName[]): Promise<ViewState[]> {
  const names = [views.map(({ schema }) => schema), views.map(({ name }) => name)];
  return (await target.query<ViewState>(sqlText("describe/view_states"), names)).rows;
}

// By its declared name, first the one that refreshes the view; without a name, the first active one that refreshes it.
function chosenJob(
  jobs: readonly ActualJob[],
  refreshing: readonly ActualJob[],
  { job: name }: DeclaredView,
): ActualJob | undefined {
  const ranked = [...refreshing, ...jobs].filter((job) => name === undefined || job.name === name);
  if (name === undefined) return refreshing.find(({ isActive }) => isActive) ?? refreshing[0];
  return ranked[0];
}

async function countRows({ target }: Session, view: ViewState | undefined): Promise<number | undefined> {
  if (view === undefined || !view.isPopulated) return undefined;
  if (view.bytes > COUNTED_BYTES) return Math.max(0, Math.round(view.estimatedRows));
  const statement = sqlStatement("statements/count_rows", { names: { schema: view.schema, view: view.name } });
  try {
    return Number((await target.query<{ rows: string }>(statement)).rows[0]?.rows);
  } catch (error) {
    // A role that watches may be without SELECT on the view.
    if (isServerError(error, SQLSTATE.insufficientPrivilege)) return Math.max(0, Math.round(view.estimatedRows));
    throw error;
  }
}

async function readStamp(
  { target }: Session,
  view: ViewState | undefined,
  stamp: string | undefined,
): Promise<Date | undefined> {
  if (stamp === undefined || view === undefined || !view.isPopulated) return undefined;
  const names = { schema: view.schema, view: view.name, stamp };
  try {
    const { rows } = await target.query<{ refreshedAt: Date | null }>(sqlStatement("statements/read_stamp", { names }));
    return rows[0]?.refreshedAt ?? undefined;
  } catch (error) {
    if (!isServerError(error, SQLSTATE.undefinedColumn) && !isServerError(error, SQLSTATE.insufficientPrivilege))
      throw error;
    const name = displayName(view);
    process.stderr.write(
      `the stamp of ${name} cannot be read, its age is that of the last run: ${serverText(error)}\n`,
    );
    return undefined;
  }
}
