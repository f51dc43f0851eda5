import { historyOf } from "../kinds/materializedView/cost/measures.ts";
import { materializedViewKind } from "../kinds/materializedView/kind.ts";
import { planRollback, readPair, wayBack } from "../kinds/materializedView/swap/rollback.ts";
import type { Pair } from "../kinds/materializedView/swap/rollback.ts";
import { refreshedBy, refreshTarget } from "../kinds/refreshJob/command.ts";
import { visibleJobs } from "../kinds/refreshJob/describe.ts";
import type { ActualJob } from "../kinds/refreshJob/describe.ts";
import { applyPlan } from "../postgres/applyPlan.ts";
import { serverText, userError } from "../postgres/errors.ts";
import { displayName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { Plan } from "../postgres/plan.ts";
import type { Session } from "../postgres/session.ts";
import { sqlText } from "../postgres/sqlFiles.ts";
import { withView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { clock, duration, grouped, print, printJson } from "./commandLine/text.ts";
import { readStates } from "./health/facts.ts";
import { refreshView } from "./refresh.ts";
import type { Done } from "./refresh.ts";

/** `matview rollback`: a changed definition is taken back. */
export const rollback = defineVerb({
  verb: "rollback",
  summary: "put the view back as it was before its last change",
  words: "VIEW",
  says: `Where the argument keepPrevious kept the old view aside, it takes its place again: in a swap like any other, with what stands on the
view, its grants and its job, and is refreshed. What was deployed is kept in turn, until the same time. The stack's program does not know: its
next preview says so, and the next up would deploy the declared definition again. So take the change back there too.`,
  options: [
    { name: "undo", summary: "put back what was deployed" },
    { name: "no-refresh", summary: "leave the refresh to the job" },
  ],
  examples: [
    ["rollback public.daily_revenue", "as it was before the last deploy"],
    ["rollback public.daily_revenue --undo", "and as that deploy left it"],
  ],
  exits: { 0: "it is as it was", 1: "it could not be done, and nothing was changed", 2: "used wrongly" },
  reads: false,
  run: (call) =>
    withView(call, async (session, view) => {
      const undo = call.has("undo");
      const pair = await readPair(session, view);
      if (pair === undefined) throw userError(await nothingKept(session, view));
      const plan = await withWayBack(session, view, await planRollback(session, pair, undo));
      await applyPlan(session, plan, materializedViewKind.runners);
      await mustBeInPlace(session, view, pair);
      const told = { ...toldOf(pair, plan), undo };
      if (!call.json) print(swappedText(told));
      await warnOfJob(session, view);
      const refreshed = call.has("no-refresh") ? undefined : await refreshAll(session, view, plan);
      if (call.json) printJson({ ...told, refreshed });
      else print([refreshedText(refreshed), nextText(told)].join("\n"));
      return 0;
    }),
});

interface Told {
  readonly view: string;
  /** When what was put aside had taken its place. */
  readonly deployedAt: string;
  readonly keptUntil: string;
  readonly undo: boolean;
  /** What was touched with it. */
  readonly dependents: readonly string[];
}

function toldOf({ live, record }: Pair, { steps }: Plan): Omit<Told, "undo"> {
  const relations = steps.flatMap(({ swap }) => swap?.relations ?? []);
  return {
    view: displayName(live),
    deployedAt: record.at,
    keptUntil: record.until,
    dependents: relations.slice(1).map(displayName),
  };
}

// A deploy may have come before: then the swap left all as it was.
async function mustBeInPlace({ target }: Session, view: QualifiedName, { kept }: Pair): Promise<void> {
  const { rows } = await target.query<{ oid: string }>(sqlText("describe/relation_oid"), [view.schema, view.name]);
  if (rows[0]?.oid !== kept.oid)
    throw userError(`${displayName(view)} was changed by a deploy meanwhile; nothing was changed here`);
}

/** A command that was deployed with a key fails on a view from before it. */
async function warnOfJob(session: Session, view: QualifiedName): Promise<void> {
  const [[state], jobs] = await Promise.all([readStates(session, [view]), jobsOf(session, view)]);
  const failing = jobs.find(({ command }) => refreshTarget(command)?.concurrently === true);
  if (failing === undefined || state === undefined || state.isConcurrent) return;
  process.stderr.write(
    `job ${failing.name} refreshes concurrently, and ${displayName(view)} has no unique index for that as it was: its runs fail until the ` +
      "stack is deployed again\n",
  );
}

async function jobsOf(session: Session, view: QualifiedName): Promise<ActualJob[]> {
  return (await visibleJobs(session, [])).filter((job) => refreshedBy(job, view, session.capabilities.database));
}

async function nothingKept(session: Session, view: QualifiedName): Promise<string> {
  return (
    `nothing is kept of ${displayName(view)}: its definition was not changed since keepPrevious is declared, or the time is over; ` +
    `${wayBack()}${await takesText(session, view)}`
  );
}

/** Where a deploy is the only way back, with what that takes. */
async function withWayBack(session: Session, view: QualifiedName, plan: Plan): Promise<Plan> {
  const { refusals = [] } = plan;
  if (!refusals.some((refusal) => refusal.endsWith(wayBack()))) return plan;
  const takes = await takesText(session, view);
  return { ...plan, refusals: refusals.map((one) => (one.endsWith(wayBack()) ? `${one}${takes}` : one)) };
}

async function takesText(session: Session, view: QualifiedName): Promise<string> {
  const history = await historyOf(session, await jobsOf(session, view));
  return history === undefined ? "" : `; a refresh of it takes ${duration(history.medianMs / 1_000)}`;
}

/** The view as its sources are now, and what was built on it: the rows that were kept are as old as the deploy. */
async function refreshAll(session: Session, view: QualifiedName, { steps }: Plan): Promise<Done> {
  const built = steps.flatMap(({ swap }) => swap?.built ?? []).filter(({ refresh }) => refresh !== undefined);
  const options = { ifUnpopulated: false, noWait: false, reason: undefined };
  try {
    const done = await refreshView(session, view, options);
    for (const { old } of built) await refreshView(session, old, options);
    return done;
  } catch (error) {
    const name = displayName(view);
    throw userError(
      `${name} is as it was, and not refreshed: ${serverText(error)}. It has the rows of then until its job or matview refresh ${name} succeeds`,
      error,
    );
  }
}

function swappedText({ view, undo, deployedAt, dependents }: Told): string {
  const what = undo
    ? `${view} is again what was deployed at ${clock(new Date(deployedAt))}.`
    : `${view} is as it was before the deploy of ${clock(new Date(deployedAt))}.`;
  return dependents.length === 0 ? what : `${what} Moved with it: ${dependents.join(", ")}.`;
}

function refreshedText(refreshed: Done | undefined): string {
  if (refreshed === undefined) return "It has the rows of then until its job refreshes it.";
  return `Refreshed in ${duration(refreshed.seconds ?? 0)}: ${grouped(refreshed.rows)} rows.`;
}

function nextText({ view, undo, keptUntil }: Told): string {
  const until = clock(new Date(keptUntil));
  return undo
    ? `The one before is kept until ${until}: matview rollback ${view}`
    : `What was deployed is kept until ${until}: matview rollback ${view} --undo\n` +
        "The next up would deploy it again, and the preview says so: git revert the change before.";
}
