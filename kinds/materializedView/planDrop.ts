import type { Capabilities } from "../../postgres/capabilities.ts";
import { displayName, sqlName } from "../../postgres/names.ts";
import { dropSql, named, viewObject } from "../../postgres/objectStatements.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Plan, Step } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { isSameStack } from "../claim.ts";
import type { Stack } from "../claim.ts";
import { refreshedBy, refreshTarget } from "../refreshJob/command.ts";
import type { ActualJob } from "../refreshJob/describe.ts";
import { timeoutSql, unscheduleSql, waitForRun } from "../refreshJob/statements.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { usersOf } from "./swap/dependents.ts";
import { dropKeptSql } from "./swap/kept.ts";

/**
 * Drops the view and, where the drop succeeds, its own jobs with it: a drop that is refused leaves all as it was. In another database
 * than pg_cron's the view goes first, so that what is left by a kill is a job that the next run removes.
 */
export function planDrop(
  previous: DesiredView | undefined,
  actual: ActualView | AbsentView | undefined,
  capabilities: Capabilities,
  stack: Stack | undefined,
): Plan {
  if (actual === undefined) return CONVERGED;
  const jobs = ownJobs(previous, actual, capabilities, stack);
  const unschedule = jobs.flatMap((job) => removalSql(job, capabilities));
  const removal = step("unschedule jobs", names(jobs), "their view is gone", unschedule, {
    on: "cron",
    hazards: ["refreshes-stop"],
  });
  if (!actual.exists) return { steps: jobs.length === 0 ? [] : [removal], differences: [] };
  const view = displayName(actual);
  const kept = actual.kept?.record === undefined ? [] : [dropKeptSql(actual.kept)];
  const drop = [...kept, ...[...actual.leftovers.map(viewObject), named("materialized view", actual)].map(dropSql)];
  const waits = jobs.map((job) =>
    step("wait for the run", job.name, "a run of it may be going", [], { on: "cron", wait: waitForRun(job) }),
  );
  const isTogether = capabilities.database === capabilities.cronDatabase;
  const reason = jobs.length === 0 ? "no longer declared" : `no longer declared, with its ${names(jobs)}`;
  const hazards: Step["hazards"] = ["data-gone", ...(jobs.length === 0 ? [] : removal.hazards)];
  const steps = isTogether
    ? [step("drop", view, reason, [...drop, ...unschedule], { hazards })]
    : [step("drop", view, reason, drop, { hazards }), ...(jobs.length === 0 ? [] : [removal])];
  return { steps: [...waits, ...steps], differences: [] };
}

/** What uses the view, each with what to do. */
export async function dropProblems(session: Session, actual: ActualView | AbsentView): Promise<string[]> {
  if (!actual.exists) return [];
  const going = [actual, ...(actual.kept?.record === undefined ? [] : [actual.kept])];
  const users = await Promise.all(
    going.map(async (one) =>
      (await usersOf(session, one.oid)).map(
        (user) => `${user} depends on ${sqlName(one)}: drop it first, or let it read something else`,
      ),
    ),
  );
  return users.flat();
}

// A job of that name which another stack manages is left to it, and to another view what refreshes that one by now. Where neither the view
// nor the state says whose view it was, both are from before that was kept: what is claimed since then is its owner's all the same.
function ownJobs(
  previous: DesiredView | undefined,
  actual: ActualView | AbsentView,
  { currentUser, database }: Capabilities,
  stack: Stack | undefined,
): ActualJob[] {
  const owner = previous?.owner ?? currentUser;
  const others = actual.namedJobs
    .filter((job) => refreshTarget(job.command) !== undefined && !refreshedBy(job, actual, database))
    .map(({ user }) => user);
  return actual.namedJobs.filter(
    ({ user, claim }) =>
      !others.includes(user) &&
      (claim === undefined || stack === undefined ? user === owner : isSameStack(claim, stack)),
  );
}

function removalSql(job: ActualJob, capabilities: Capabilities): string[] {
  const isSet = job.claim?.setsTimeout === true;
  return [
    ...unscheduleSql(job, capabilities),
    ...(isSet ? timeoutSql(job.user, job.database, undefined, capabilities) : []),
  ];
}

function names(jobs: readonly ActualJob[]): string {
  return `${jobs.length === 1 ? "job" : "jobs"} ${jobs.map(({ name }) => name).join(", ")}`;
}
