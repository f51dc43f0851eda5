import type { Capabilities } from "../../postgres/capabilities.ts";
import { dropSql, grantSql } from "../../postgres/objectStatements.ts";
import type { SqlObject } from "../../postgres/objectStatements.ts";
import { CONVERGED, step } from "../../postgres/plan.ts";
import type { Difference, Plan } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import type { Situation } from "../kind.ts";
import { actAs, functionDifferences, runtimeObject } from "../runtimeObjects/ownedObjects.ts";
import { NO_SCHEMA, schemaSql } from "../runtimeObjects/schema.ts";
import type { ActualAudit, ActualRecorder } from "./describe.ts";
import { BODY_QUOTE } from "./desired.ts";
import type { DesiredAudit } from "./desired.ts";
import { recordFunction, recordTable } from "./names.ts";
import { closeTable, tableWork } from "./recordTable.ts";

/** From the declared record to the statements that make its table and function. What is recorded is never dropped. */
export function planAudit({ desired, previous, actual, capabilities }: Situation<DesiredAudit, ActualAudit>): Plan {
  if (desired === "absent") return remove(previous, actual, capabilities);
  const { owner } = desired;
  const found = actual ?? { schema: NO_SCHEMA, table: null, function: null };
  const table = tableWork(desired, found.table);
  const recorder = recorderWork(owner, found.function);
  const differences = [...table.differences, ...recorder.differences];
  const work = [...table.before, ...table.sql, ...recorder.before, ...recorder.sql];
  if (work.length === 0 && differences.length === 0) return CONVERGED;
  const sql = [
    ...schemaSql(owner, found.schema),
    ...table.before,
    ...recorder.before,
    ...actAs(owner, capabilities),
    ...table.sql,
    ...recorder.sql,
  ];
  const isMissing = found.table === null || found.function === null;
  const changed = differences.map(({ property }) => property).join(", ") || "observers";
  const reason = isMissing ? "is not there" : `${changed} differs`;
  return {
    steps: [step("install", target(owner), reason, sql)],
    differences,
    ...(table.refusals.length === 0 ? {} : { refusals: table.refusals }),
  };
}

interface RecorderWork {
  readonly differences: readonly Difference[];
  readonly before: readonly string[];
  readonly sql: readonly string[];
}

function recorderWork(owner: string, found: ActualRecorder | null): RecorderWork {
  const name = recordFunction(owner);
  const create = sqlStatement("runtime/record_refresh", { names: { function: name, table: recordTable(owner) } });
  // It asks by itself who may record.
  const build = [create, grantSql("execute", recorder("function", name), "public")];
  if (found === null) return { differences: [], before: [], sql: build };
  const differences = [
    ...functionDifferences(name, create.split(BODY_QUOTE)[1] ?? "", owner, found),
    ...(found.isOpen ? [] : [{ property: `callers of ${name}()`, declared: "public", actual: "not everybody" }]),
  ];
  // Replacing one would keep its owner, with whose rights it runs.
  return differences.length === 0
    ? { differences, before: [], sql: [] }
    : { differences, before: [drop(name)], sql: build };
}

// Where the role still owns views, another stack's refreshes are recorded here too.
function remove(previous: DesiredAudit | undefined, actual: ActualAudit | undefined, capabilities: Capabilities): Plan {
  if (previous === undefined || actual === undefined || actual.isInUse) return CONVERGED;
  const { owner } = previous;
  const isOurs = actual.table?.owner === owner;
  const sql = [
    ...(actual.function === null ? [] : [drop(recordFunction(owner))]),
    ...(isOurs && actual.table !== null ? closeTable(recordTable(owner), actual.table) : []),
  ];
  if (sql.length === 0) return CONVERGED;
  const reason = "no longer declared; what is recorded stays";
  return { steps: [step("remove", target(owner), reason, [...actAs(owner, capabilities), ...sql])], differences: [] };
}

function drop(name: string): string {
  return dropSql(recorder("function if exists", name));
}

function recorder(kind: string, name: string): SqlObject {
  const types = ["text", "text", "text", "bool", "int8", "int8"].map((type) => `pg_catalog.${type}`);
  return runtimeObject(kind, name, `(${types.join(", ")})`);
}

function target(owner: string): string {
  return `the record of refreshes of views of ${owner}`;
}
