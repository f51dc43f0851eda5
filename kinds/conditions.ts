import type { Capabilities } from "../postgres/capabilities.ts";
import { displayName, shellWord, sqlIdentifier, sqlName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { primaryAdvice, standbyProblem } from "../postgres/standby.ts";
import { extensionAbsence, launcherAbsence, orphanText, removeOrphanSql } from "./launcher.ts";
import type { Orphan } from "./launcher.ts";
import { grantNeedSql } from "./ownerRole/rights.ts";
import { bypassSql, closedSources, hiddenText, lackText, neededOf, unhideText, unhideWays } from "./sources.ts";
import type { HiddenSource, Source } from "./sources.ts";

/** A view and the job that refreshes it, as a condition has to know them. Whoever asks about a condition has looked at what it needs. */
export interface World {
  readonly capabilities: Capabilities;
  /** The view that is to be refreshed; needed by every condition that is about one. */
  readonly declared?: QualifiedName;
  /** Undefined where it is not there. */
  readonly view?:
    | {
        readonly isPopulated: boolean;
        /** True when a concurrent refresh is possible. */
        readonly isConcurrent: boolean;
        /** One that it could use, were it valid. */
        readonly index?: string | null;
      }
    | undefined;
  /** As whom its refreshes read the sources. */
  readonly owner?: string | undefined;
  /** Whether its refreshes are to let readers pass. */
  readonly concurrently?: boolean;
  readonly job?: { readonly user: string; readonly name: string; readonly jobId?: string } | undefined;
  /** Jobs of any view and database that keep pg_cron from running. */
  readonly orphans?: readonly Orphan[];
  /** Who runs the job. */
  readonly runner?: { readonly roleExists: boolean; readonly canLogin: boolean } | undefined;
  readonly jobMayRefresh?: boolean | undefined;
  /** What the view reads, and whether the owner may. */
  readonly sources?: readonly Source[];
  /** What it reads in part only, unless that is wanted. */
  readonly hidden?: readonly HiddenSource[];
}

/** From a symptom to its cause and what to do. */
export interface Explanation {
  /** What people notice. */
  readonly symptom: string;
  /** What was measured. */
  readonly evidence: string;
  readonly cause: string;
  /** In words. */
  readonly fix: string;
  /** Statements and commands that do it, each to be run as it is, in this order. */
  readonly run?: readonly string[];
}

/** Something that keeps a view from being refreshed, with what each says who meets it. */
interface Condition {
  readonly is: (world: World) => boolean;
  /** A deploy that it stops, a preview of it: what is wrong and what to do, a line for each thing. */
  readonly refusals: (world: World) => readonly string[];
  /** `matview doctor`. */
  readonly explanation: (world: World) => Explanation;
  /** The check that fails on it, and with it status, report and metrics: what was found, and what to do. */
  readonly check?: (world: World) => readonly [found: string, advice: string];
}

const NOT_RUNNING = "the job does not run";
const RUNS_FAIL = "runs fail";

const shown = (view: QualifiedName | undefined): string => (view === undefined ? "the view" : displayName(view));
const refreshCommand = (view: QualifiedName | undefined): string => `matview refresh ${shellWord(shown(view))}`;
const statementName = (view: QualifiedName | undefined): string => (view === undefined ? "VIEW" : sqlName(view));

const CONDITIONS = {
  standby: {
    is: ({ capabilities }) => capabilities.inRecovery,
    refusals: ({ capabilities: { identity, replaysFrom } }) => [standbyProblem({ ...identity, replaysFrom })],
    explanation: ({ capabilities: { identity, replaysFrom } }) => ({
      symptom: NOT_RUNNING,
      evidence: `the server at ${identity.host} is a standby`,
      cause: "the connection leads to a server that replays another one: jobs run there",
      fix: primaryAdvice(replaysFrom),
    }),
    check: ({ capabilities: { replaysFrom } }) => ["this is a standby", primaryAdvice(replaysFrom)],
  },
  "pg-cron-missing": {
    is: ({ capabilities }) => capabilities.cron === undefined,
    refusals: ({ capabilities: { cronDatabase } }) => [
      `pg_cron is not installed in database ${cronDatabase}: set matview:managePlatform to true, or run: create extension pg_cron ` +
        "(in the database that cron.database_name names; name it in matview:cronDatabase where that is another one)",
    ],
    explanation: ({ capabilities }) => ({
      symptom: NOT_RUNNING,
      evidence: `pg_cron is not installed in database ${capabilities.cronDatabase}`,
      ...extensionAbsence(capabilities),
    }),
    check: () => [
      "pg_cron is not in this database",
      "create extension pg_cron, or name its database: MATVIEW_CRON_DATABASE",
    ],
  },
  "launcher-dead": {
    is: ({ capabilities }) => !capabilities.launcherRuns,
    refusals: ({ capabilities }) => {
      const { cause, fix } = launcherAbsence(capabilities);
      return [`pg_cron's launcher is not running, so no job ever runs: ${cause}; ${fix}`];
    },
    explanation: ({ capabilities }) => ({
      symptom: NOT_RUNNING,
      evidence: "no session is called pg_cron scheduler, so no job of this server runs",
      ...launcherAbsence(capabilities),
    }),
    check: ({ capabilities }) => ["launcher is not running", launcherAbsence(capabilities).fix],
  },
  "job-without-role": {
    is: ({ orphans = [] }) => orphans.length > 0,
    refusals: ({ orphans = [] }) =>
      orphans.map((one) => `${orphanText(one)}, and so no job runs for anyone: ${removeOrphanSql(one)}`),
    explanation: ({ orphans = [], job, capabilities: { cronDatabase } }) => ({
      symptom: "no job of this server runs, or none will from the next change of a job on",
      evidence: orphans.map(orphanText).join("; "),
      cause: "pg_cron's launcher fails on it again and again, also where the job is inactive",
      fix:
        `let a superuser run this in database ${cronDatabase}; the launcher comes back by itself` +
        (orphans.some(({ jobId }) => jobId === job?.jobId)
          ? ". Then deploy the stack with the role that is to own the view"
          : ""),
      run: orphans.map(removeOrphanSql),
    }),
    check: ({ orphans = [] }) => ["a job without its role stops pg_cron", orphans.map(removeOrphanSql).join("; ")],
  },
  "role-cannot-log-in": {
    is: ({ runner }) => runner !== undefined && !runner.canLogin,
    refusals: ({ runner, job }) => [
      runner?.roleExists === false
        ? `role ${job?.user} does not exist: create it, or set matview:managePlatform to true`
        : `role ${job?.user} may not log in, so each run of its jobs would fail: alter role ${sqlIdentifier(job?.user ?? "")} login`,
    ],
    explanation: ({ job, runner }) => ({
      symptom: "every run fails",
      evidence: `job ${job?.name} runs as ${job?.user}, which ${runner?.roleExists === true ? "may not log in" : "does not exist"}`,
      cause: "pg_cron connects as the job's role",
      ...(runner?.roleExists === true
        ? { fix: "let it log in", run: [`alter role ${sqlIdentifier(job?.user ?? "")} login`] }
        : { fix: "remove the job, and deploy the stack", run: [`select cron.unschedule(${job?.jobId})`] }),
    }),
  },
  "job-of-another-role": {
    is: ({ view, jobMayRefresh }) => view !== undefined && jobMayRefresh === false,
    refusals: ({ capabilities, declared, owner, job }) => {
      const [name, user] = [statementName(declared), sqlIdentifier(job?.user ?? "")];
      const grant = capabilities.serverMajor >= 17 ? `, or grant maintain on ${name} to ${user}` : "";
      return [
        `role ${job?.user} may not refresh ${shown(declared)}, which ${owner} owns: let the job run as ${owner}, or ` +
          `alter materialized view ${name} owner to ${user}${grant}`,
      ];
    },
    explanation: ({ job, owner }) => ({
      symptom: "every run fails",
      evidence: `job ${job?.name} runs as ${job?.user}, and the view belongs to ${owner}`,
      cause:
        "only the owner of a materialized view, a member of that role, or (from PostgreSQL 17 on) who has maintain may refresh it",
      fix: "make it a member; or deploy the stack with the owner that the job has",
      run: [`grant ${sqlIdentifier(owner ?? "")} to ${sqlIdentifier(job?.user ?? "")}`],
    }),
  },
  "view-missing": {
    is: ({ view }) => view === undefined,
    refusals: ({ declared, capabilities: { database } }) => [
      `the command refreshes ${shown(declared)}, and there is no such materialized view in database ${database}`,
    ],
    explanation: ({ declared, capabilities: { database } }) => ({
      symptom: RUNS_FAIL,
      evidence: `there is no materialized view ${shown(declared)} in database ${database}`,
      cause: "it was dropped or renamed, or this is the wrong database",
      fix: "deploy the stack",
    }),
    check: () => ["there is no such view", "deploy the stack, or connect to the right database"],
  },
  "no-usable-index": {
    is: ({ view, concurrently }) => view?.isConcurrent === false && concurrently === true,
    refusals: ({ declared }) => [
      `${shown(declared)} has no valid unique index on plain columns without WHERE, so that each concurrent refresh would fail: declare one`,
    ],
    explanation: ({ view }) => ({
      symptom: RUNS_FAIL,
      evidence:
        view?.index == null ? "the view has no unique index on plain columns" : `index ${view.index} is invalid`,
      cause: "a concurrent refresh needs a valid unique index without a condition",
      fix: "deploy the stack: it builds the index again",
    }),
    check: () => ["no unique index that a concurrent refresh can use", "deploy the stack: it builds the index again"],
  },
  "no-data": {
    is: ({ view }) => view?.isPopulated === false,
    refusals: ({ declared }) => [
      `${shown(declared)} has no data, so that each concurrent refresh would fail: refresh materialized view ${statementName(declared)}`,
    ],
    explanation: ({ declared }) => ({
      symptom: "readers get an error, and runs fail",
      evidence: `${shown(declared)} is not populated`,
      cause: "it was made or refreshed with no data; a concurrent refresh cannot fill it",
      fix: "fill it",
      run: [refreshCommand(declared)],
    }),
    check: ({ declared }) => ["no data", refreshCommand(declared)],
  },
  "permission-lost": {
    is: (world) => closedSources(world).length > 0,
    refusals: (world) =>
      closedSources(world).map(
        (source) => `${lackText(source)}, so that every refresh would fail: ${grantNeedSql(neededOf(source))}`,
      ),
    explanation: (world) => {
      const closed = closedSources(world);
      return {
        symptom: RUNS_FAIL,
        evidence: closed.map(lackText).join("; "),
        cause: "a refresh reads the sources with the rights of the view's owner",
        fix: "give it the rights, as the owner of each; or deploy the stack, where it has the platform part",
        run: closed.map((source) => grantNeedSql(neededOf(source))),
      };
    },
  },
  "rows-hidden": {
    is: ({ hidden = [] }) => hidden.length > 0,
    refusals: ({ hidden = [] }) =>
      hidden.map(
        (source) =>
          `${hiddenText(source)}, and the view would have no others: ${unhideText(source)}, or set rowSecurity to "allow"`,
      ),
    explanation: ({ hidden = [] }) => ({
      symptom: "rows are missing",
      evidence: hidden.map(hiddenText).join("; "),
      cause: "a refresh reads the sources as the view's owner, and row security leaves out rows without a message",
      fix: `let the role see all rows${unhideWays(hidden)}`,
      run: [...new Set(hidden.map(({ role }) => bypassSql(role)))],
    }),
  },
} satisfies Record<string, Condition>;

/** Stable name; also the heading in docs/troubleshooting.md. */
export type ConditionId = keyof typeof CONDITIONS;

/** Those of the conditions that hold, in the order in which they were asked. */
function holding(world: World, ids: readonly ConditionId[]): (Condition & { readonly id: ConditionId })[] {
  return ids.map((id) => ({ id, ...CONDITIONS[id] })).filter(({ is }) => is(world));
}

/** Why a deploy cannot go on. */
export function refusalsOf(world: World, ids: readonly ConditionId[]): string[] {
  return holding(world, ids).flatMap(({ refusals }) => refusals(world));
}

/** What is wrong, explained. */
export function explained(world: World, id: ConditionId): (Explanation & { readonly id: ConditionId }) | undefined {
  const [condition] = holding(world, [id]);
  return condition && { id, ...condition.explanation(world) };
}

/** The first condition that fails a check. */
export function checkFailure(
  world: World,
  ids: readonly ConditionId[],
): readonly [found: string, advice: string] | undefined {
  const [condition] = holding(world, ids);
  return condition?.check?.(world);
}
