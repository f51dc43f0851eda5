import type { Situation } from "../kind.ts";
import type { Capabilities } from "../postgres/capabilities.ts";
import { displayName } from "../postgres/names.ts";
import { CONVERGED, step } from "../postgres/plan.ts";
import type { Difference, Plan, Step } from "../postgres/plan.ts";
import { sqlStatement } from "../postgres/sqlFiles.ts";
import { deactivateStep } from "../refreshJob/plan.ts";
import type { DesiredView } from "./desired.ts";
import type { AbsentView, ActualView } from "./describe.ts";
import { planProperties } from "./planProperties.ts";
import { createSql, rebuildSql } from "./statements.ts";

/** The incarnation of a view that has no data: `check` gives it a new one, which runs the first refresh. */
export const UNPOPULATED = "unpopulated";

/** From the declared view and the one that is there to the statements between them. */
export function planView({ desired, previous, actual, capabilities }: Situation<DesiredView, ActualView | AbsentView>): Plan {
  if (desired === "absent") return actual?.exists === true ? drop(actual) : CONVERGED;
  if (actual?.exists !== true) return create(desired, actual?.jobs ?? [], capabilities);
  const renames = planName(desired, actual);
  const definition = planDefinition(desired, actual);
  const properties = planProperties(desired, previous, actual);
  const halts = actual.isPopulated ? [] : halt(actual.jobs, capabilities, "the view has no data until its first refresh");
  return {
    steps: [...halts, ...renames, ...definition.steps, ...properties.steps],
    differences: [...definition.differences, ...properties.differences],
  };
}

function create(desired: DesiredView, jobs: AbsentView["jobs"], capabilities: Capabilities): Plan {
  const make = step("create", displayName(desired), "is not there", createSql(desired), {
    hazards: ["view is empty until its first refresh"],
  });
  return { steps: [...halt(jobs, capabilities, "the view is not there"), make], differences: [] };
}

// A run that meets a missing or empty view fails; the job resource makes it active again once the view is filled.
function halt(jobs: AbsentView["jobs"], capabilities: Capabilities, reason: string): Step[] {
  return jobs.flatMap((job) => deactivateStep(job, capabilities, reason) ?? []);
}

function drop(actual: ActualView): Plan {
  const names = { schema: actual.schema, view: actual.name };
  const sql = [sqlStatement("statements/drop_materialized_view", { names })];
  const hazards = ["view is dropped with its data"] as const;
  return { steps: [step("drop", displayName(actual), "no longer declared", sql, { hazards })], differences: [] };
}

function planName(desired: DesiredView, actual: ActualView): Step[] {
  const sql: string[] = [];
  if (actual.schema !== desired.schema) {
    const names = { schema: actual.schema, view: actual.name, new_schema: desired.schema };
    sql.push(sqlStatement("statements/move_materialized_view", { names }));
  }
  if (actual.name !== desired.name) {
    const names = { schema: desired.schema, view: actual.name, new_name: desired.name };
    sql.push(sqlStatement("statements/rename_materialized_view", { names }));
  }
  if (sql.length === 0) return [];
  const reason = `is called ${displayName(actual)}, declared ${displayName(desired)}`;
  return [step("rename", displayName(desired), reason, sql, { hazards: ["readers wait for a moment"] })];
}

function planDefinition(desired: DesiredView, actual: ActualView): Plan {
  const { verdict } = actual;
  if (verdict.outcome === "equal") return CONVERGED;
  const differences: Difference[] = [
    verdict.outcome === "invalid"
      ? { property: "definition", declared: `no longer valid: ${verdict.problem}`, actual: actual.definition }
      : { property: "definition", declared: verdict.declared, actual: verdict.live },
  ];
  const rebuild = step("rebuild", displayName(desired), "definition differs", rebuildSql(desired, actual), {
    hazards: ["readers wait for the build"],
  });
  return { steps: [rebuild], differences };
}
