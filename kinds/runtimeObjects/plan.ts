import type { Capabilities } from "../../postgres/capabilities.ts";
import { dropSql, grantSql, revokeSql } from "../../postgres/objectStatements.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan } from "../../postgres/plan.ts";
import type { Situation } from "../kind.ts";
import type { ActualFunction, ActualRuntime } from "./describe.ts";
import type { DesiredRuntime } from "./desired.ts";
import { runtimeFunctions } from "./functions.ts";
import type { RuntimeFunction } from "./functions.ts";
import { actAs, functionDifferences, runtimeObject } from "./ownedObjects.ts";
import { NO_SCHEMA, schemaSql } from "./schema.ts";

/** From the declared functions to the statements that make them, and who may call them, as declared. */
export function planRuntime({
  desired,
  previous,
  actual,
  capabilities,
}: Situation<DesiredRuntime, ActualRuntime>): Plan {
  if (desired === "absent") return drop(previous, actual, capabilities);
  const changes = runtimeFunctions(desired.owner).map((wanted) => ({
    wanted,
    found: actual?.functions.find(({ name }) => name === wanted.name),
  }));
  const differences = changes.flatMap(({ wanted, found }) => differencesOf(desired, wanted, found));
  const missing = changes.filter(({ found }) => found === undefined);
  const isClosed = changes.some(({ found }) =>
    desired.observers.some((role) => found?.observers.includes(role) === false),
  );
  if (differences.length === 0 && missing.length === 0 && !isClosed) return CONVERGED;
  const sql = [
    ...schemaSql(desired.owner, actual?.schema ?? NO_SCHEMA),
    ...actAs(desired.owner, capabilities),
    ...changes.flatMap(({ wanted, found }) => functionSql(desired, wanted, found)),
  ];
  const changed = differences.map(({ property }) => property).join(", ") || "observers";
  const reason = missing.length > 0 ? "is not there" : `${changed} differs`;
  return { steps: [step("install", target(desired.owner), reason, sql, { on: "cron" })], differences };
}

function differencesOf(
  { owner, observers }: DesiredRuntime,
  wanted: RuntimeFunction,
  found: ActualFunction | undefined,
): Difference[] {
  if (found === undefined) return [];
  // Who is only missing is given it.
  const isOpener = found.observers.some((role) => !observers.includes(role));
  const [declared, actual] = [[...observers].sort().join(", "), [...found.observers].sort().join(", ")];
  return [
    ...functionDifferences(wanted.name, wanted.body, owner, found),
    ...(isOpener ? [{ property: "observers", declared: declared || "none", actual }] : []),
  ];
}

function functionSql(
  { owner, observers }: DesiredRuntime,
  { name, create }: RuntimeFunction,
  found: ActualFunction | undefined,
): string[] {
  const shown = runtimeObject("function", name, "()");
  const gone = (found?.observers ?? []).filter((role) => role !== "public" && !observers.includes(role));
  return [
    // A function keeps its owner when it is replaced, and would run with the wrong role's rights.
    ...(found !== undefined && found.owner !== owner ? [dropSql(runtimeObject("function if exists", name, "()"))] : []),
    create,
    ...["public", ...gone].map((role) => revokeSql("all", shown, role)),
    ...observers.map((observer) => grantSql("execute", shown, observer)),
  ];
}

// Functions that show the jobs of other stacks too stay for these, and so does the schema.
function drop(
  previous: DesiredRuntime | undefined,
  actual: ActualRuntime | undefined,
  capabilities: Capabilities,
): Plan {
  if (previous === undefined || actual === undefined || actual.functions.length === 0 || actual.isInUse)
    return CONVERGED;
  const functions = actual.functions.map(({ name }) => dropSql(runtimeObject("function if exists", name, "()")));
  const sql = [...actAs(previous.owner, capabilities), ...functions];
  return {
    steps: [step("remove", target(previous.owner), "no longer declared", sql, { on: "cron" })],
    differences: [],
  };
}

function target(owner: string): string {
  return `the functions that show jobs of ${owner}`;
}
