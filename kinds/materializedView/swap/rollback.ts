import { userError } from "../../../postgres/errors.ts";
import { displayName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { commentSql, grantSql, named, ownerSql, renameSql } from "../../../postgres/objectStatements.ts";
import { step } from "../../../postgres/plan.ts";
import type { Plan, Step } from "../../../postgres/plan.ts";
import type { Session } from "../../../postgres/session.ts";
import { asDeployed, joinComment, splitComment } from "../../claim.ts";
import type { TakenBack } from "../../claim.ts";
import { deployLog } from "../deployLog.ts";
import { accessSql } from "./carriedProperties.ts";
import { dependentLine } from "./dependentStatements.ts";
import { definitionHash, joinKept, keptName, ownRecord, splitKept } from "./kept.ts";
import type { KeptRecord } from "./kept.ts";
import { readProperties } from "./relationProperties.ts";
import type { RelationProperties } from "./relationProperties.ts";
import { readReplacement } from "./replacement.ts";
import type { Replacement } from "./replacement.ts";
import { asideName } from "./swapNames.ts";
import { NO_PLPGSQL, swapAround } from "./swapPlan.ts";

/** How long the moment to take back is waited for. */
const DEADLINE_MS = 60_000;

/** A view, the one that is kept of it, and who takes it back when. */
export interface Pair {
  readonly live: RelationProperties;
  readonly kept: RelationProperties;
  readonly record: KeptRecord;
  /** By the server. */
  readonly now: Date;
  readonly by: string;
}

/** Reads the pair; undefined where nothing is kept. @throws where there is no such view. */
export async function readPair({ target }: Session, view: QualifiedName): Promise<Pair | undefined> {
  const [found, { rows }] = await Promise.all([
    readProperties(target, [view, keptName(view)]),
    target.query<{ now: Date; by: string }>("select pg_catalog.now() as now, session_user::pg_catalog.text as by"),
  ]);
  const named = (name: QualifiedName): RelationProperties | undefined =>
    found.find((one) => one.kind === "m" && one.schema === name.schema && one.name === name.name);
  const [live, kept] = [named(view), named(keptName(view))];
  const [asked] = rows;
  if (live === undefined) throw userError(`there is no materialized view ${displayName(view)}`);
  const record = splitKept(kept?.comment ?? null).record;
  if (kept === undefined || record === undefined || asked === undefined) return undefined;
  return { live, kept, record, ...asked };
}

/** The swap that puts the kept one in the place of the other, which is kept in turn until the same time, and why it must not be. */
export async function planRollback(session: Session, pair: Pair, undo: boolean): Promise<Plan> {
  const { live, kept, record } = pair;
  const refusals = pairProblems(pair, undo);
  const what = {
    definition: kept.definition,
    aside: keptName(live),
    called: `the definition of ${displayName(kept)}`,
  };
  if (refusals.length > 0) return { steps: [rollbackStep(pair, undo)], differences: [], refusals };
  const replacement = await readReplacement(session.target, live, what, session.capabilities.serverMajor);
  const obstacles = [
    ...replacement.obstacles.map(({ problem }) => problem),
    ...(replacement.mayUsePlpgsql ? [] : [NO_PLPGSQL]),
  ];
  const takenBack = undo ? undefined : takenBackBy(pair);
  const expected = putBack(pair, takenBack);
  const after: KeptRecord = {
    ...pairOf(record),
    ...ownRecord(live, kept),
    ...(undo ? {} : { takenBack: takenBackBy(pair) }),
  };
  const around = swapAround(expected, replacement, [
    commentSql(named("materialized view", live), joinKept(splitComment(live.comment).comment, after)),
  ]);
  const log = deployLog({
    ...{ view: { schema: live.schema, name: live.name }, owner: live.owner, claim: splitComment(live.comment).claim },
    ...{ action: undo ? "put back" : "taken back", relation: asideName(live), had: live.isPopulated, has: true },
  });
  const swap = {
    ...around,
    before: [log.install],
    ready: [...around.ready, log.write],
    putsBack: true as const,
    gate: { old: live, aside: kept, uniqueKey: [], rowCount: { min: 0 }, oldIsPopulated: false },
    // Nobody reads what is kept: it is made ready before readers wait.
    hold: [...around.hold, ...readySql(pair, expected)],
    locked: [...around.locked, { schema: kept.schema, name: kept.name }],
    deadlineMs: DEADLINE_MS,
  };
  const sql = [...swap.before, ...swap.make, ...swap.hold, ...swap.ready, ...swap.locks, ...swap.exchange];
  return {
    steps: [{ ...rollbackStep(pair, undo, replacement), sql, swap }],
    differences: [],
    ...(obstacles.length === 0 ? {} : { refusals: obstacles }),
  };
}

function rollbackStep({ live, record }: Pair, undo: boolean, replacement?: Replacement): Step {
  const dependents = (replacement?.dependents ?? []).map(dependentLine);
  const reason = [
    undo ? `what was taken back at ${record.takenBack?.at ?? ""} serves again` : `as it was until ${record.at}`,
    ...(dependents.length === 0 ? [] : [`with it: ${dependents.join(", ")}`]),
  ];
  return step("swap", displayName(live), reason.join("; "), []);
}

function pairProblems({ live, kept, record, now }: Pair, undo: boolean): string[] {
  const view = displayName(live);
  const { takenBack, until, definition } = record;
  if (undo && takenBack === undefined)
    return [`nothing was taken back of ${view}: there is nothing to undo; what is kept is the one before ${record.at}`];
  if (!undo && takenBack !== undefined)
    return [
      `it was taken back at ${takenBack.at} by ${takenBack.by} already; matview rollback ${view} --undo puts back what was deployed`,
    ];
  if (new Date(until) <= now) return [`${displayName(kept)} was kept until ${until}, which is over; ${wayBack()}`];
  if (definition !== definitionHash(kept.definition))
    return [
      `what ${displayName(kept)} reads was renamed or moved since ${record.at}, so it is not the definition that was deployed; ${wayBack()}`,
    ];
  return [];
}

/** What to do where nothing can be put back. */
export function wayBack(): string {
  return "to go back: git revert the change and pulumi up, which builds the old definition again beside its readers";
}

function takenBackBy({ live, now, by }: Pair): TakenBack {
  return { at: now.toISOString(), by, definition: definitionHash(live.definition) };
}

function pairOf({ at, until, by, stack, version }: KeptRecord): Pick<KeptRecord, "at" | "until" | "by" | "version"> {
  return { at, until, by, ...(stack === undefined ? {} : { stack }), version };
}

/**
 * What it is to have in its place: all that it had, under its own names. Who owns it, manages it and may read it is as it is now: a right
 * that was taken away since does not come back.
 */
function putBack({ live, kept, record }: Pair, takenBack: TakenBack | undefined): RelationProperties {
  const names = new Map(record.parts.map((name) => [keptName({ schema: "", name }).name, name]));
  const original = <T extends QualifiedName | { name: string }>(part: T): T => ({
    ...part,
    name: names.get(part.name) ?? part.name,
  });
  const columns = new Map(live.columns.map((column) => [column.name, column.grants]));
  const { claim } = splitComment(live.comment);
  const managed = claim === undefined ? undefined : { ...asDeployed(claim), ...(takenBack && { takenBack }) };
  return {
    ...kept,
    name: live.name,
    owner: live.owner,
    ownerDefault: live.ownerDefault,
    grants: live.grants,
    comment: joinComment(splitKept(kept.comment).comment, managed),
    columns: kept.columns.map((column) => ({
      ...column,
      grants: columns.get(column.name) ?? record.columns?.[column.name] ?? [],
    })),
    indexes: kept.indexes.map((found) => {
      const index = original(found);
      const now = live.indexes.find(({ name }) => name === index.name);
      const comment = splitComment(index.comment);
      return {
        ...index,
        comment: joinComment(comment.comment, splitComment(now?.comment ?? null).claim ?? comment.claim),
      };
    }),
    statistics: kept.statistics.map(original),
  };
}

/** Makes the kept one what it is to be, under the name of one that was built. */
function readySql({ kept }: Pair, expected: RelationProperties): string[] {
  const aside = asideName(expected);
  const own = kept.grants.filter(({ grantee }) => grantee === kept.owner).map(({ privilege }) => privilege);
  const isDefault = [...own].sort().join() === [...kept.ownerDefault].sort().join();
  const indexes = kept.indexes.map((index, at) => ({ ...index, now: expected.indexes[at]! }));
  const valid = indexes.filter(({ isValid }) => isValid);
  return [
    renameSql(named("materialized view", kept), aside.name),
    ...valid.map(({ name, now }) =>
      renameSql(named("index", { schema: kept.schema, name }), asideName({ schema: kept.schema, name: now.name }).name),
    ),
    ...kept.statistics.map((one, at) => renameSql(named("statistics", one), asideName(expected.statistics[at]!).name)),
    ...(kept.owner === expected.owner ? [] : [ownerSql(named("materialized view", aside), expected.owner)]),
    ...(isDefault ? [] : [grantSql("all privileges", named("table", aside), expected.owner)]),
    ...accessSql(aside, expected),
    commentSql(named("materialized view", aside), expected.comment),
    ...valid
      .filter(({ comment, now }) => comment !== now.comment)
      .map(({ now }) => commentSql(named("index", asideName({ schema: kept.schema, name: now.name })), now.comment)),
  ];
}
