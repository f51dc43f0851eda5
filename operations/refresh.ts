import { countRows } from "../kinds/materializedView/countRows.ts";
import { recomputeView, unfilledSourcesOf } from "../kinds/materializedView/fillView.ts";
import { searchPathAdvice } from "../kinds/materializedView/searchPathAdvice.ts";
import { jobUserOf } from "../kinds/refreshJob/jobUser.ts";
import { isUserError, problemReport, serverText, userError } from "../postgres/errors.ts";
import { withLookout } from "../postgres/lookout.ts";
import { displayName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { sqlText } from "../postgres/sqlFiles.ts";
import { stopError, wasStopped } from "../postgres/stopping.ts";
import { withEachView, withView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import type { Call } from "./commandLine/defineVerb.ts";
import { duration, grouped, print, printJson } from "./commandLine/text.ts";
import { readStates } from "./health/facts.ts";
import type { ViewState } from "./health/facts.ts";
import { checkedReason, recordRefresh } from "./refresh/refreshAudit.ts";

/** `matview refresh`: recomputes a view and verifies it. */
export const refresh = defineVerb({
  verb: "refresh",
  summary: "recompute a view now",
  words: "VIEW | VIEW ... --if-unpopulated",
  says: `Recomputes the view: beside its readers if it has data and a unique index, else plainly, while readers wait. If another
refresh is going on, it waits for its turn. Ctrl-C cancels it on the server, and the view stays as it was.`,
  options: [
    {
      name: "if-unpopulated",
      summary: "leave a view that has data as it is; fill the views that it reads before it, and take several",
    },
    { name: "no-wait", summary: "refuse where another refresh is going on" },
    { name: "reason", value: "TEXT", summary: "why, for the record that the platform part keeps in the database" },
  ],
  examples: [
    ["refresh --stack prod --reason 'reassigned 40 prospects'", "now, and say why"],
    ["refresh --if-unpopulated public.daily_revenue", "what a deploy does"],
  ],
  exits: { 0: "the view has data", 1: "it could not be refreshed", 2: "used wrongly", 130: "cancelled" },
  reads: false,
  run: async (call) => {
    const options = {
      ifUnpopulated: call.has("if-unpopulated"),
      noWait: call.has("no-wait"),
      reason: checkedReason(call.value("reason")),
    };
    if (options.ifUnpopulated) return fillAll(call, options);
    const done = await withView(call, (session, view) => refreshView(session, view, options));
    if (call.json) printJson(done);
    else print(doneText(done));
    return 0;
  },
});

/** Fills views that have no data, each behind those that it reads; one that fails keeps no other back. */
async function fillAll(call: Call, options: Options): Promise<number> {
  const filling = new Map<string, Promise<Done>>();
  const fill = (session: Session, view: QualifiedName): Promise<Done> => {
    const name = displayName(view);
    const filled = filling.get(name) ?? refreshView(session, view, { ...options, fill });
    filling.set(name, filled);
    return filled;
  };
  if (call.words.length <= 1) return told(call, [await withView(call, fill)]);
  const settled = await withEachView(call, fill);
  const failed = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  told(
    call,
    settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
  );
  if (failed.length === 0) return 0;
  const stopped = failed.find((error) => wasStopped(error) || !isUserError(error));
  if (stopped !== undefined) throw stopped;
  throw problemReport(`${failed.length} of ${settled.length} views were not filled`, [
    ...new Set(failed.map((error) => (error as Error).message)),
  ]);
}

function told(call: Call, done: readonly Done[]): number {
  if (call.json) printJson(call.words.length <= 1 ? done[0] : done);
  else for (const one of done) print(doneText(one));
  return 0;
}

interface Options {
  readonly ifUnpopulated: boolean;
  readonly noWait: boolean;
  readonly reason: string | undefined;
  /** Fills what the view reads and has no data yet. */
  readonly fill?: (session: Session, view: QualifiedName) => Promise<unknown>;
}

/** What a refresh came to. */
export interface Done {
  readonly view: string;
  readonly rows: number;
  /** Undefined when it had data already and was left alone. */
  readonly seconds: number | undefined;
  readonly concurrently: boolean;
}

/** Refreshes a view, beside its readers where that is possible, for the record that is kept of it. */
export async function refreshView(session: Session, view: QualifiedName, options: Options): Promise<Done> {
  const state = stateOf(session, view);
  const [before, unfilled, running, user] = await Promise.all([
    state,
    options.fill === undefined ? [] : unfilledSourcesOf(session.target, view),
    runningRefresh(session, view),
    jobUserOf(
      session,
      view,
      state.then(({ owner }) => owner),
    ),
  ]);
  const name = displayName(view);
  if (before.isPopulated && options.ifUnpopulated)
    return { view: name, rows: await countRows(session.target, view), seconds: undefined, concurrently: false };
  for (const source of unfilled) await options.fill?.(session, source);
  noteRunning(name, running, options.noWait);
  // Concurrently is refused on a view without data, and without a unique index.
  const concurrently = before.isPopulated && before.isConcurrent;
  if (before.isPopulated && !concurrently)
    process.stderr.write(
      `${name} has no unique index that a concurrent refresh can use: readers wait until it is done\n`,
    );
  const started = performance.now();
  await withLookout(session, `refreshing ${name}`, () => recompute(session, before, concurrently, user));
  const seconds = (performance.now() - started) / 1000;
  const made = after(session, view, { seconds, concurrently });
  await Promise.all([
    made,
    recordRefresh(
      session,
      before,
      made.then((done) => ({ ...done, reason: options.reason })),
    ),
  ]);
  return made;
}

async function after(
  session: Session,
  view: QualifiedName,
  done: Pick<Done, "seconds" | "concurrently">,
): Promise<Done> {
  const name = displayName(view);
  const [state, rows] = await Promise.allSettled([stateOf(session, view), countRows(session.target, view)]);
  if (state.status === "rejected") throw state.reason;
  if (!state.value.isPopulated) throw userError(`${name} was refreshed and still has no data`);
  if (rows.status === "rejected") {
    if (wasStopped(rows.reason))
      throw stopError(`${name} is refreshed; stopped before its rows were counted`, rows.reason);
    throw rows.reason;
  }
  return { view: name, rows: rows.value, ...done };
}

function doneText({ view, rows, seconds, concurrently }: Done): string {
  if (seconds === undefined) return `${view} has data already: ${grouped(rows)} rows`;
  return `${view} refreshed ${concurrently ? "beside its readers " : ""}in ${duration(seconds)}: ${grouped(rows)} rows`;
}

interface RunningRefresh {
  readonly pid: number;
  readonly user: string;
  readonly application: string;
  readonly seconds: number | null;
}

async function runningRefresh(
  { target }: Session,
  { schema, name }: QualifiedName,
): Promise<RunningRefresh | undefined> {
  return (await target.query<RunningRefresh>(sqlText("describe/running_refreshes"), [schema, name])).rows[0];
}

function noteRunning(view: string, other: RunningRefresh | undefined, refuse: boolean): void {
  if (other === undefined) return;
  const who = `${view} is being refreshed by ${other.user} (process ${other.pid}${other.application === "" ? "" : `, ${other.application}`})${other.seconds === null ? "" : ` for ${duration(other.seconds)}`}`;
  if (refuse) throw userError(`${who}; leave --no-wait out to wait for it`);
  process.stderr.write(`${who}; this one comes after it\n`);
}

async function recompute({ target }: Session, view: ViewState, concurrently: boolean, user: string): Promise<void> {
  const name = displayName(view);
  try {
    // Another refresh may take its time.
    target.query("set lock_timeout = 0").catch(() => undefined);
    const problems = await recomputeView(target, view, { user, concurrently });
    for (const problem of problems) process.stderr.write(`${name}: ${problem}\n`);
  } catch (error) {
    if (wasStopped(error)) throw stopError(`the refresh of ${name} was cancelled; the view is as it was`, error);
    const advice = searchPathAdvice(error);
    throw userError(`${name} could not be refreshed: ${serverText(error)}${advice}`, error);
  }
}

async function stateOf(session: Session, view: QualifiedName): Promise<ViewState> {
  const [state] = await readStates(session, [view]);
  if (state !== undefined) return state;
  throw userError(`there is no materialized view ${displayName(view)} in database ${session.capabilities.database}`);
}
