import type { QueryResult } from "pg";
import { isRaised, serverText } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier, sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { answersOf } from "../../postgres/pipeline.ts";
import type { Statement } from "../../postgres/pipeline.ts";
import { CONVERGED } from "../../postgres/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { refusalsOf } from "../conditions.ts";
import { foreseen, MISSING, namesChangedView, willBypass, willCreateRole } from "../earlierSteps.ts";
import type { Obstacle } from "../earlierSteps.ts";
import type { EarlierSteps, Foreseen, Foresight } from "../kind.ts";
import { onlyLooks } from "../onlooker.ts";
import { grantNeedSql } from "../ownerRole/rights.ts";
import { cronObstacles } from "../refreshJob/preflight.ts";
import { ownJobNames } from "../refreshJob/refreshSettings.ts";
import { neededOf } from "../sources.ts";
import type { HiddenSource, Source } from "../sources.ts";
import { calledFunctionProblems } from "./calledFunctions.ts";
import type { CalledFunction } from "./calledFunctions.ts";
import { invalidProblem } from "./definition/compareDefinition.ts";
import { DECLARED_VIEW, readDeclared } from "./definition/declaredView.ts";
import type { DeclaredReading } from "./definition/declaredView.ts";
import { inFile } from "./definition/definitionFile.ts";
import { refusalLater } from "./definition/laterReading.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { indexProblem } from "./indexes/indexProblem.ts";
import { indexText } from "./indexes/indexText.ts";
import { NOT_WAITED_FOR, replicaProblems } from "./swap/replicaReaders.ts";
import { deadlineWarning } from "./swap/swapPlan.ts";
import { refusedTrials, trialStatements, viewTrials } from "./tryView.ts";

/** PostgreSQL releases that have what the module uses; 14 had its last release in November 2026. */
const OLDEST_MAJOR = 14;

type ViewChange = Foreseen<DesiredView, ActualView | AbsentView>;

const NOTHING_TRIED: ViewChange = { previous: undefined, actual: undefined, plan: CONVERGED };

/**
 * What keeps the view, its index and its refresh from working, all in one list: server, schema, definition, key, the
 * owner's rights on every source, and pg_cron where a job is to refresh the view. Runs nothing that stays.
 */
export async function preflightView(session: Session, desired: DesiredView, previous?: DesiredView): Promise<string[]> {
  const there = previous ?? desired;
  return [...foreseen(await obstacles(session, desired, new Set(), there), new Set()).refusals];
}

/** The same for a preview, with what PostgreSQL alone can refuse, and without what steps before take out of the way. */
export async function foreseeView(
  session: Session,
  desired: DesiredView,
  earlier: EarlierSteps,
  change: ViewChange = NOTHING_TRIED,
): Promise<Required<Foresight>> {
  const isSwapped = change.plan.steps.some(({ swap }) => swap !== undefined);
  const [isOnlooker, found, replicas] = await Promise.all([
    onlyLooks(session),
    obstacles(session, desired, earlier, change.previous ?? desired, change),
    isSwapped ? replicaProblems(session) : undefined,
  ]);
  const { refusals, warnings } = foreseen(found, earlier, isOnlooker);
  const late = change.plan.steps.flatMap(({ swap }) => (swap === undefined ? [] : (deadlineWarning(swap) ?? [])));
  const unreachable = (replicas?.unreachable ?? []).map((one) => `${one}; ${NOT_WAITED_FOR}`);
  return {
    refusals: [...refusals, ...(replicas?.refusals ?? [])],
    warnings: [...warnings, ...late, ...unreachable],
  };
}

async function obstacles(
  session: Session,
  desired: DesiredView,
  earlier: EarlierSteps,
  there: QualifiedName,
  change?: ViewChange,
): Promise<Obstacle[]> {
  const parsed = await parseDefinition(desired.definition);
  const owner = desired.owner ?? null;
  const names = desired.job === undefined ? [] : ownJobNames(desired.job);
  const asked = names.length === 0 ? [] : cronObstacles(session, earlier, { names, user: desired.owner });
  const { serverMajor } = session.capabilities;
  const unreadable = await indexProblems(desired, serverMajor);
  const isTried = change !== undefined && unreadable.length === 0;
  const trials = isTried ? viewTrials({ desired, ...change }, earlier, serverMajor) : [];
  const read = await readDeclared(
    session.target,
    parsed.ok ? parsed.definition.sql : "select 1 as id",
    [COLUMNS, CALLED, hiddenFrom(desired, there), sourcesOf(desired, there), UNLOGGED],
    [
      { text: sqlText("describe/schema_exists"), values: [desired.schema] },
      { text: sqlText("describe/role"), values: [owner] },
      ...trialStatements(trials),
    ],
  );
  const cron = await asked;
  const [schemas, roles] = answersOf(read.before.slice(0, 2));
  const schema = schemaProblems(session, desired, schemas?.rows[0] as SchemaRow | undefined);
  const isOwnerMissing = owner !== null && roles?.rows.length === 0;
  const declared = parsed.ok
    ? await declaredObstacles(session, desired, read, earlier)
    : [{ problem: inFile(parsed.problem, desired), isInherent: true }];
  const isRead = parsed.ok && !("refusal" in read);
  const isRefused = !parsed.ok || ("refusal" in read && !isRaised(read.refusal));
  const tried = refusedTrials(trials, read.before.slice(2)).filter(
    // What is told in better words already.
    ({ of }) =>
      schema.length === 0 &&
      !(of === "view" && (isRefused || declared.some(({ isHarmless }) => isHarmless !== true))) &&
      !(of === "owner" && isOwnerMissing),
  );
  return [
    ...serverProblems(session).map((problem) => ({ problem, isInherent: true })),
    ...schema.map((problem) => ({ problem, isOfDeployer: schemas?.rows.length === 1 })),
    ...declared,
    ...unreadable.map((problem) => ({ problem, isInherent: true })),
    ...(isOwnerMissing ? [missingOwner(owner, earlier)] : isRead ? rightObstacles(session, read.answers, earlier) : []),
    ...tried,
    ...cron,
  ];
}

async function indexProblems({ indexes = [] }: DesiredView, serverMajor: number): Promise<string[]> {
  const found = await Promise.all(indexes.map((index) => indexProblem(indexText(index, serverMajor))));
  return found.flatMap((problem, at) =>
    problem === undefined ? [] : [`index ${indexes[at]?.name ?? ""}: ${problem}`],
  );
}

function serverProblems({ capabilities }: Session): string[] {
  const { serverMajor } = capabilities;
  if (serverMajor >= OLDEST_MAJOR) return [];
  return [`PostgreSQL ${serverMajor} is too old: ${OLDEST_MAJOR} or later is needed`];
}

interface SchemaRow {
  readonly mayCreate: boolean;
}

function schemaProblems(
  { capabilities: { currentUser } }: Session,
  { schema }: DesiredView,
  found: SchemaRow | undefined,
): string[] {
  if (found === undefined) return [`schema ${schema} does not exist: create schema ${sqlIdentifier(schema)}`];
  if (found.mayCreate) return [];
  return [
    `role ${currentUser} may not create in schema ${schema}: grant create on schema ${sqlIdentifier(schema)} to ${sqlIdentifier(currentUser)}`,
  ];
}

/** What is wrong with the definition and its key; nothing of it is known where it reads a view that is to be made or changed before. */
async function declaredObstacles(
  session: Session,
  desired: DesiredView,
  read: DeclaredReading,
  earlier: EarlierSteps,
): Promise<Obstacle[]> {
  const isMade = namesChangedView(earlier, desired.definition);
  if ("refusal" in read) {
    const refusal = isMade ? await refusalLater(session.target, desired.definition, earlier) : read.refusal;
    if (refusal === undefined) return [];
    // Raised by an event trigger: nothing is wrong with the text, and what a deploy makes is tried besides.
    if (isRaised(refusal)) {
      const said = `the definition cannot be looked at: an event trigger refuses a temporary view: ${serverText(refusal)}`;
      return [{ problem: said, isHarmless: true }];
    }
    const parsed = await parseDefinition(desired.definition);
    // A place in a text that was written to be read later would be none of the author's.
    const isPlaced = parsed.ok && refusal === read.refusal;
    const said = isPlaced ? invalidProblem(refusal, read.statement, parsed.definition) : serverText(refusal);
    const problem = inFile(`the definition is not valid on this server: ${said}`, desired);
    return [{ problem, isInherent: !MISSING.includes(refusal.code) }];
  }
  const problems = await inherentProblems(session, desired, read.answers);
  return problems.map((problem) => ({ problem, isMade, isInherent: true }));
}

function missingOwner(owner: string, earlier: EarlierSteps): Obstacle {
  return {
    problem: `role ${owner} is to own the view and does not exist: create it, or set matview:managePlatform to true`,
    isMade: willCreateRole(earlier, owner),
  };
}

/** What the owner may not read or call, or reads in part only. */
function rightObstacles(
  { capabilities }: Session,
  [, , hidden, sources, unlogged]: readonly QueryResult[],
  earlier: EarlierSteps,
): Obstacle[] {
  const closed = ((sources?.rows ?? []) as Source[]).flatMap((source) => {
    const isMade = earlier.has(grantNeedSql(neededOf(source)));
    return refusalsOf({ capabilities, sources: [source] }, ["permission-lost"]).map((problem) => ({
      problem,
      isMade,
      isOfDeployer: source.role === capabilities.currentUser,
    }));
  });
  const unseen = ((hidden?.rows ?? []) as HiddenSource[]).flatMap((source) => {
    const isMade = willBypass(earlier, source.role);
    return refusalsOf({ capabilities, hidden: [source] }, ["rows-hidden"]).map((problem) => ({ problem, isMade }));
  });
  const emptied = ((unlogged?.rows ?? []) as QualifiedName[]).map((table) => ({
    problem: `source ${displayName(table)} is unlogged: a crash of the server empties it, and the next refresh the view; alter table ${sqlName(table)} set logged`,
    isHarmless: true,
  }));
  return [...closed, ...unseen, ...emptied];
}

// `there` is the view's name as the catalog has it.
function sourcesOf(desired: DesiredView, there: QualifiedName): Statement {
  const { schema, uniqueKey, job, owner = null } = desired;
  const isConcurrent = uniqueKey !== undefined;
  const own = isConcurrent || job !== undefined ? schema : null;
  return { text: sqlText("describe/sources"), values: [DECLARED_VIEW, owner, sqlName(there), own, isConcurrent] };
}

function hiddenFrom(desired: DesiredView, there: QualifiedName): Statement {
  // Whose rows are wanted as the policies choose them is asked about nobody.
  const view = desired.rowSecurity === "allow" ? null : DECLARED_VIEW;
  return { text: sqlText("describe/hidden_sources"), values: [view, desired.owner ?? null, sqlName(there), null] };
}

const COLUMNS = { text: sqlText("describe/columns"), values: [DECLARED_VIEW] };
const UNLOGGED = { text: sqlText("describe/unlogged_sources"), values: [DECLARED_VIEW] };
const CALLED = { text: sqlText("describe/called_functions"), values: [DECLARED_VIEW] };

/** What is wrong with the declaration itself, by the answers to COLUMNS and CALLED. */
async function inherentProblems(
  { target, capabilities }: Session,
  { uniqueKey = [] }: DesiredView,
  [columns, called]: readonly QueryResult[],
): Promise<string[]> {
  const names = ((columns?.rows ?? []) as { name: string }[]).map(({ name }) => name);
  return [
    ...keyProblems(names, uniqueKey),
    ...(capabilities.serverMajor >= 17
      ? await calledFunctionProblems(target, (called?.rows ?? []) as CalledFunction[])
      : []),
  ];
}

function keyProblems(columns: readonly string[], key: readonly string[]): string[] {
  return key
    .filter((column) => !columns.includes(column))
    .map((column) => `key column ${column} is none of the definition's columns: ${columns.join(", ")}`);
}
