import { grantSql, ownerSql, revokeSql } from "../../postgres/objectStatements.ts";
import type { Difference } from "../../postgres/plan.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";
import { runtimeObject } from "../runtimeObjects/ownedObjects.ts";
import type { ActualRecord } from "./describe.ts";
import type { DesiredAudit } from "./desired.ts";
import { recordTable } from "./names.ts";
import { columnDifferences } from "./recordColumns.ts";

/** What is to be done about the table. */
export interface TableWork {
  readonly differences: readonly Difference[];
  /** What nothing is done about, for it would cost what is recorded. */
  readonly refusals: readonly string[];
  /** Run as the connected role. */
  readonly before: readonly string[];
  /** Run as the owner. */
  readonly sql: readonly string[];
}

/** Compares the table with the declaration. */
export function tableWork({ owner, observers }: DesiredAudit, found: ActualRecord | null): TableWork {
  const name = recordTable(owner);
  if (found === null) {
    const create = sqlStatement("runtime/refreshes", { names: { table: name } });
    return {
      differences: [],
      refusals: [],
      before: [],
      sql: [create, revoke(name, "public"), ...grants(name, observers)],
    };
  }
  if (found.kind !== "r") return misfit(name, { property: name, declared: "a table", actual: "something else" });
  const columns = columnDifferences(found);
  const wrong = columns.find((column) => column.found !== undefined);
  if (wrong !== undefined)
    return misfit(name, { property: `column ${wrong.name}`, declared: wrong.type, actual: wrong.found ?? "nothing" });
  const shared = grantWork(name, observers, found);
  const isForeign = found.owner !== owner;
  return {
    differences: [
      ...(isForeign ? [{ property: `owner of ${name}`, declared: owner, actual: found.owner }] : []),
      ...columns.map((column) => ({ property: `column ${column.name}`, declared: column.type, actual: "missing" })),
      ...(found.hidesRows ? [{ property: "row security", declared: "off", actual: "on" }] : []),
      ...shared.differences,
    ],
    refusals: [],
    before: isForeign ? [ownerSql(runtimeObject("table", name), owner)] : [],
    sql: [
      ...columns.map(({ name: column, type }) =>
        sqlStatement("statements/add_record_column", { names: { table: name, column }, raw: { type } }),
      ),
      ...(found.hidesRows ? [sqlStatement("statements/open_record_rows", { names: { table: name } })] : []),
      ...shared.sql,
    ],
  };
}

/** Takes from everybody but the owner what they may do with the table. */
export function closeTable(name: string, { grants: found }: ActualRecord): string[] {
  return Object.keys(found).map((role) => revoke(name, role));
}

function misfit(name: string, difference: Difference): TableWork {
  const { property, declared, actual } = difference;
  const refusal = `matview.${name} is not the table that the module made (${property}: declared ${declared}, found ${actual}), and what it holds is not thrown away: rename it or move it to another schema, and deploy again`;
  return { differences: [difference], refusals: [refusal], before: [], sql: [] };
}

function grantWork(
  name: string,
  observers: readonly string[],
  { grants: found }: ActualRecord,
): Pick<TableWork, "differences" | "sql"> {
  const wrong = Object.keys(found).filter((role) => !observers.includes(role) || found[role] !== "select");
  const missing = observers.filter((role) => found[role] !== "select");
  if (wrong.length + missing.length === 0) return { differences: [], sql: [] };
  const sql = [...wrong.map((role) => revoke(name, role)), ...grants(name, missing)];
  // Who is only missing is given it: the record was closed when a stack was destroyed, or has other readers to come.
  if (wrong.length === 0) return { differences: [], sql };
  const actual = Object.entries(found).map(([role, privileges]) =>
    privileges === "select" ? role : `${role} (${privileges})`,
  );
  const list = (roles: readonly string[]): string => [...roles].sort().join(", ") || "none";
  return {
    differences: [{ property: "observers", declared: list(observers), actual: list(actual) }],
    sql,
  };
}

function grants(table: string, observers: readonly string[]): string[] {
  return observers.map((observer) => grantSql("select", runtimeObject("table", table), observer));
}

function revoke(table: string, role: string): string {
  return revokeSql("all", runtimeObject("table", table), role);
}
