import type { Capabilities } from "../../postgres/capabilities.ts";
import { displayName } from "../../postgres/names.ts";
import { dropSql, named, renameSql, viewObject } from "../../postgres/objectStatements.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan, Step } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import type { Claim } from "../claim.ts";
import type { Situation } from "../kind.ts";
import { refreshTarget } from "../refreshJob/command.ts";
import type { ActualJob } from "../refreshJob/describe.ts";
import { deactivateStep } from "../refreshJob/plan.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import type { DesiredView } from "./desired.ts";
import { planDrop } from "./planDrop.ts";
import { planProperties } from "./planProperties.ts";
import { createSql } from "./statements.ts";
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
  const properties = planProperties(desired, previous, actual, claim);
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
    steps: [...halts, ...leftovers, ...definition.steps, ...planName(desired, actual), ...properties.steps],
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
  const make = step("create", displayName(desired), "is not there", createSql(desired, claim ?? undefined), {
    hazards: ["empty-view"],
  });
  return { steps: [...halt(jobs, capabilities, "the view is not there"), make], differences: [] };
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

function planName(desired: DesiredView, actual: ActualView): Step[] {
  const sql: string[] = [];
  if (actual.schema !== desired.schema) {
    const names = { schema: actual.schema, view: actual.name, new_schema: desired.schema };
    sql.push(sqlStatement("statements/move_materialized_view", { names }));
  }
  if (actual.name !== desired.name) {
    const moved = named("materialized view", { schema: desired.schema, name: actual.name });
    sql.push(renameSql(moved, desired.name));
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
      property === "definition" ? "definition differs" : `${property} is ${found}, declared ${declared}`,
    )
    .join("; ");
  const job = actual.jobs.find(({ isActive }) => isActive) ?? actual.jobs[0];
  const jobUser = desired.owner ?? job?.user ?? replacement.old.owner;
  const { step: swap, refusals } = planSwap(desired, previous, replacement, reason, { jobUser, serverMajor });
  return { steps: [swap], differences, ...(refusals.length === 0 ? {} : { refusals }) };
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
