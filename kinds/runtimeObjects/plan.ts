import type { Capabilities } from "../../postgres/capabilities.ts";
import { dropSql, grantSql, named, revokeSql } from "../../postgres/objectStatements.ts";
import type { SqlObject } from "../../postgres/objectStatements.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import type { Situation } from "../kind.ts";
import type { ActualFunction, ActualRuntime } from "./describe.ts";
import type { DesiredRuntime } from "./desired.ts";
import { runtimeFunctions } from "./functions.ts";
import type { RuntimeFunction } from "./functions.ts";
import { RUNTIME_SCHEMA } from "./names.ts";
import { NO_SCHEMA, schemaSql } from "./schema.ts";

const SEARCH_PATH = "search_path=pg_catalog, pg_temp";

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
  const isOurs = found.body === wanted.body && found.isDefiner && found.settings.join() === SEARCH_PATH;
  // Who is only missing is given it.
  const isOpener = found.observers.some((role) => !observers.includes(role));
  const [declared, actual] = [[...observers].sort().join(", "), [...found.observers].sort().join(", ")];
  return [
    ...(isOurs ? [] : [{ property: `${wanted.name}()`, declared: "the module's", actual: "something else" }]),
    ...(found.owner === owner ? [] : [{ property: `owner of ${wanted.name}()`, declared: owner, actual: found.owner }]),
    ...(isOpener ? [{ property: "observers", declared: declared || "none", actual }] : []),
  ];
}

function functionSql(
  { owner, observers }: DesiredRuntime,
  { name, create }: RuntimeFunction,
  found: ActualFunction | undefined,
): string[] {
  const shown = functionObject("function", name);
  const gone = (found?.observers ?? []).filter((role) => role !== "public" && !observers.includes(role));
  return [
    // A function keeps its owner when it is replaced, and would run with the wrong role's rights.
    ...(found !== undefined && found.owner !== owner ? [dropSql(functionObject("function if exists", name))] : []),
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
  const functions = actual.functions.map(({ name }) => dropSql(functionObject("function if exists", name)));
  const sql = [...actAs(previous.owner, capabilities), ...functions];
  return {
    steps: [step("remove", target(previous.owner), "no longer declared", sql, { on: "cron" })],
    differences: [],
  };
}

// The functions must belong to the role whose rights they have.
function actAs(owner: string, { currentUser }: Capabilities): string[] {
  return owner === currentUser ? [] : [sqlStatement("statements/set_role", { names: { role: owner } })];
}

function functionObject(kind: string, name: string): SqlObject {
  return named(kind, { schema: RUNTIME_SCHEMA, name }, "()");
}

function target(owner: string): string {
  return `the functions that show jobs of ${owner}`;
}
