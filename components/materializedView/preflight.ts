import { isServerError, serverText } from "../postgres/errors.ts";
import { displayName, sqlIdentifier } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { sqlStatement, sqlText } from "../postgres/sqlFiles.ts";
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

async function definitionProblems(session: Session, desired: DesiredView): Promise<string[]> {
  const parsed = await parseDefinition(desired.definition);
  if (!parsed.ok) return [parsed.problem];
  const owner = desired.owner ?? session.capabilities.currentUser;
  const [role] = (await session.target.query(sqlText("describe/role"), [owner])).rows;
  const { target } = session;
  await target.query("begin");
  try {
    const oid = await probe(session, parsed.definition.sql);
    if (typeof oid !== "string") return [oid.problem];
    return [
      ...(await keyProblems(session, oid, desired.uniqueKey ?? [])),
      ...(session.capabilities.serverMajor >= 17 ? await calledFunctionProblems(target, oid) : []),
      ...(role === undefined
        ? [`role ${owner} is to own the view and does not exist: create it, or set matview:managePlatform to true`]
        : await sourceProblems(session, oid, owner)),
    ];
  } finally {
    await target.query("rollback");
  }
}

/** Has the server read the definition as a temporary view, which the caller rolls back. */
async function probe({ target }: Session, definition: string): Promise<string | { problem: string }> {
  await target.query("set local lock_timeout = 3000");
  for (const statement of createSettings()) await target.query(statement);
  try {
    await target.query(sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } }));
  } catch (error) {
    if (!isServerError(error)) throw error;
    return { problem: `the definition is not valid on this server: ${serverText(error)}` };
  }
  const names = ["pg_temp", "matview_declared_definition"];
  const { rows } = await target.query<{ oid: string }>(sqlText("describe/relation_oid"), names);
  return rows[0]?.oid ?? { problem: "the definition could not be read back" };
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
