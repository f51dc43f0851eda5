import { isServerError, serverText } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier, sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { guardOf, lockTimeoutOf, refreshTarget } from "./command.ts";
import type { RefreshTarget } from "./command.ts";
import type { ResolvedJob } from "./desired.ts";

/** How much longer than deadlock_timeout a refresh must be patient: an autovacuum in its way is cancelled only then. */
const PATIENCE_MS = 1_000;

interface RefreshableRow {
  isPopulated: boolean;
  owner: string;
  isConcurrent: boolean;
  mayRefresh: boolean;
}

/** What makes each run of the command fail, each with what to do. pg_cron takes any text and never says. */
export async function commandProblems(session: Session, job: ResolvedJob): Promise<string[]> {
  const target = refreshTarget(job.command);
  const problems = await Promise.all([
    lockTimeoutProblems(session, job.command),
    target === undefined ? [] : refreshProblems(session, job, target),
    guardProblems(session, job),
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

async function refreshProblems(session: Session, job: ResolvedJob, target: RefreshTarget): Promise<string[]> {
  if (target.schema === undefined) {
    return [
      `the command names ${target.name} without its schema, and pg_cron uses the role's search_path: write schema.${target.name}`,
    ];
  }
  // Another database cannot be looked into from here.
  if (job.database !== session.capabilities.database) return [];
  const view = { schema: target.schema, name: target.name };
  const { rows } = await session.target.query<RefreshableRow>(sqlText("describe/refreshable"), [
    view.schema,
    view.name,
    job.user,
  ]);
  const [found] = rows;
  if (found === undefined) {
    return [
      `the command refreshes ${displayName(view)}, and there is no such materialized view in database ${job.database}`,
    ];
  }
  return [
    ...(found.mayRefresh ? [] : [mayNotRefresh(session, job, view, found.owner)]),
    ...(target.concurrently && !found.isConcurrent
      ? [
          `${displayName(view)} has no valid unique index on plain columns without WHERE, so that each concurrent refresh would fail: declare one`,
        ]
      : []),
    ...(target.concurrently && !found.isPopulated && job.isActive
      ? [
          `${displayName(view)} has no data, so that each concurrent refresh would fail: refresh materialized view ${sqlName(view)}`,
        ]
      : []),
  ];
}

function mayNotRefresh({ capabilities }: Session, job: ResolvedJob, view: QualifiedName, owner: string): string {
  const [name, user] = [sqlName(view), sqlIdentifier(job.user)];
  const grant = capabilities.serverMajor >= 17 ? `, or grant maintain on ${name} to ${user}` : "";
  return (
    `role ${job.user} may not refresh ${displayName(view)}, which ${owner} owns: let the job run as ${owner}, or ` +
    `alter materialized view ${name} owner to ${user}${grant}`
  );
}

async function lockTimeoutProblems({ target }: Session, command: string): Promise<string[]> {
  const lockTimeoutMs = lockTimeoutOf(command);
  if (lockTimeoutMs === undefined) return [];
  const { rows } = await target.query<{ milliseconds: number }>(sqlText("describe/deadlock_timeout"));
  const least = (rows[0]?.milliseconds ?? 0) + PATIENCE_MS;
  if (lockTimeoutMs >= least) return [];
  return [
    `a lock timeout of ${lockTimeoutMs} ms is shorter than deadlock_timeout plus a second (${least} ms): a refresh that meets an autovacuum ` +
      "would fail, where a little later the autovacuum gives way",
  ];
}
