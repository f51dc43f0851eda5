import { displayName, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { commentSql, named } from "../../../postgres/objectStatements.ts";
import { step } from "../../../postgres/plan.ts";
import type { Hazard, Step } from "../../../postgres/plan.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import type { BuiltView, Swap, SwappedRelation } from "../../../postgres/swap.ts";
import { isSameStack, splitComment } from "../../claim.ts";
import { consentAdvice } from "../../consent.ts";
import { createSettings, printSettings } from "../definition/definitionSettings.ts";
import { deployLog } from "../deployLog.ts";
import type { DeployLog } from "../deployLog.ts";
import type { DesiredView } from "../desired.ts";
import { refreshSql } from "../statements.ts";
import {
  accessSql,
  columnStorageSql,
  commentsSql,
  creationClause,
  indexSql,
  optionClause,
  ownershipSql,
  statisticsSql,
} from "./carriedProperties.ts";
import { dependentLine } from "./dependentStatements.ts";
import type { Dependent } from "./dependentTrials.ts";
import { exchangeSql, lockedRelations, locksSql } from "./exchangeStatements.ts";
import { columnObstacles, columnsDiffer, expectedView, lostRights } from "./expectedView.ts";
import { allowedRowCount } from "./gate.ts";
import { asReadyToKeep, dropKeptSql, keepAsideSql, keptName, noteKeptSql, readyToKeepSql } from "./kept.ts";
import type { KeptView } from "./kept.ts";
import { changeObstacles, provedChange } from "./proveChange.ts";
import { keptProperties, propertyLines } from "./relationProperties.ts";
import type { RelationProperties } from "./relationProperties.ts";
import type { Replacement } from "./replacement.ts";
import { asideName, goneName, lockKey } from "./swapNames.ts";

/** How long the moment to swap is waited for, where nothing is declared. */
const DEADLINE_SECONDS = 60;

const MOST_SECONDS = 3_600;

/** The same where it is declared, else long enough for a refresh that begins just then, and for another moment like it. */
function deadlineSeconds({ swapDeadlineSeconds }: DesiredView, { usualRunMs = 0 }: Replacement): number {
  const fitting = Math.min(MOST_SECONDS, Math.ceil((2 * usualRunMs) / 1_000));
  return swapDeadlineSeconds ?? Math.max(DEADLINE_SECONDS, fitting);
}

/** What is to be known of a swap that may give up while a refresh goes on. */
export function deadlineWarning({ view, deadlineMs, usualRunMs = 0 }: Swap): string | undefined {
  if (usualRunMs <= deadlineMs) return undefined;
  const [deadline, usual] = [deadlineMs / 1_000, Math.ceil(usualRunMs / 1_000)];
  const fitting = Math.min(MOST_SECONDS, 2 * usual);
  return (
    `swapDeadlineSeconds is ${deadline}, and a refresh of ${displayName(view)} takes up to ${usual} s: where one is going on, the deploy ` +
    `gives up and throws away what it built; set it to ${fitting} or more, or leave it out`
  );
}

export const NO_PLPGSQL =
  "the connected role may not use language plpgsql, in which the server looks whether the new view keeps all that the old one has: " +
  "grant usage on language plpgsql to it";

/** What a swap goes by besides. */
export interface SwapCircumstances {
  readonly jobUser: string;
  readonly serverMajor: number;
  /** What bears the name under which the old one would be kept. */
  readonly kept?: KeptView | undefined;
}

/** The step that puts a view of the declared definition in the old one's place, and why it must not be taken. */
export function planSwap(
  desired: DesiredView,
  previous: DesiredView | undefined,
  replacement: Replacement,
  reason: string,
  { jobUser, serverMajor, kept }: SwapCircumstances,
): { readonly step: Step; readonly refusals: string[] } {
  const expected = expectedView(desired, previous, replacement, serverMajor);
  const swap = swapOf(desired, expected, replacement, { jobUser, kept });
  const dependents = replacement.dependents.map(dependentLine);
  const { mentionedBy, renamed } = replacement;
  const lost = lostRights(replacement);
  const isLonger = desired.swapDeadlineSeconds === undefined && swap.deadlineMs > DEADLINE_SECONDS * 1_000;
  const reasons = [
    reason,
    ...(swap.unfilled ?? []).map(
      (view) => `${displayName(view)}, which it reads, has no data yet and is filled before`,
    ),
    ...(dependents.length === 0 ? [] : [`with it: ${dependents.join(", ")}`]),
    ...renamed.map(([before, after]) => `column ${before} becomes ${after} and keeps what it has`),
    ...(isLonger
      ? [
          `waits up to ${swap.deadlineMs / 1_000} s for its moment, as a refresh takes up to ${Math.ceil((swap.usualRunMs ?? 0) / 1_000)} s`,
        ]
      : []),
    ...(lost.length === 0 ? [] : [`lost with its column: ${lost.join(", ")}`]),
    ...goesText(replacement, kept),
    ...(mentionedBy.length === 0 ? [] : [`mentioned in the text of ${mentionedBy.join(", ")}, which stay as they are`]),
  ];
  const built = [...swap.built.flatMap(({ refresh = [] }) => refresh), ...swap.built.flatMap(({ finish }) => finish)];
  const sql = [
    ...(swap.before ?? []),
    ...(swap.unfilled ?? []).map((view) => refreshSql(view)),
    ...swap.make,
    ...built,
    ...swap.hold,
    ...swap.ready,
    ...swap.locks,
    ...swap.exchange,
  ];
  return {
    step: step("swap", displayName(replacement.old), reasons.join("; "), sql, {
      swap,
      hazards: hazardsOf(replacement),
    }),
    refusals: [
      ...columnObstacles(desired, expected, replacement),
      ...dependentObstacles(desired, replacement),
      ...(replacement.mayUsePlpgsql ? [] : [NO_PLPGSQL]),
      ...keepObstacles(desired, kept),
      ...changeObstacles(swap.change, replacement),
    ],
  };
}

function swapOf(
  desired: DesiredView,
  expected: RelationProperties,
  replacement: Replacement,
  { jobUser, kept }: Pick<SwapCircumstances, "jobUser" | "kept">,
): Swap {
  const { old, keptAbove } = replacement;
  const keep = old.isPopulated ? desired.keepPrevious : undefined;
  // Whether one is there is seen when it is to go: it may be overdue by then.
  const older = keep === undefined && kept?.record === undefined ? [] : [keptName(old)];
  const around = swapAround(expected, replacement, keep === undefined ? undefined : noteKeptSql(old, expected, keep));
  const log = desired.keepPrevious === undefined ? undefined : logOf(replacement);
  return {
    ...around,
    ...(replacement.unfilled.length === 0 ? {} : { unfilled: replacement.unfilled }),
    make: [createSettings(), ...makeSql(expected, replacement.definition, replacement), ...around.make],
    gate: {
      old: nameOf(old),
      aside: asideName(old),
      uniqueKey: desired.uniqueKey ?? [],
      rowCount: allowedRowCount(desired),
      oldIsPopulated: old.isPopulated,
    },
    ...(desired.change === undefined ? {} : { change: provedChange(desired.change, desired, replacement, jobUser) }),
    // What is kept aside nobody reads: it goes before readers wait.
    hold: [...around.hold, ...[...older, ...keptAbove].map((one) => dropKeptSql(one))],
    built: [builtView(expected, jobUser), ...around.built],
    locked: [...around.locked, ...[...older, ...keptAbove].map(nameOf)],
    deadlineMs: deadlineSeconds(desired, replacement) * 1_000,
    usualRunMs: replacement.usualRunMs,
    keeps: keep,
    ...(log === undefined ? {} : { before: [log.install], ready: [...around.ready, log.write] }),
  };
}

function logOf({ old }: Replacement): DeployLog {
  const { claim } = splitComment(old.comment);
  const relation = asideName(old);
  return deployLog({
    ...{ view: nameOf(old), owner: old.owner, claim, action: "deployed", relation },
    ...{ had: old.isPopulated, has: true },
  });
}

/**
 * What is the same whether the view that takes the old one's place is built for it or was there before: the way of the dependents and the
 * exchange. Where the old one is to be kept, `noted` writes its record on it.
 */
export function swapAround(
  expected: RelationProperties,
  replacement: Replacement,
  noted?: readonly string[],
): Omit<Swap, "gate" | "deadlineMs"> {
  const { old, dependents } = replacement;
  const asides = dependents.flatMap((dependent) => (dependent.how === "build aside" ? [dependent] : []));
  const replaced = dependents.flatMap((dependent) => (dependent.how === "replace view" ? [dependent.view] : []));
  const materialized = asides.map(({ view }) => view).filter(({ kind }) => kind === "m");
  const filled = filledAsides(asides);
  return {
    view: nameOf(old),
    oid: old.oid,
    lockKey: lockKey(old),
    make: [printSettings(), ...asides.flatMap(({ view, definition }) => makeSql(view, definition, replacement))],
    hold: [old, ...materialized].reverse().map(holdSql),
    built: materialized.map((view) => ({
      ...builtView(view, view.owner),
      ...(filled.has(view.oid) ? {} : { refresh: undefined }),
    })),
    locks: locksSql(expected, replacement),
    ready: noted === undefined ? [] : [...readyToKeepSql(old), ...noted],
    exchange: exchangeSql(expected, replacement, noted && keepAsideSql(old)),
    relations: [
      { ...swapped(old, expected), ...(noted === undefined ? {} : lockedToKeep(old)) },
      ...[...asides.map(({ view }) => view), ...replaced].map((view) => swapped(view, view)),
    ],
    locked: lockedRelations(replacement),
  };
}

function lockedToKeep(old: RelationProperties): Pick<SwappedRelation, "locked" | "asReady"> {
  const ready = asReadyToKeep(old);
  const asReady = [`definition ${old.definition}`, ...propertyLines(ready)];
  return { locked: keptProperties({ ...ready, ...goneName(old) }), asReady };
}

function goesText({ keptAbove }: Replacement, kept: KeptView | undefined): string[] {
  const until = kept?.record?.until;
  return [
    ...(kept === undefined || until === undefined ? [] : [`${displayName(kept)}, kept until ${until}, goes`]),
    ...(keptAbove.length === 0 ? [] : [`kept and reads it, so goes: ${keptAbove.map(displayName).join(", ")}`]),
  ];
}

function keepObstacles({ keepPrevious }: DesiredView, kept: KeptView | undefined): string[] {
  if (kept === undefined) return [];
  if (kept.record !== undefined)
    return kept.users.map((user) => `${user} stands on ${displayName(kept)}, which goes with the swap: drop it first`);
  if (keepPrevious === undefined) return [];
  return [
    `${displayName(kept)}, where the old view would be kept, is there and is none that a swap kept: rename it, or leave out keepPrevious`,
  ];
}

/** The dependents that have data, and those that they are computed from: one made `with no data` comes back so. */
function filledAsides(asides: readonly Extract<Dependent, { how: "build aside" }>[]): Set<string> {
  const filled = new Set<string>();
  for (const { view, definition } of [...asides].reverse()) {
    if (!(view.kind === "m" && view.isPopulated) && !filled.has(view.oid)) continue;
    filled.add(view.oid);
    for (const { view: read } of asides) if (definition.includes(asideName(read).name)) filled.add(read.oid);
  }
  return filled;
}

/** Creates a relation aside and gives it to its owner, as whom every refresh of it runs. */
function makeSql(from: RelationProperties, definition: string, { defaultGrantees }: Replacement): string[] {
  const to = asideName(from);
  const names = { schema: to.schema, view: to.name };
  const grantees = (defaultGrantees[from.schema]?.relations ?? []).filter((role) => role !== from.owner);
  if (from.kind === "v") {
    const raw = { options: optionClause(from.options), definition };
    return [
      sqlStatement("statements/create_view", { names, raw }),
      ...ownershipSql(to, from, grantees),
      ...commentsSql(to, from),
      ...accessSql(to, from),
    ];
  }
  const raw = { storage: creationClause(from), definition };
  return [
    sqlStatement("statements/create_materialized_view", { names, raw }),
    ...ownershipSql(to, from, grantees),
    ...columnStorageSql(to, from.columns),
  ];
}

function finishSql(from: RelationProperties): string[] {
  const to = asideName(from);
  const inSchema = (name: string): string => asideName({ schema: from.schema, name }).name;
  return [
    ...from.indexes.filter(({ isValid }) => isValid).flatMap((index) => indexSql(to, index, inSchema(index.name))),
    ...from.statistics.flatMap((one) => statisticsSql(to, one, asideName(one).name)),
    sqlStatement("statements/analyze_view", { names: { schema: to.schema, view: to.name } }),
    ...commentsSql(to, from),
    ...accessSql(to, from),
  ];
}

function holdSql({ schema, name, comment }: RelationProperties): string {
  return commentSql(named("materialized view", { schema, name }), comment);
}

function builtView(view: RelationProperties, user: string): BuiltView {
  const aside = asideName(view);
  return { old: nameOf(view), aside, user, refresh: refreshSql(aside), finish: finishSql(view) };
}

function swapped(old: RelationProperties, expected: RelationProperties): SwappedRelation {
  return {
    ...nameOf(old),
    before: [`definition ${old.definition}`, ...propertyLines(old)],
    after: propertyLines(expected),
    // The lock of a materialized view is its rename.
    locked: keptProperties({ ...old, ...(old.kind === "m" ? goneName(old) : {}) }),
    kept: keptProperties(expected),
  };
}

function dependentObstacles(desired: DesiredView, replacement: Replacement): string[] {
  const { old, tree, obstacles } = replacement;
  if (tree.length === 0) return [];
  if (desired.dependents !== "recreate" && !areOfOneStack(replacement)) {
    const lines = tree.map((line) => `    ${line}`).join("\n");
    return [
      `these depend on ${sqlName(old)} and would have to be recreated with it; set dependents: "recreate", or ${consentAdvice("dependents", desired)} to allow it:\n${lines}`,
    ];
  }
  return obstacles.map(({ problem, misfit }) =>
    misfit !== undefined && isOfOneStack(old, misfit)
      ? `${problem}. It is made again as it is now, before its own change: first deploy a change of ${displayName(misfit)} that does without`
      : problem,
  );
}

/** Whether all that must be made again is declared in the stack that declares the view: it says itself what it is to be. */
function areOfOneStack({ old, dependents, obstacles }: Replacement): boolean {
  const touched = [
    ...dependents.map((dependent) => (dependent.how === "build aside" ? dependent.view : undefined)),
    ...obstacles.map(({ misfit }) => misfit),
  ];
  return touched.length > 0 && touched.every((view) => view !== undefined && isOfOneStack(old, view));
}

function isOfOneStack(one: RelationProperties, other: RelationProperties): boolean {
  const [claim, theirs] = [splitComment(one.comment).claim, splitComment(other.comment).claim];
  return claim !== undefined && theirs !== undefined && isSameStack(claim, theirs);
}

function hazardsOf({ old, columns }: Replacement): Hazard[] {
  return ["readers-wait", "twice-the-disk", ...(columnsDiffer(old, columns) ? (["prepared-statements"] as const) : [])];
}

function nameOf({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name };
}
