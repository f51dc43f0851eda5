import { ask, wasAsked } from "../../postgres/asked.ts";
import type { Question } from "../../postgres/asked.ts";
import type { Capabilities } from "../../postgres/capabilities.ts";
import { isServerError, SQLSTATE, userError } from "../../postgres/errors.ts";
import { lockedError } from "../../postgres/lockHolders.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { splitComment } from "../claim.ts";
import type { Claim } from "../claim.ts";
import { refreshedBy } from "../refreshJob/command.ts";
import { jobQuestions, visibleJobs } from "../refreshJob/describe.ts";
import type { ActualJob } from "../refreshJob/describe.ts";
import { ownJobNames } from "../refreshJob/refreshSettings.ts";
import { historyOf } from "./cost/measures.ts";
import { compareDefinition } from "./definition/compareDefinition.ts";
import type { Verdict } from "./definition/compareDefinition.ts";
import { inFile } from "./definition/definitionFile.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { DesiredView } from "./desired.ts";
import { splitParameter } from "./statements.ts";
import { usersOf } from "./swap/dependents.ts";
import { keptName, splitKept } from "./swap/kept.ts";
import type { KeptView } from "./swap/kept.ts";
import { readLeftovers } from "./swap/leftovers.ts";
import type { Leftover } from "./swap/leftovers.ts";
import { readReplacement } from "./swap/replacement.ts";
import type { Replacement } from "./swap/replacement.ts";

/** A privilege that a role other than the owner holds on the view; PUBLIC is the role "public". */
export interface ActualGrant {
  readonly role: string;
  readonly privilege: string;
}

/** A materialized view as the catalog has it, compared with the declaration that was asked about. */
export interface ActualView extends QualifiedName {
  readonly exists: true;
  readonly oid: string;
  readonly owner: string;
  readonly isPopulated: boolean;
  /** As people wrote it. */
  readonly comment: string | null;
  /** Who manages the view, which stands behind the comment. */
  readonly claim: Claim | undefined;
  readonly tablespace: string;
  readonly accessMethod: string;
  readonly storageParameters: Readonly<Record<string, string>>;
  readonly grants: readonly ActualGrant[];
  /** As the server prints it. */
  readonly definition: string;
  readonly verdict: Verdict;
  /** All its indexes as statements, whoever made them. */
  readonly indexes: readonly { readonly name: string; readonly definition: string; readonly isValid: boolean }[];
  /** Jobs of pg_cron that refresh it, as far as this role may see them. */
  readonly jobs: readonly ActualJob[];
  /** Jobs that bear the names which the declaration gives to jobs of the view. */
  readonly namedJobs: readonly ActualJob[];
  /** What a swap that was cut off left behind. */
  readonly leftovers: readonly Leftover[];
  /** What bears the name under which a swap keeps the old view aside. */
  readonly kept: KeptView | undefined;
  /** Read where the declaration asks for what only a view built anew can have. */
  readonly replacement: Replacement | undefined;
}

/** A name that no relation bears, and the jobs that refresh it all the same. */
export interface AbsentView extends QualifiedName {
  readonly exists: false;
  readonly jobs: readonly ActualJob[];
  readonly namedJobs: readonly ActualJob[];
}

/** A row of describe/materialized_views.sql. */
export interface ViewRow extends Omit<
  ActualView,
  "exists" | "storageParameters" | "claim" | "verdict" | "jobs" | "namedJobs" | "leftovers" | "kept" | "replacement"
> {
  relationKind: string;
  storageParameters: string[];
}

/**
 * Reads the views by the names that are declared and compares each definition with the declared text.
 * @throws when a name belongs to a relation of another kind.
 */
export async function describeViews(
  session: Session,
  desired: readonly DesiredView[],
): Promise<(ActualView | AbsentView)[]> {
  await Promise.all(desired.map(({ definition }) => parseDefinition(definition)));
  const question = rowsQuestion(desired);
  const isAsked = wasAsked(session.target, question);
  const reading = ask<ViewRow>(session.target, question.file, question.values).catch(async (error: unknown) => {
    // Printing a definition locks what it reads.
    if (!isServerError(error, SQLSTATE.lockNotAvailable)) throw error;
    const what = `cannot describe materialized view ${desired.map(displayName).join(", ")}`;
    throw await lockedError(session.target, what, error);
  });
  // Asked together with whether they are there, where that is not known yet: of those that are not, nobody wants it.
  const looked = isAsked ? thoseIn((await reading).rows, desired) : desired;
  const looks = new Map(looked.map((view) => [view, lookAt(session, view)]));
  const [{ rows }, all] = await Promise.all([reading, visibleJobs(session, ownersOf(desired))]);
  const found = new Map(rows.map((row) => [displayName(row), row]));
  // Looks at one view must not come between the trials of another.
  await Promise.allSettled(thoseIn(rows, desired).flatMap((view) => looks.get(view) ?? []));
  const views: (ActualView | AbsentView)[] = [];
  for (const view of desired) {
    const look = looks.get(view);
    const row = found.get(displayName(view));
    const jobs = jobsOf(all, view, session.capabilities);
    if (row === undefined || look === undefined)
      views.push({ exists: false, schema: view.schema, name: view.name, ...jobs });
    else views.push(await actualOf(session, view, { row, kept: found.get(displayName(keptName(view))) }, jobs, look));
  }
  return views;
}

/** What of it goes along with the opening of a session. */
export function viewQuestions(desired: readonly DesiredView[], known: Capabilities | undefined): Question[] {
  return [rowsQuestion(desired), ...jobQuestions(known)];
}

function rowsQuestion(views: readonly DesiredView[]): Question {
  const names = views.flatMap((view) => [view, keptName(view)]);
  const values = [names.map(({ schema }) => schema), names.map(({ name }) => name)];
  return { on: "target", file: "describe/materialized_views", values };
}

function thoseIn(rows: readonly ViewRow[], views: readonly DesiredView[]): DesiredView[] {
  const there = new Set(rows.map(displayName));
  return views.filter((view) => there.has(displayName(view)));
}

type ViewLook = readonly [Verdict, Leftover[]];

/** The comparison and what a swap left behind. */
function lookAt(session: Session, view: DesiredView): Promise<ViewLook> {
  const look = Promise.all([compare(session, view), readLeftovers(session.target, view)]);
  look.catch(() => undefined);
  return look;
}

async function actualOf(
  session: Session,
  desired: DesiredView,
  { row, kept: keptRow }: { readonly row: ViewRow; readonly kept: ViewRow | undefined },
  jobs: ReturnType<typeof jobsOf>,
  look: Promise<ViewLook>,
): Promise<ActualView> {
  mustBeMaterialized(row);
  const [verdict, leftovers] = await look;
  const replacement = await replacementOf(session, desired, row, verdict, jobs.jobs);
  const kept = keptRow && keptOf(keptRow);
  // What stands on it is in the way of the swap with which it goes.
  const users = kept?.record === undefined || replacement === undefined ? [] : await usersOf(session, kept.oid);
  return { ...toActual(row, jobs, verdict), leftovers, replacement, kept: kept && { ...kept, users } };
}

/** What bears the name of a view that is kept. */
export function keptOf({ oid, schema, name, comment, relationKind }: ViewRow): KeptView {
  return { oid, schema, name, record: relationKind === "m" ? splitKept(comment).record : undefined, users: [] };
}

/** The jobs around a view. */
export function jobsOf(
  all: readonly ActualJob[],
  view: DesiredView,
  { database }: Capabilities,
): Pick<ActualView, "jobs" | "namedJobs"> {
  const names = view.job === undefined ? [] : ownJobNames(view.job);
  return {
    jobs: all.filter((job) => refreshedBy(job, view, database)),
    namedJobs: all.filter((job) => names.includes(job.name)),
  };
}

// A job is its view's owner's, as a rule.
function ownersOf(views: readonly DesiredView[]): string[] {
  return views.flatMap(({ owner }) => owner ?? []);
}

/** The description of a view from what was read of it. */
export function toActual(row: ViewRow, jobs: ReturnType<typeof jobsOf>, verdict: Verdict): ActualView {
  const { relationKind, ...view } = row;
  void relationKind;
  return {
    ...view,
    exists: true,
    ...splitComment(row.comment),
    storageParameters: Object.fromEntries(row.storageParameters.map(splitParameter)),
    verdict,
    ...jobs,
    leftovers: [],
    kept: undefined,
    replacement: undefined,
  };
}

/** What only a plan needs: what the next swap would carry over. */
async function replacementOf(
  session: Session,
  desired: DesiredView,
  row: ViewRow,
  { outcome }: Verdict,
  jobs: readonly ActualJob[],
): Promise<Replacement | undefined> {
  const isBuiltAnew = outcome === "different" || (outcome === "equal" && isStoredElsewhere(desired, row));
  const parsed = await parseDefinition(desired.definition);
  if (!isBuiltAnew || !parsed.ok) return undefined;
  // Asked before the transaction of the other begins, in the same flight: it may be refused.
  const history = historyOf(session, jobs);
  const declared = { definition: parsed.definition.sql, indexes: desired.indexes };
  const replacement = await readReplacement(session.target, row, declared, session.capabilities.serverMajor);
  return { ...replacement, usualRunMs: (await history)?.usualMs };
}

/** True when the declaration names another place or way of storing it than the view has. */
export function isStoredElsewhere(desired: DesiredView, { tablespace, accessMethod }: ViewRow): boolean {
  return (desired.tablespace ?? tablespace) !== tablespace || (desired.accessMethod ?? accessMethod) !== accessMethod;
}

function mustBeMaterialized(row: ViewRow): void {
  if (row.relationKind === "m") return;
  throw userError(
    `${displayName(row)} exists and is ${KINDS[row.relationKind] ?? "no materialized view"}; ` +
      "declare another name, or rename or drop what is there",
  );
}

async function compare(session: Session, desired: DesiredView): Promise<Verdict> {
  const parsed = await parseDefinition(desired.definition);
  if (!parsed.ok) return { outcome: "invalid", problem: inFile(parsed.problem, desired), code: SQLSTATE.syntaxError };
  const { sql: definition, head } = parsed.definition;
  const verdict = await compareDefinition(session.target, { ...desired, definition, head });
  return verdict.outcome === "invalid" ? { ...verdict, problem: inFile(verdict.problem, desired) } : verdict;
}

const KINDS: Readonly<Record<string, string>> = {
  r: "a table",
  p: "a partitioned table",
  v: "a plain view",
  f: "a foreign table",
  i: "an index",
  S: "a sequence",
  c: "a composite type",
};
