import { splitComment } from "../../kinds/claim.ts";
import type { TakenBack } from "../../kinds/claim.ts";
import type { World } from "../../kinds/conditions.ts";
import { countRows } from "../../kinds/materializedView/countRows.ts";
import { keptName, splitKept } from "../../kinds/materializedView/swap/kept.ts";
import type { KeptRecord } from "../../kinds/materializedView/swap/kept.ts";
import { refreshedBy, refreshTarget } from "../../kinds/refreshJob/command.ts";
import { lookForJobs } from "../../kinds/refreshJob/describe.ts";
import type { ActualJob } from "../../kinds/refreshJob/describe.ts";
import { lookForTimeZone } from "../../kinds/refreshJob/schedule/cronTimeZone.ts";
import { DEFAULT_TIME_ZONE } from "../../kinds/refreshJob/schedule/timeZone.ts";
import { isServerError, serverText } from "../../postgres/errors.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { blockageOfView, readWaits } from "../../postgres/waits.ts";
import type { Blockage } from "../../postgres/waits.ts";
import type { DeclaredView } from "../commandLine/declaredViews.ts";
import { readReplicas } from "./replicas.ts";
import type { ReplicaFacts } from "./replicas.ts";
import { readGrants } from "./rights.ts";
import { readRuns } from "./runs.ts";
import type { Run, RunsRead } from "./runs.ts";

/** A view as the catalog has it. */
export interface ViewState extends QualifiedName {
  readonly isPopulated: boolean;
  /** Of the view's schema, by the connected role. */
  readonly hasUsage: boolean;
  /** True when the connected role may read at least a column. */
  readonly mayRead: boolean;
  readonly owner: string;
  readonly comment: string | null;
  /** When it was last analyzed by a statement, as a first refresh and a swap do. */
  readonly analyzedAt: Date | null;
  readonly estimatedRows: number;
  /** True while readers wait for a plain refresh or a change, or would behind one that waits. */
  readonly isHeld: boolean;
  readonly bytes: number;
  readonly index: string | null;
  /** True when a concurrent refresh is possible. */
  readonly isConcurrent: boolean;
}

/** Everything that the checks decide from. Times are the server's. */
export interface Facts extends World {
  readonly now: Date;
  readonly declared: DeclaredView;
  readonly view: ViewState | undefined;
  /** The old view that a changed definition kept aside. */
  readonly kept: (KeptRecord & { readonly bytes: number }) | undefined;
  /** Set where what was deployed was taken back. */
  readonly takenBack: TakenBack | undefined;
  /** Undefined when the view has no data, and where nobody has told this role how many it has. */
  readonly rows: number | undefined;
  readonly job: ActualJob | undefined;
  readonly jobRefreshesView: boolean;
  /** Active jobs, other than `job`, that refresh the view. */
  readonly otherJobs: readonly ActualJob[];
  /** The job's last ten runs and all of the last day, newest first. */
  readonly runs: readonly Run[];
  /** Why a refresh of the view, or whoever wants it, waits. */
  readonly blockage: Blockage | undefined;
  readonly stampAt: Date | undefined;
  readonly timeZone: string;
  /** False where this role may not see pg_cron's time zone, and its default stands for it. */
  readonly isTimeZoneKnown: boolean;
  readonly unseen: Unseen;
  /** The standbys that are named. */
  readonly replicas: readonly ReplicaFacts[];
}

/** What the connected role may not look at, a sentence each with what to run; what is not seen is not gone. */
export interface Unseen {
  /** Why the job, which is not found, need not be gone. */
  readonly job?: string | undefined;
  /** Why there may be jobs of roles besides the view's owner. */
  readonly otherJobs?: string | undefined;
  readonly runs?: string | undefined;
  readonly rows?: string | undefined;
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
  const found = readStates(session, [...views, ...views.map(keptName)]);
  const owners = found.then((states) => states.map(({ owner }) => owner));
  const [states, { jobs, hidden }, { rows: clock }, timeZone, waits, replicas] = await Promise.all([
    found,
    lookForJobs(session, owners),
    session.target.query<{ now: Date }>("select pg_catalog.now() as now"),
    lookForTimeZone(session.cron),
    readWaits(session.target, views),
    readReplicas(session, views),
  ]);
  const now = clock[0]?.now ?? new Date();
  const since = new Date(now.getTime() - Math.max(historyMs, DAY_MS));
  const chosen = views.map((declared) => jobsOf(session, jobs, declared));
  const orphans = jobs.filter(({ isOrphaned }) => isOrphaned === true);
  const runs = readRuns(
    session,
    chosen.flatMap(({ job }) => job ?? []),
    { last: LAST_RUNS, since },
  );
  return Promise.all(
    views.map((declared, index) => {
      const stateOf = (one: QualifiedName): ViewState | undefined =>
        states.find(({ schema, name }) => schema === one.schema && name === one.name);
      const [view, kept] = [stateOf(declared), stateOf(keptName(declared))];
      const subject = { declared, view, kept, ...chosen[index]!, replicas: replicas[index] ?? [] };
      return factsOf(session, subject, { hidden, now, timeZone, runs, waits, orphans });
    }),
  );
}

/** What is read once for all views. */
interface Common extends Pick<Awaited<ReturnType<typeof lookForJobs>>, "hidden"> {
  readonly now: Date;
  readonly timeZone: string | undefined;
  readonly runs: ReturnType<typeof readRuns>;
  readonly waits: Awaited<ReturnType<typeof readWaits>>;
  readonly orphans: readonly ActualJob[];
}

interface Subject extends ReturnType<typeof jobsOf> {
  readonly declared: DeclaredView;
  readonly view: ViewState | undefined;
  readonly kept: ViewState | undefined;
  readonly replicas: readonly ReplicaFacts[];
}

/** The view's job, and all that refresh it. */
function jobsOf({ capabilities }: Session, jobs: readonly ActualJob[], declared: DeclaredView) {
  const refreshing = jobs.filter((job) => refreshedBy(job, declared, capabilities.database));
  return { job: chosenJob(jobs, refreshing, declared), refreshing };
}

async function factsOf(
  session: Session,
  { declared, view, kept, job, refreshing, replicas }: Subject,
  { hidden, now, timeZone, runs: all, waits, orphans }: Common,
): Promise<Facts> {
  const { capabilities } = session;
  const others = hiddenFrom(session);
  const jobRefreshesView = job !== undefined && refreshing.includes(job);
  const { record } = splitKept(kept?.comment ?? null);
  const [[runs, unseenRuns], [rows, unseenRows], stampAt] = await Promise.all([
    all.then((read): RunsRead => read.get(job?.jobId ?? "") ?? [[]]),
    rowsOf(session, view),
    readStamp(session, view, declared.stamp),
  ]);
  return {
    now,
    declared,
    view,
    kept: record && { ...record, bytes: kept?.bytes ?? 0 },
    takenBack: splitComment(view?.comment ?? null).claim?.takenBack,
    rows,
    capabilities,
    owner: view?.owner,
    job,
    jobRefreshesView,
    orphans,
    concurrently: !refreshesPlainly({ declared, job, jobRefreshesView }),
    otherJobs: refreshing.filter((other) => other !== job && other.isActive),
    runs,
    blockage: blockageOfView(waits, declared),
    stampAt,
    replicas,
    timeZone: timeZone ?? DEFAULT_TIME_ZONE,
    isTimeZoneKnown: timeZone !== undefined || capabilities.cron?.seconds !== true,
    unseen: {
      job: job !== undefined ? undefined : (hidden.get("") ?? (view === undefined ? others : hidden.get(view.owner))),
      otherJobs: others,
      runs: unseenRuns,
      rows: unseenRows,
    },
  };
}

/**
 * True where readers wait for each refresh by choice, so that a missing unique index is no fault: no key is declared or, where no
 * declaration says, the job asks for no concurrent refresh.
 */
function refreshesPlainly({
  declared,
  job,
  jobRefreshesView,
}: Pick<Facts, "declared" | "job" | "jobRefreshesView">): boolean {
  if (declared.plain === false) return false;
  const target = job === undefined || !jobRefreshesView ? undefined : refreshTarget(job.command);
  return target === undefined ? declared.plain === true : !target.concurrently;
}

function hiddenFrom({ capabilities: { cron, currentUser } }: Session): string | undefined {
  if (cron === undefined || cron.seesAllJobs) return undefined;
  return `jobs of roles that it cannot act as are hidden from role ${currentUser}: connect as the role that owns the job, or as a superuser`;
}

function unreadable({ capabilities: { currentUser } }: Session, view: ViewState): string | undefined {
  const grants = readGrants(currentUser, view, view);
  return grants.length === 0
    ? undefined
    : `role ${currentUser} may not read ${displayName(view)}; let its owner run: ${grants.join("; ")}`;
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

async function rowsOf(
  session: Session,
  view: ViewState | undefined,
): Promise<readonly [rows: number | undefined, whyNot?: string | undefined]> {
  if (view === undefined) return [undefined];
  const closed = unreadable(session, view);
  if (!view.isPopulated) return [undefined, closed];
  // Less than 0: nobody has analysed or vacuumed it yet.
  const estimate = view.estimatedRows < 0 ? undefined : Math.round(view.estimatedRows);
  // A role that watches may be without SELECT on the view, and the others are not to wait for one.
  if (view.bytes > COUNTED_BYTES || view.isHeld || closed !== undefined)
    return [estimate, closed ?? (view.isHeld ? HELD : undefined)];
  try {
    return [await countRows(session.target, view)];
  } catch (error) {
    // One that is dropped or swapped meanwhile, or cannot be read, says nothing of the others.
    if (!isServerError(error)) throw error;
    return [undefined, serverText(error)];
  }
}

async function readStamp(
  session: Session,
  view: ViewState | undefined,
  stamp: string | undefined,
): Promise<Date | undefined> {
  if (stamp === undefined || view === undefined || !view.isPopulated) return undefined;
  const names = { schema: view.schema, view: view.name, stamp };
  if (view.isHeld) return withoutStamp(view, HELD);
  try {
    const { rows } = await session.target.query<{ refreshedAt: Date | null }>(
      sqlStatement("statements/read_stamp", { names }),
    );
    return rows[0]?.refreshedAt ?? undefined;
  } catch (error) {
    if (!isServerError(error)) throw error;
    return withoutStamp(view, unreadable(session, view) ?? serverText(error));
  }
}

const HELD = "its readers wait for a refresh or a change";

function withoutStamp(view: ViewState, why: string): undefined {
  process.stderr.write(`the stamp of ${displayName(view)} cannot be read, its age is that of the last run: ${why}\n`);
}
