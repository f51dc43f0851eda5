import { isServerError, serverText } from "../../postgres/errors.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { refusalsOf } from "../conditions.ts";
import { isDeclaredView, willBuildIndexOn, willChangeView } from "../earlierSteps.ts";
import type { EarlierSteps } from "../kind.ts";
import { guardOf, lockTimeoutOf, refreshTarget } from "./command.ts";
import type { RefreshTarget } from "./command.ts";
import type { ResolvedJob } from "./desired.ts";
import { refreshable } from "./refreshable.ts";

/** How much longer than deadlock_timeout a refresh must be patient: an autovacuum in its way is cancelled only then. */
const PATIENCE_MS = 1_000;

/**
 * What makes each run of the command fail, each with what to do. pg_cron takes any text and never says. Of a view that steps before make or
 * change nothing is known.
 */
export async function commandProblems(session: Session, job: ResolvedJob, earlier: EarlierSteps): Promise<string[]> {
  const target = refreshTarget(job.command);
  const { schema, name } = target ?? {};
  const isKnown = schema === undefined || name === undefined || !willChangeView(earlier, { schema, name });
  const problems = await Promise.all([
    lockTimeoutProblems(session, job.command),
    target === undefined || !isKnown ? [] : refreshProblems(session, job, target, earlier),
    isKnown ? guardProblems(session, job) : [],
  ]);
  return problems.flat();
}

// A stamp that is misspelt, or is no time, shows only when the guard is planned; planning it runs nothing.
async function guardProblems({ target, capabilities }: Session, job: ResolvedJob): Promise<string[]> {
  const guard = guardOf(job.command);
  if (guard === undefined || job.database !== capabilities.database) return [];
  try {
    await target.query(sqlStatement("statements/explain_guard", { raw: { guard } }));
    return [];
  } catch (error) {
    if (!isServerError(error)) throw error;
    return [`minAge cannot be measured: ${serverText(error)}; stamp must name a timestamptz column of the view`];
  }
}

async function refreshProblems(
  session: Session,
  job: ResolvedJob,
  target: RefreshTarget,
  earlier: EarlierSteps,
): Promise<string[]> {
  if (target.schema === undefined) {
    return [
      `the command names ${target.name} without its schema, and pg_cron uses the role's search_path: write schema.${target.name}`,
    ];
  }
  // Another database cannot be looked into from here.
  if (job.database !== session.capabilities.database) return [];
  const declared = { schema: target.schema, name: target.name };
  const view = await refreshable(session.target, declared, job.user);
  const world = {
    capabilities: session.capabilities,
    declared,
    view,
    owner: view?.owner,
    job,
    jobMayRefresh: view?.mayRefresh,
  };
  const isDue = target.concurrently && job.isActive && !isDeclaredView(earlier, declared);
  return refusalsOf({ ...world, concurrently: target.concurrently }, [
    "view-missing",
    "job-of-another-role",
    ...(willBuildIndexOn(earlier, declared) ? [] : (["no-usable-index"] as const)),
    ...(isDue ? (["no-data"] as const) : []),
  ]);
}

async function lockTimeoutProblems({ target }: Session, command: string): Promise<string[]> {
  const lockTimeoutMs = lockTimeoutOf(command);
  if (lockTimeoutMs === undefined) return [];
  const { rows } = await target.query<{ setting: string }>(sqlText("describe/setting"), ["deadlock_timeout"]);
  const least = Number(rows[0]?.setting ?? 0) + PATIENCE_MS;
  if (lockTimeoutMs >= least) return [];
  return [
    `a lock timeout of ${lockTimeoutMs} ms is shorter than deadlock_timeout plus a second (${least} ms): a refresh that meets an autovacuum ` +
      "would fail, where a little later the autovacuum gives way",
  ];
}
