import { ask } from "../../../postgres/asked.ts";
import type { Question } from "../../../postgres/asked.ts";
import type { Capabilities } from "../../../postgres/capabilities.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { answersOf } from "../../../postgres/pipeline.ts";
import type { Session } from "../../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { refreshedBy, refreshTarget } from "../../refreshJob/command.ts";
import { describeJobs, jobQuestions } from "../../refreshJob/describe.ts";
import type { ActualJob } from "../../refreshJob/describe.ts";
import { cronBlindness } from "../../refreshJob/roleJobs.ts";
import { askDefinition } from "../definition/runDefinition.ts";
import type { RunnableDefinition } from "../definition/runDefinition.ts";

/** What is known of a view from its own past: the basis of every number that a preview gives. */
export interface Measures {
  /** Undefined where the view was never analysed or is not there. */
  readonly rows: number | undefined;
  readonly heapBytes: number;
  readonly totalBytes: number;
  /** Scans of the view, as PostgreSQL counted them, since `readsSince`; null where it never began anew. */
  readonly reads: number;
  readonly readsSince: Date | null;
  /** Of the refreshes that pg_cron ran, as far as this role may see them. */
  readonly runs:
    | {
        readonly medianMs: number;
        /** True where they made readers wait, and so compared nothing. */
        readonly isPlain: boolean;
      }
    | undefined;
  /** What the planner thinks of the query that the view has now. */
  readonly planned: Planned | undefined;
}

/** The planner's opinion of a query, in its own units. */
export interface Planned {
  readonly cost: number;
  readonly rows: number;
  readonly width: number;
}

interface SizeRow {
  rows: number;
  heapBytes: number;
  totalBytes: number;
  reads: number;
  readsSince: Date | null;
  definition: string;
  owner: string;
}

/** What is read of a view without a transaction. */
export type ViewSize = readonly [size: SizeRow, runs: Measures["runs"]] | undefined;

/** How large the view is and how long its refreshes took; undefined where there is none of this name. */
export async function sizeOfView(session: Session, view: QualifiedName): Promise<ViewSize> {
  const question = sizeQuestion(view);
  const [{ rows }, runs] = await Promise.all([
    ask<SizeRow>(session.target, question.file, question.values),
    runHistory(session, view),
  ]);
  return rows[0] && [rows[0], runs];
}

/** What of it goes along with the opening of a session. */
export function sizeQuestions(view: QualifiedName, known: Capabilities | undefined): Question[] {
  return [sizeQuestion(view), ...jobQuestions(known)];
}

function sizeQuestion({ schema, name }: QualifiedName): Question {
  return { on: "target", file: "describe/view_size", values: [schema, name] };
}

/** Measures of the view; undefined where there is none. */
export async function measureView(
  session: Session,
  view: QualifiedName,
  asked = sizeOfView(session, view),
): Promise<Measures | undefined> {
  const size = await asked;
  if (size === undefined) return undefined;
  const [found, runs] = size;
  return {
    rows: found.rows < 0 ? undefined : found.rows,
    heapBytes: found.heapBytes,
    totalBytes: found.totalBytes,
    reads: found.reads,
    readsSince: found.readsSince,
    runs,
    planned: await explain(session, found),
  };
}

/**
 * What the planner expects of a definition; nothing is executed but what it calls to plan. Undefined where the role may not
 * read what the definition reads.
 */
export async function explain({ target }: Session, definition: RunnableDefinition): Promise<Planned | undefined> {
  try {
    const question = (source: string): string[] => [sqlStatement("statements/explain_source", { raw: { source } })];
    const [answer] = answersOf(await askDefinition(target, definition, question));
    const plan = (answer?.rows as { "QUERY PLAN": ExplainedPlan[] }[])[0]?.["QUERY PLAN"][0]?.Plan;
    return plan && { cost: plan["Total Cost"], rows: plan["Plan Rows"], width: plan["Plan Width"] };
  } catch {
    return undefined;
  }
}

interface ExplainedPlan {
  readonly Plan?: { readonly "Total Cost": number; readonly "Plan Rows": number; readonly "Plan Width": number };
}

/** The refreshes of the view that pg_cron ran, also of one that is not there any more; undefined where none are known. */
export async function runHistory(session: Session, view: QualifiedName): Promise<Measures["runs"]> {
  const { capabilities } = session;
  if (capabilities.cron === undefined || cronBlindness(capabilities) !== undefined) return undefined;
  const jobs = (await describeJobs(session, null)).filter((job) => refreshedBy(job, view, capabilities.database));
  const history = await historyOf(session, jobs);
  const isPlain = jobs.every(({ command }) => refreshTarget(command)?.concurrently === false);
  return history && { medianMs: history.medianMs, isPlain };
}

/** How long the last runs of jobs took; undefined where none is known. */
export async function historyOf(
  { cron }: Session,
  jobs: readonly ActualJob[],
): Promise<{ readonly medianMs: number; readonly usualMs: number } | undefined> {
  if (jobs.length === 0) return undefined;
  try {
    const ids = jobs.map(({ jobId }) => jobId);
    const { rows } = await cron.query<{ medianMs: number | null; usualMs: number | null }>(
      sqlText("describe/run_history"),
      [ids],
    );
    const { medianMs = null, usualMs } = rows[0] ?? {};
    return medianMs === null ? undefined : { medianMs, usualMs: usualMs ?? medianMs };
  } catch {
    // A host may keep the history from this role.
    return undefined;
  }
}
