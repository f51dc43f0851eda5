import { isServerError, serverText, SQLSTATE } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { cronProblems } from "../refreshJob/preflight.ts";
import { calledFunctionProblems } from "./calledFunctions.ts";
import { createSettings } from "./definition/definitionSettings.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { DesiredView } from "./desired.ts";

/** PostgreSQL releases that have what the module uses; 14 had its last release in November 2026. */
const OLDEST_MAJOR = 14;

/**
 * What keeps the view, its index and its refresh from working, all in one list: server, schema, definition, key, the
 * owner's rights on every source, and pg_cron where a job is to refresh the view. Runs nothing that stays.
 */
export async function preflightView(session: Session, desired: DesiredView): Promise<string[]> {
  return [
    ...serverProblems(session),
    ...(await schemaProblems(session, desired)),
    ...(await definitionProblems(session, desired)),
    ...(desired.job === undefined ? [] : cronProblems(session)),
  ];
}

function serverProblems({ capabilities }: Session): string[] {
  const { serverMajor, inRecovery } = capabilities;
  return [
    ...(serverMajor >= OLDEST_MAJOR
      ? []
      : [`PostgreSQL ${serverMajor} is too old: ${OLDEST_MAJOR} or later is needed`]),
    ...(inRecovery ? ["this server is a standby and takes no changes: connect to the primary"] : []),
  ];
}

async function schemaProblems({ target, capabilities }: Session, { schema }: DesiredView): Promise<string[]> {
  const [found] = (await target.query<{ mayCreate: boolean }>(sqlText("describe/schema_exists"), [schema])).rows;
  const role = capabilities.currentUser;
  if (found === undefined) return [`schema ${schema} does not exist: create schema ${sqlIdentifier(schema)}`];
  if (found.mayCreate) return [];
  return [
    `role ${role} may not create in schema ${schema}: grant create on schema ${sqlIdentifier(schema)} to ${sqlIdentifier(role)}`,
  ];
}

/**
 * What of it a preview may say already: nothing that the same run may make before the view is made, such as the owner, its rights or
 * what the definition reads.
 */
export async function foreseeView(session: Session, desired: DesiredView): Promise<string[]> {
  return [
    ...serverProblems(session),
    ...(await readDefinition(session, desired, (oid) => inherentProblems(session, desired, oid), true)),
  ];
}

function definitionProblems(session: Session, desired: DesiredView): Promise<string[]> {
  return readDefinition(session, desired, async (oid) => [
    ...(await inherentProblems(session, desired, oid)),
    ...(await ownerProblems(session, desired, oid)),
  ]);
}

async function inherentProblems(session: Session, { uniqueKey = [] }: DesiredView, oid: string): Promise<string[]> {
  return [
    ...(await keyProblems(session, oid, uniqueKey)),
    ...(session.capabilities.serverMajor >= 17 ? await calledFunctionProblems(session.target, oid) : []),
  ];
}

async function ownerProblems(session: Session, desired: DesiredView, oid: string): Promise<string[]> {
  const owner = desired.owner ?? session.capabilities.currentUser;
  const [role] = (await session.target.query(sqlText("describe/role"), [owner])).rows;
  return role === undefined
    ? [`role ${owner} is to own the view and does not exist: create it, or set matview:managePlatform to true`]
    : sourceProblems(session, oid, owner);
}

/** Judges the definition as the server reads it, in a transaction that is rolled back. */
async function readDefinition(
  session: Session,
  desired: DesiredView,
  judge: (oid: string) => Promise<string[]>,
  mayBeMade = false,
): Promise<string[]> {
  const parsed = await parseDefinition(desired.definition);
  if (!parsed.ok) return [parsed.problem];
  await session.target.query("begin");
  try {
    const oid = await probe(session, parsed.definition.sql, mayBeMade);
    return typeof oid === "string" ? await judge(oid) : oid.problems;
  } finally {
    await session.target.query("rollback");
  }
}

// What is not there yet when a preview looks.
const MISSING: readonly string[] = [
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedFunction,
  SQLSTATE.invalidSchemaName,
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedObject,
  SQLSTATE.insufficientPrivilege,
];

/** Has the server read the definition as a temporary view, which the caller rolls back. */
async function probe(
  { target }: Session,
  definition: string,
  mayBeMade: boolean,
): Promise<string | { problems: string[] }> {
  await target.query("set local lock_timeout = 3000");
  for (const statement of createSettings()) await target.query(statement);
  try {
    await target.query(sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } }));
  } catch (error) {
    if (!isServerError(error)) throw error;
    if (mayBeMade && MISSING.includes(error.code)) return { problems: [] };
    return { problems: [`the definition is not valid on this server: ${serverText(error)}`] };
  }
  const names = ["pg_temp", "matview_declared_definition"];
  const { rows } = await target.query<{ oid: string }>(sqlText("describe/relation_oid"), names);
  return rows[0]?.oid ?? { problems: ["the definition could not be read back"] };
}

async function keyProblems({ target }: Session, oid: string, key: readonly string[]): Promise<string[]> {
  const { rows } = await target.query<{ name: string }>(sqlText("describe/columns"), [oid]);
  const columns = rows.map(({ name }) => name);
  return key
    .filter((column) => !columns.includes(column))
    .map((column) => `key column ${column} is none of the definition's columns: ${columns.join(", ")}`);
}

async function sourceProblems({ target }: Session, oid: string, owner: string): Promise<string[]> {
  const { rows } = await target.query<QualifiedName & { mayRead: boolean }>(sqlText("describe/sources"), [oid, owner]);
  return rows
    .filter(({ mayRead }) => !mayRead)
    .map(
      (source) =>
        `role ${owner} owns the view and may not read ${displayName(source)}, so that every refresh would fail: ` +
        `grant select on ${displayName(source)} to ${sqlIdentifier(owner)}`,
    );
}
