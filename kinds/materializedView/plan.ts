import type { Capabilities } from "../../postgres/capabilities.ts";
import { displayName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { dropSql, named, renameSql, viewObject } from "../../postgres/objectStatements.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan, Step } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { asDeployed } from "../claim.ts";
import type { Claim } from "../claim.ts";
import type { Situation } from "../kind.ts";
import { unsaidProblem } from "../once.ts";
import { refreshTarget } from "../refreshJob/command.ts";
import type { ActualJob } from "../refreshJob/describe.ts";
import { deactivateStep } from "../refreshJob/plan.ts";
import { deployLog } from "./deployLog.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { planDrop } from "./planDrop.ts";
import { planProperties } from "./planProperties.ts";
import type { WithKept } from "./planProperties.ts";
import { createSql } from "./statements.ts";
import { definitionHash, dropKeptSql, keptName } from "./swap/kept.ts";
import { planSwap } from "./swap/swapPlan.ts";

/** The incarnation of a view that has no data: `check` gives it a new one, which runs the first refresh. */
export const UNPOPULATED = "unpopulated";

/** From the declared view and the one that is there to the statements between them. */
export function planView({
  desired,
  previous,
  actual,
  capabilities,
  claim,
  stack,
}: Situation<DesiredView, ActualView | AbsentView>): Plan {
  if (desired === "absent") return planDrop(previous, actual, capabilities, stack);
  if (actual?.exists !== true) return create(desired, actual?.jobs ?? [], capabilities, claim);
  const definition = planDefinition(desired, previous, actual, capabilities);
  const after = asSwapped(desired, actual, definition);
  const properties = planProperties(desired, previous, after, asDeployed(claim));
  const halts = [
    ...(actual.isPopulated ? [] : halt(actual.jobs, capabilities, "the view has no data until its first refresh")),
    ...(definition.steps.length > 0 && losesKey(desired, previous, actual)
      ? halt(
          actual.jobs.filter(isConcurrent),
          capabilities,
          "the view is built again without the key that its command needs",
        )
      : []),
  ];
  // A swap removes what an earlier one left, and happens under the name that the dependents know.
  const leftovers = definition.steps.length > 0 ? [] : removeLeftovers(actual);
  return {
    steps: [
      ...halts,
      ...leftovers,
      ...(definition.steps.length > 0 ? [] : dropKept(desired, previous, actual)),
      ...definition.steps,
      ...planName(desired, after),
      ...properties.steps,
    ],
    differences: [...definition.differences, ...properties.differences],
    ...(definition.refusals === undefined ? {} : { refusals: definition.refusals }),
    ...(actual.verdict.outcome === "awaited" ? { later: "the definition reads what this deploy changes before" } : {}),
  };
}

function create(
  desired: DesiredView,
  jobs: AbsentView["jobs"],
  capabilities: Capabilities,
  claim: Claim | null | undefined,
): Plan {
  const sql = [...createSql(desired, claim ?? undefined), ...logCreate(desired, capabilities, claim)];
  const make = step("create", displayName(desired), "is not there", sql, { hazards: ["empty-view"] });
  return { steps: [...halt(jobs, capabilities, "the view is not there"), make], differences: [] };
}

function logCreate(
  { schema, name, keepPrevious, owner }: DesiredView,
  { currentUser }: Capabilities,
  claim: Claim | null | undefined,
): string[] {
  if (keepPrevious === undefined) return [];
  const view = { schema, name };
  const from = { owner: owner ?? currentUser, claim: claim ?? undefined };
  const { install, write } = deployLog({ view, ...from, action: "created", relation: view });
  return [install, write];
}

// A run that meets a missing or empty view fails; the job resource makes it active again once the view is filled.
function halt(jobs: AbsentView["jobs"], capabilities: Capabilities, reason: string): Step[] {
  return jobs.flatMap((job) => deactivateStep(job, capabilities, reason) ?? []);
}

// The index of a key that is no longer declared is not carried over, and the job's new command comes after the view.
function losesKey(
  desired: DesiredView,
  previous: DesiredView | undefined,
  { isPopulated, indexes }: ActualView,
): boolean {
  if (!isPopulated || (desired.uniqueKey ?? []).length > 0 || previous?.keyIndex === undefined) return false;
  return !indexes.some(
    ({ name, definition, isValid }) =>
      isValid && name !== previous.keyIndex && /^CREATE UNIQUE INDEX /.test(definition) && !/ WHERE /.test(definition),
  );
}

function isConcurrent({ command }: ActualJob): boolean {
  return refreshTarget(command)?.concurrently === true;
}

/** What the steps behind a swap find: a view that is not taken back any more, and the old one where it is kept. */
function asSwapped({ keepPrevious }: DesiredView, actual: ActualView, { steps }: Plan): ActualView & WithKept {
  if (steps.length === 0) return { ...actual, hasKept: actual.kept?.record !== undefined };
  return { ...actual, claim: asDeployed(actual.claim), hasKept: keepPrevious !== undefined && actual.isPopulated };
}

// Nothing is to be kept any more: its job goes too.
function dropKept(
  { keepPrevious }: DesiredView,
  previous: DesiredView | undefined,
  { kept, ...view }: ActualView,
): Step[] {
  if (kept?.record === undefined || keepPrevious !== undefined || previous?.keepPrevious === undefined) return [];
  const reason = `${displayName(kept)} is kept until ${kept.record.until}, and keepPrevious is declared no more`;
  return [step("drop the previous", displayName(view), reason, [dropKeptSql(kept)])];
}

function planName(desired: DesiredView, actual: ActualView & WithKept): Step[] {
  const sql: string[] = [];
  const pairs: [QualifiedName, QualifiedName][] = [
    [actual, desired],
    ...(actual.hasKept ? [[keptName(actual), keptName(desired)] as [QualifiedName, QualifiedName]] : []),
  ];
  for (const [from, to] of pairs) {
    if (from.schema !== to.schema) {
      const names = { schema: from.schema, view: from.name, new_schema: to.schema };
      sql.push(sqlStatement("statements/move_materialized_view", { names }));
    }
    if (from.name !== to.name)
      sql.push(renameSql(named("materialized view", { schema: to.schema, name: from.name }), to.name));
  }
  if (sql.length === 0) return [];
  const reason = `is called ${displayName(actual)}, declared ${displayName(desired)}`;
  return [step("rename", displayName(desired), reason, sql, { hazards: ["readers-wait"] })];
}

function removeLeftovers(actual: ActualView): Step[] {
  const leftovers = actual.leftovers.map(viewObject);
  if (actual.leftovers.length === 0) return [];
  const reason = `${actual.leftovers.map(displayName).join(", ")} was left by a run that was cut off`;
  return [step("remove leftovers", displayName(actual), reason, leftovers.map(dropSql))];
}

function planDefinition(
  desired: DesiredView,
  previous: DesiredView | undefined,
  actual: ActualView,
  { serverMajor }: Capabilities,
): Plan {
  const { replacement } = actual;
  const differences = definitionDifferences(desired, actual);
  if (differences.length === 0) return CONVERGED;
  if (replacement === undefined) {
    return { steps: [], differences, refusals: differences.map(({ property, declared }) => `${property} ${declared}`) };
  }
  const reason = differences
    .map(({ property, declared, actual: found }) =>
      property === "definition"
        ? `definition differs${takenBackText(actual)}`
        : `${property} is ${found}, declared ${declared}`,
    )
    .join("; ");
  const job = actual.jobs.find(({ isActive }) => isActive) ?? actual.jobs[0];
  const jobUser = desired.owner ?? job?.user ?? replacement.old.owner;
  const how = { jobUser, serverMajor, kept: actual.kept };
  // Where only its place changes, nothing was edited that is to be proved.
  const isEdited = differences.some(({ property }) => property === "definition");
  const wanted = isEdited ? desired : { ...desired, change: undefined };
  const { step: swap, refusals: found } = planSwap(wanted, previous, replacement, reason, how);
  const unsaid = isEdited ? unsaidProblem(desired) : undefined;
  const refusals = unsaid === undefined ? found : [...found, unsaid];
  return { steps: [swap], differences, ...(refusals.length === 0 ? {} : { refusals }) };
}

/** What a preview says where the declared definition was there before and a person took it back; empty elsewhere. */
function takenBackText(actual: ActualView): string {
  const { verdict } = actual;
  const { takenBack } = actual.claim ?? {};
  if (takenBack === undefined || verdict.outcome !== "different") return "";
  if (takenBack.definition !== definitionHash(verdict.declared.replace(/;$/, ""))) return "";
  return `: the database was taken back at ${takenBack.at} by ${takenBack.by}; up would deploy the declared one again`;
}

function definitionDifferences(desired: DesiredView, actual: ActualView): Difference[] {
  const { verdict } = actual;
  const stored = (["tablespace", "accessMethod"] as const).flatMap((property) => {
    const declared = desired[property];
    return declared === undefined || declared === actual[property]
      ? []
      : [{ property: property === "tablespace" ? property : "access method", declared, actual: actual[property] }];
  });
  switch (verdict.outcome) {
    case "equal":
    case "awaited":
      return stored;
    case "different":
      return [{ property: "definition", declared: verdict.declared, actual: verdict.live }, ...stored];
    case "invalid":
      return [
        { property: "definition", declared: `is not valid here: ${verdict.problem}`, actual: actual.definition },
        ...stored,
      ];
  }
}
