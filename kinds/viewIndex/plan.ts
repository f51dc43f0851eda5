import type { Capabilities } from "../../postgres/capabilities.ts";
import { derivedName, displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { commentSql, dropSql, named, renameSql } from "../../postgres/objectStatements.ts";
import { claimStep, CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan, Step } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { isSameClaim, joinComment, wantedClaim } from "../claim.ts";
import type { Claim } from "../claim.ts";
import type { Situation } from "../kind.ts";
import type { IndexShape } from "../materializedView/indexes/indexShape.ts";
import { indexText, printedText } from "../materializedView/indexes/indexText.ts";
import { createIndexSql } from "../materializedView/statements.ts";
import { differencesOf, isThere } from "./actual.ts";
import type { AbsentIndex, ActualIndex } from "./actual.ts";
import type { DesiredIndex } from "./desired.ts";

/** From the declared index and the one that is there to the statements between them. */
export function planIndex({
  desired,
  actual: found,
  capabilities,
  claim,
  adopt = false,
  superseded,
}: Situation<DesiredIndex, ActualIndex | AbsentIndex>): Plan {
  const actual = isThere(found) ? found : undefined;
  // What somebody made serves as it is, and is not ours to drop or rename unasked.
  if (actual?.standsIn && !(adopt && desired !== "absent")) return CONVERGED;
  if (desired === "absent") return actual === undefined ? CONVERGED : drop(actual, "no longer declared");
  const { declared } = found ?? {};
  if (declared?.problem !== undefined) return { ...CONVERGED, refusals: [declared.problem] };
  const comment = joinComment(actual?.comment, wantedClaim(claim, actual?.claim));
  const build = building(desired, declared?.shape, comment, capabilities);
  if (actual === undefined) return { steps: [build(desired.name, "is not there")], differences: [] };
  const differences = differencesOf(desired, actual);
  if (differences.length > 0) return { steps: change(desired, actual, build, differences), differences };
  if (!actual.isValid) return { steps: heal(desired, actual, build), differences: [] };
  const stale = isThere(superseded) ? superseded : undefined;
  const old = stale === undefined ? [] : drop(stale, `${displayName(actual)} is there in its place`).steps;
  return {
    steps: [...planName(desired, actual), ...planClaim(desired, actual, comment, claim), ...old],
    differences: [],
  };
}

function planName(desired: DesiredIndex, actual: ActualIndex): Step[] {
  if (actual.name === desired.name && actual.schema === desired.schema) return [];
  const reason = `is called ${actual.name}, declared ${desired.name}`;
  return [step("rename", displayName(desired), reason, [renameSql(named("index", actual), desired.name)])];
}

function planClaim(
  desired: DesiredIndex,
  actual: ActualIndex,
  comment: string | null,
  claim: Claim | null | undefined,
): Step[] {
  if (isSameClaim(wantedClaim(claim, actual.claim), actual.claim)) return [];
  return [claimStep(displayName(desired), commentSql(named("index", desired), comment))];
}

type Build = (name: string, reason: string) => Step;

// As the server printed it where it was asked: each name has its schema there.
function building(
  index: DesiredIndex,
  shape: IndexShape | undefined,
  comment: string | null,
  { serverMajor }: Capabilities,
): Build {
  const elements = shape === undefined ? indexText(index, serverMajor) : printedText(shape);
  return (name, reason) => build(index, { schema: index.schema, name }, { elements, comment, reason });
}

// Always concurrently: readers of the view pass, and on an empty view it costs a few milliseconds.
function build(
  index: DesiredIndex,
  built: QualifiedName,
  {
    elements,
    comment,
    reason,
  }: { readonly elements: string; readonly comment: string | null; readonly reason: string },
): Step {
  const view = { schema: index.schema, name: index.view };
  return step(
    "build index",
    displayName(built),
    reason,
    [
      createIndexSql(view, { index: built.name, isUnique: index.unique, elements }, true),
      ...(comment === null ? [] : [commentSql(named("index", built), comment)]),
      ...targetsSql(built, index),
    ],
    {
      transaction: false,
      turn: displayName(view),
      onFailure: [leftoverSql(built)],
    },
  );
}

// An invalid index of the declared name and shape is a build of ours that failed: it serves nobody.
function heal(desired: DesiredIndex, actual: ActualIndex, build: Build): Step[] {
  const [remove] = drop(actual, "is invalid: a concurrent build of it failed").steps;
  const rebuild = build(desired.name, "is invalid: a concurrent build of it failed");
  return remove === undefined ? [rebuild] : [remove, rebuild];
}

// What a statistics target says is for the next analyze, and needs no other index.
function change(desired: DesiredIndex, actual: ActualIndex, build: Build, differences: readonly Difference[]): Step[] {
  const isBuilt = !actual.isValid || differences.some(({ property }) => property !== "statistics");
  if (isBuilt) return replace(desired, actual, build, differences);
  const wanted = (desired.statistics ?? []).map(({ part }) => part);
  const gone = actual.statistics.filter(({ part }) => !wanted.includes(part)).map(({ part }) => ({ part, target: -1 }));
  const statistics = [...(desired.statistics ?? []), ...gone];
  return [
    ...planName(desired, actual),
    step("alter", displayName(desired), reasonOf(differences), targetsSql(desired, { ...desired, statistics })),
  ];
}

function targetsSql(index: QualifiedName, { statistics = [] }: DesiredIndex): string[] {
  return statistics.map(({ part, target }) =>
    sqlStatement("statements/alter_column", {
      raw: { ...named("index", index), column: String(part), property: `statistics ${target}` },
    }),
  );
}

function reasonOf(differences: readonly Difference[]): string {
  return differences
    .map(({ property, declared, actual }) => `${property} is ${actual}, declared ${declared}`)
    .join("; ");
}

// The new one is there before the old one goes, so that a concurrent refresh finds a unique index at any time.
function replace(desired: DesiredIndex, actual: ActualIndex, build: Build, differences: readonly Difference[]): Step[] {
  const aside = { schema: desired.schema, name: derivedName(desired.name, "matview_new") };
  const fresh = build(aside.name, reasonOf(differences));
  const leftover = leftoverSql(aside);
  const swap = [dropSql(named("index", actual)), renameSql(named("index", aside), desired.name)];
  return [
    { ...fresh, sql: [leftover, ...fresh.sql] },
    step("swap index", displayName(desired), "the new one takes the old one's place", swap, {
      hazards: ["readers-wait"],
      onFailure: [leftover],
    }),
  ];
}

function drop(actual: ActualIndex, reason: string): Plan {
  const hazards = ["index-missing"] as const;
  return {
    steps: [step("drop index", displayName(actual), reason, [dropSql(named("index", actual))], { hazards })],
    differences: [],
  };
}

// What a build that failed or was cut off left, where there is anything.
function leftoverSql(index: QualifiedName): string {
  return dropSql(named("index if exists", index));
}
