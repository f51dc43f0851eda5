import { setTimeout as delay } from "node:timers/promises";
import { checkFailure } from "../../kinds/conditions.ts";
import { named } from "../../kinds/quantities.ts";
import { displayName } from "../../postgres/names.ts";
import { withProgress } from "../../postgres/progress.ts";
import type { Session } from "../../postgres/session.ts";
import { mustGoOn } from "../../postgres/stopping.ts";
import type { DeclaredView } from "../commandLine/declaredViews.ts";
import { clock, duration } from "../commandLine/text.ts";
import { viewWords } from "../commandLine/viewNames.ts";
import { readFacts } from "./facts.ts";
import type { Facts } from "./facts.ts";
import { nextRunOf } from "./nextRun.ts";
import { isOver, messageText } from "./runs.ts";

const LOOK_EVERY_MS = 2_000;

/** How a view stands with the run that is waited for. */
type Awaited = { readonly is: "done" } | { readonly is: "waiting" | "never"; readonly why: string };

/**
 * Waits until pg_cron has refreshed each view once since it was last filled by a deploy; where no deploy is known, since now. Ends as soon
 * as that cannot happen any more. Answers why not, by the view's name.
 */
export async function awaitRuns(
  session: Session,
  views: readonly DeclaredView[],
  seconds: number,
): Promise<ReadonlyMap<string, string>> {
  const names = named(views.map(displayName));
  return withProgress(`waiting for pg_cron to refresh ${names}`, async () => {
    let began: Date | undefined;
    for (;;) {
      const found = await readFacts(session, views);
      const now = found[0]?.now ?? new Date();
      began ??= now;
      const until = new Date(began.getTime() + seconds * 1_000);
      const start = began;
      const states = found.map((facts) => [displayName(facts.declared), awaited(facts, start, until)] as const);
      const isWaiting = states.some(([, { is }]) => is === "waiting") && now < until;
      if (!isWaiting)
        return new Map(states.flatMap(([name, state]) => (state.is === "done" ? [] : [[name, state.why]])));
      mustGoOn();
      await delay(LOOK_EVERY_MS);
    }
  });
}

function awaited(facts: Facts, began: Date, until: Date): Awaited {
  const { job, runs, view, unseen, jobRefreshesView } = facts;
  const never = (why: string): Awaited => ({ is: "never", why });
  const hidden = unseen.job ?? unseen.runs;
  if (hidden !== undefined) return never(hidden);
  const failure = checkFailure(facts, [
    "pg-cron-missing",
    "job-without-role",
    "launcher-dead",
    "view-missing",
    "no-data",
    "no-usable-index",
  ]);
  if (failure !== undefined) return never(failure.join(": "));
  if (job === undefined) return never("it has no job: deploy the stack");
  if (!job.isActive) return never(`job ${job.name} is inactive: matview resume ${viewWords(facts.declared)}`);
  if (!jobRefreshesView) return never(`job ${job.name} refreshes something else: deploy the stack`);
  const since = view?.analyzedAt ?? began;
  const over = runs.filter((run) => isOver(run) && run.at >= since);
  if (over.some(({ status }) => status === "succeeded")) return { is: "done" };
  const [last] = over;
  if (last !== undefined)
    return never(`run ${last.runId} failed: ${messageText(last.message)}; matview doctor ${viewWords(facts.declared)}`);
  const next = nextRunOf(facts)?.at;
  if (next === undefined) return never(`schedule ${job.schedule} never fires`);
  if (next > until && !runs.some((run) => !isOver(run)))
    return never(`its next run is due at ${clock(next)}, later than this waits`);
  return {
    is: "waiting",
    why: `no run of job ${job.name} since ${clock(since)}, waited ${duration((until.getTime() - began.getTime()) / 1_000)}`,
  };
}
