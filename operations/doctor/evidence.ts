import { askDefinition } from "../../kinds/materializedView/definition/runDefinition.ts";
import { askAsRole } from "../../kinds/refreshJob/asRole.ts";
import type { ActualJob } from "../../kinds/refreshJob/describe.ts";
import { refreshable } from "../../kinds/refreshJob/refreshable.ts";
import { closedSources } from "../../kinds/sources.ts";
import type { HiddenSource, Source } from "../../kinds/sources.ts";
import { ask } from "../../postgres/asked.ts";
import { isServerError, SQLSTATE } from "../../postgres/errors.ts";
import { sqlIdentifier, sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { answersOf } from "../../postgres/pipeline.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import type { Facts, ViewState } from "../health/facts.ts";
import { freshnessOf } from "../health/freshness.ts";
import type { Freshness } from "../health/freshness.ts";
import { limitsOf } from "../health/limits.ts";
import type { Limits } from "../health/limits.ts";
import { refusalText } from "../health/rights.ts";
import { isOver } from "../health/runs.ts";
import { checksOfFilled, runSpotChecks } from "../health/spotChecks.ts";
import type { SpotCheckResult } from "../health/spotChecks.ts";

/** Everything that a diagnosis decides from. */
export interface Evidence extends Facts {
  readonly limits: Limits;
  readonly freshness: Freshness;
  readonly spotChecks: readonly SpotCheckResult[];
  readonly anatomy: Anatomy | undefined;
  readonly runner: Runner | undefined;
  /** Keys that the sources now give several rows; undefined when that could not be asked. */
  readonly duplicateKeys: number | undefined;
  readonly averageRowBytes: number | undefined;
  /** Sources that a crash of the server empties. */
  readonly unlogged: readonly QualifiedName[];
  readonly changedCollations: readonly ChangedCollation[];
}

export interface Anatomy {
  readonly heapBytes: number;
  /** As the server prints it, without the semicolon. */
  readonly definition: string;
  readonly keyColumns: readonly string[];
  /** Whether the index takes nulls for equal: without that, rows with a null in the key are never the same for it. */
  readonly nullsEqual: boolean;
  readonly pathlessFunctions: readonly string[];
}

/** A row of describe/collation_versions.sql; without a schema it is the database's own. */
export interface ChangedCollation {
  readonly schema: string | null;
  readonly name: string;
  readonly recorded: string;
  readonly actual: string;
}

/** Which rows can break the key. */
export function breakable({ keyColumns, nullsEqual }: Anatomy): string {
  return nullsEqual ? "true" : keyColumns.map((column) => `q.${sqlIdentifier(column)} is not null`).join(" and ");
}

/** Who runs the job, and the way that pg_cron goes: hosts and ports are as they were when the job was made. */
export interface Runner {
  readonly canLogin: boolean;
  readonly roleExists: boolean;
  /** Empty, or a folder, for a socket. */
  readonly storedHost: string;
  readonly storedPort: number;
  readonly port: number;
  /** Whether runs are background workers, which do not connect; null where this role may not see it. */
  readonly usesWorkers: boolean | null;
  readonly isDatabaseThere: boolean;
  readonly allowsConnections: boolean;
  /** How many connections role and database may have; null for any number. */
  readonly roleLimit: number | null;
  readonly databaseLimit: number | null;
  /** The line of pg_hba.conf that decides; undefined where this role may not see it. */
  readonly hbaRule?: HbaRule | undefined;
}

/** A row of describe/hba_rule.sql. */
export interface HbaRule {
  readonly line: number;
  readonly file: string;
  readonly method: string;
  readonly text: string;
}

/** Gathers the evidence for each view; what this role may not ask stays unknown. */
export async function gatherEvidence(session: Session, views: readonly Facts[]): Promise<Evidence[]> {
  const found = await Promise.all(views.map((facts) => lookAt(session, facts)));
  const spotChecks = await runSpotChecks(session, views.map(checksOfFilled));
  const evidence: Evidence[] = [];
  // Each may be a transaction of several questions, and runs the view's whole query.
  for (const [index, one] of found.entries()) {
    const keys = await duplicateKeys(session, one);
    evidence.push({ ...one, spotChecks: spotChecks[index] ?? [], duplicateKeys: keys });
  }
  return evidence;
}

type Looked = Omit<Evidence, "spotChecks" | "duplicateKeys">;

/** What needs no transaction, so that all views may be asked about at once. */
async function lookAt(session: Session, facts: Facts): Promise<Looked> {
  const { declared, view, job } = facts;
  const limits = limitsOf(facts);
  const { target } = session;
  const [anatomies, readable, partly, runner, averageRowBytes, refreshing, unlogged, collations] = await Promise.all([
    view && unlessLocked(ask<Anatomy>(target, "describe/view_anatomy", [view.schema, view.name])),
    view && unlessLocked(ask<Source>(target, "describe/sources", sourcesOf(facts, view))),
    view === undefined || declared.rowSecurity === "allow"
      ? undefined
      : unlessLocked(ask<HiddenSource>(target, "describe/hidden_sources", [sqlName(view), view.owner, null, null])),
    job === undefined ? undefined : readRunner(session, job, facts.runs),
    view?.isPopulated === true ? averageRow(session, declared) : undefined,
    job === undefined || view === undefined ? undefined : refreshable(session.target, view, job.user),
    view && ask<QualifiedName>(target, "describe/unlogged_sources", [sqlName(view)]),
    view === undefined || session.capabilities.serverMajor < 15
      ? undefined
      : ask<ChangedCollation>(target, "describe/collation_versions", [sqlName(view)]),
  ]);
  return {
    ...facts,
    limits,
    freshness: freshnessOf(facts, limits),
    anatomy: anatomies?.rows[0],
    runner,
    jobMayRefresh: refreshing?.mayRefresh,
    sources: readable?.rows ?? [],
    hidden: partly?.rows ?? [],
    averageRowBytes,
    unlogged: unlogged?.rows ?? [],
    changedCollations: collations?.rows ?? [],
  };
}

/** Undefined where somebody else's lock is in the way, which is told as what it is. */
function unlessLocked<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (isServerError(error, SQLSTATE.lockNotAvailable)) return undefined;
    throw error;
  });
}

function sourcesOf({ declared, job }: Facts, view: ViewState): unknown[] {
  const isConcurrent = view.isConcurrent && declared.plain !== true;
  const own = isConcurrent || job?.user === view.owner ? view.schema : null;
  return [sqlName(view), view.owner, sqlName(view), own, isConcurrent];
}

function readRunner(
  session: Session,
  { jobId, user, database }: ActualJob,
  runs: Facts["runs"],
): Promise<Runner | undefined> {
  // Which line lets it in is asked where one does not.
  const isUnconnected = runs.find(isOver)?.message?.startsWith("connection failed") === true;
  const asked = askAsRole<Runner>(session, user, "describe/job_runner", [jobId]);
  return asked
    .then(async ([runner]) => {
      if (runner === undefined || !isUnconnected) return runner;
      const rule = await ask<HbaRule>(session.cron, "describe/hba_rule", [database, user, runner.storedHost]);
      return { ...runner, hbaRule: rule.rows[0] };
    })
    .catch((error: unknown) => {
      // An observer sees the job through a function, and not where it connects.
      if (isServerError(error, SQLSTATE.insufficientPrivilege)) return undefined;
      throw error;
    });
}

async function duplicateKeys(
  session: Session,
  { declared: view, view: state, job, anatomy, sources = [], blockage }: Looked,
): Promise<number | undefined> {
  // Whoever holds a source would be waited for.
  if (blockage !== undefined) return undefined;
  // The owner, who counts them, cannot read a source that is closed.
  if (anatomy === undefined || closedSources({ sources }).length > 0) return undefined;
  const { keyColumns, definition: text } = anatomy;
  if (keyColumns.length === 0) return undefined;
  const columns = keyColumns.map((column) => `q.${sqlIdentifier(column)}`).join(", ");
  const { owner } = state ?? {};
  const definition = { definition: text, owner, user: job?.user ?? owner };
  return unlessRefused(session, view, async () => {
    const question = (source: string): string[] => [
      sqlStatement("statements/duplicate_keys", { raw: { source, columns, counted: breakable(anatomy) } }),
    ];
    const [answer] = answersOf(await askDefinition(session.target, definition, question));
    return (answer?.rows as { keys: number }[])[0]?.keys;
  });
}

function averageRow(session: Session, view: QualifiedName): Promise<number | undefined> {
  const statement = sqlStatement("statements/average_row", { names: { schema: view.schema, view: view.name } });
  return unlessRefused(
    session,
    view,
    async () => (await session.target.query<{ bytes: number }>(statement)).rows[0]?.bytes,
  );
}

async function unlessRefused(
  session: Session,
  view: QualifiedName,
  ask: () => Promise<number | undefined>,
): Promise<number | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isServerError(error)) throw error;
    const why = await refusalText(session, view, error);
    process.stderr.write(`could not be asked, and is left out of the diagnosis: ${why}\n`);
    return undefined;
  }
}
