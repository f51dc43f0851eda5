import type { Capabilities } from "../postgres/capabilities.ts";
import { displayName, sqlIdentifier, sqlName } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { primaryAdvice, standbyProblem } from "../postgres/standby.ts";
import { grantNeedSql, rightText } from "./ownerRole/rights.ts";
import type { Need } from "./ownerRole/rights.ts";

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
  /** Who runs the job. */
  readonly runner?: { readonly roleExists: boolean; readonly canLogin: boolean } | undefined;
  readonly jobMayRefresh?: boolean | undefined;
  /** What the view reads, and whether the owner may. */
  readonly sources?: readonly Source[];
  /** What it reads in part only, unless that is wanted. */
  readonly hidden?: readonly HiddenSource[];
}

/** A row of describe/sources.sql: a right that a refresh needs. */
export interface Source extends QualifiedName {
  readonly what: "table" | "function" | "schema" | "database";
  readonly privilege: string;
  readonly isHeld: boolean;
  /** Who needs it. */
  readonly role: string;
  /** Whether that is the view's owner, and not the owner of a plain view that it reads. */
  readonly isOwners: boolean;
}

/** A row of describe/hidden_sources.sql. */
export interface HiddenSource extends QualifiedName {
  /** Who reads it in a refresh. */
  readonly role: string;
  readonly tableOwner: string;
  /** Whether row security is for its owner too. */
  readonly isForced: boolean;
  /** Those that choose the rows. */
  readonly policies: readonly string[];
}

/** Why a role does not see every row of a table, in a sentence without its end. */
export function hiddenText(source: HiddenSource): string {
  const { role, policies } = source;
  const which =
    policies.length === 0 ? "no policy lets it see any" : `it sees what policy ${policies.join(", ")} lets through`;
  return `row security is on for ${displayName(source)}, and role ${role} reads it in a refresh: ${which}`;
}

/** The ways in which it sees them all. */
export function unhideText({ role, tableOwner, isForced }: HiddenSource): string {
  const owner = isForced ? "" : `, or let owner be ${tableOwner}, who owns the table`;
  return `alter role ${sqlIdentifier(role)} bypassrls (a superuser may, and on managed hosts the administrator)${owner}`;
}

/** Rights that a refresh needs and has not. */
export function closedSources({ sources = [] }: Pick<World, "sources">): readonly Source[] {
  return sources.filter(({ isHeld }) => !isHeld);
}

function lackText(source: Source): string {
  const { what, role, isOwners } = source;
  const lacks = what === "table" ? `may not read ${displayName(source)}` : `lacks ${rightText(neededOf(source))}`;
  return `role ${role} owns ${isOwners ? "the view" : "a plain view that it reads,"} and ${lacks}`;
}

/** What a role needs where it lacks a right that refreshes need. */
export function neededOf(source: Source): Need {
  return { on: "target", ...source };
}

/** From a symptom to its cause and what to do. */
export interface Explanation {
  /** What people notice. */
  readonly symptom: string;
  /** What was measured. */
  readonly evidence: string;
  readonly cause: string;
  /** A command or statement. */
  readonly fix: string;
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
const statementName = (view: QualifiedName | undefined): string => (view === undefined ? "VIEW" : sqlName(view));

const CONDITIONS = {
  standby: {
    is: ({ capabilities }) => capabilities.inRecovery,
    refusals: ({ capabilities: { identity, replaysFrom } }) => [standbyProblem({ host: identity.host, replaysFrom })],
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
    explanation: ({ capabilities: { cronDatabase, launcherRuns } }) => ({
      symptom: NOT_RUNNING,
      evidence: `pg_cron is not installed in database ${cronDatabase}`,
      cause: launcherRuns
        ? "its launcher runs, so it lives in another database"
        : "the server was started without it, or the extension was dropped",
      fix: launcherRuns
        ? "set MATVIEW_CRON_DATABASE to its database"
        : "shared_preload_libraries = 'pg_cron', restart, create extension pg_cron",
    }),
    check: () => [
      "pg_cron is not in this database",
      "create extension pg_cron, or name its database: MATVIEW_CRON_DATABASE",
    ],
  },
  "launcher-dead": {
    is: ({ capabilities }) => !capabilities.launcherRuns,
    refusals: () => [
      "pg_cron's launcher is not running, so no job ever runs: add pg_cron to shared_preload_libraries and restart the server " +
        "(a managed host has a switch for it)",
    ],
    explanation: () => ({
      symptom: NOT_RUNNING,
      evidence: "no session is called pg_cron scheduler",
      cause: "pg_cron's launcher is not running: not preloaded, ended, or it ends at a job whose role was dropped",
      fix: "shared_preload_libraries = 'pg_cron' and restart PostgreSQL; select jobid from cron.job j where not exists (select 1 from pg_roles where rolname = j.username) names jobs without a role",
    }),
    check: () => ["launcher is not running", "restart PostgreSQL with pg_cron in shared_preload_libraries"],
  },
  "role-cannot-log-in": {
    is: ({ runner }) => runner !== undefined && !runner.canLogin,
    refusals: ({ runner, job }) => [
      runner?.roleExists === false
        ? `role ${job?.user} does not exist: create it, or set matview:managePlatform to true`
        : `role ${job?.user} may not log in, so each run of its jobs would fail: alter role ${job?.user} login`,
    ],
    explanation: ({ job, runner }) => ({
      symptom: "every run fails",
      evidence: `job ${job?.name} runs as ${job?.user}, which ${runner?.roleExists === true ? "may not log in" : "does not exist"}`,
      cause: "pg_cron connects as the job's role",
      fix:
        runner?.roleExists === true
          ? `alter role ${job?.user} login`
          : `select cron.unschedule(${job?.jobId}::bigint), and deploy the stack`,
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
      fix: `grant ${owner} to ${job?.user}, or deploy the stack with the owner that the job has`,
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
      fix: `matview refresh ${shown(declared)}`,
    }),
    check: ({ declared }) => ["no data", `matview refresh ${shown(declared)}`],
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
        fix: closed.map((source) => grantNeedSql(neededOf(source))).join("; "),
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
      fix: [...new Set(hidden.map(unhideText))].join("; "),
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
