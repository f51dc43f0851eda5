import type { QueryResult } from "pg";
import { serverText, SQLSTATE } from "../../postgres/errors.ts";
import type { ServerError } from "../../postgres/errors.ts";
import { sqlIdentifier, sqlName } from "../../postgres/names.ts";
import type { Statement } from "../../postgres/pipeline.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import { refusalsOf } from "../conditions.ts";
import type { HiddenSource, Source } from "../conditions.ts";
import { willBypass } from "../earlierSteps.ts";
import type { EarlierSteps } from "../kind.ts";
import { cronProblems } from "../refreshJob/preflight.ts";
import { calledFunctionProblems } from "./calledFunctions.ts";
import type { CalledFunction } from "./calledFunctions.ts";
import { DECLARED_VIEW, readDeclared } from "./definition/declaredView.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { DesiredView } from "./desired.ts";

/** PostgreSQL releases that have what the module uses; 14 had its last release in November 2026. */
const OLDEST_MAJOR = 14;

/**
 * What keeps the view, its index and its refresh from working, all in one list: server, schema, definition, key, the
 * owner's rights on every source, and pg_cron where a job is to refresh the view. Runs nothing that stays.
 */
export async function preflightView(session: Session, desired: DesiredView): Promise<string[]> {
  const parsed = await parseDefinition(desired.definition);
  const [schema, definition] = await Promise.all([
    schemaProblems(session, desired),
    parsed.ok ? definitionProblems(session, desired, parsed.definition.sql) : [parsed.problem],
  ]);
  return [
    ...serverProblems(session),
    ...schema,
    ...definition,
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
export async function foreseeView(session: Session, desired: DesiredView, earlier: EarlierSteps): Promise<string[]> {
  const parsed = await parseDefinition(desired.definition);
  if (!parsed.ok) return [...serverProblems(session), parsed.problem];
  const questions = [COLUMNS, CALLED, hiddenFrom(desired)];
  const read = await readDeclared(session.target, parsed.definition.sql, questions);
  if (!("refusal" in read)) {
    const hidden = (read.answers[2]?.rows ?? []) as HiddenSource[];
    return [
      ...serverProblems(session),
      ...(await inherentProblems(session, desired, read.answers)),
      ...hiddenProblems(
        session,
        hidden.filter(({ role }) => !willBypass(earlier, role)),
      ),
    ];
  }
  return [...serverProblems(session), ...(MISSING.includes(read.refusal.code) ? [] : [refusalText(read.refusal)])];
}

async function definitionProblems(session: Session, desired: DesiredView, definition: string): Promise<string[]> {
  const { capabilities } = session;
  const owner = desired.owner ?? null;
  const read = await readDeclared(session.target, definition, [
    COLUMNS,
    CALLED,
    hiddenFrom(desired),
    { text: sqlText("describe/sources"), values: [DECLARED_VIEW, owner, sqlName(desired)] },
    { text: sqlText("describe/role"), values: [owner] },
  ]);
  if ("refusal" in read) return [refusalText(read.refusal)];
  const [, , hidden, sources, roles] = read.answers;
  return [
    ...(await inherentProblems(session, desired, read.answers)),
    ...(owner !== null && roles?.rows.length === 0
      ? [`role ${owner} is to own the view and does not exist: create it, or set matview:managePlatform to true`]
      : [
          ...refusalsOf({ capabilities, sources: (sources?.rows ?? []) as Source[] }, ["permission-lost"]),
          ...hiddenProblems(session, (hidden?.rows ?? []) as HiddenSource[]),
        ]),
  ];
}

function hiddenFrom(desired: DesiredView): Statement {
  // Whose rows are wanted as the policies choose them is asked about nobody.
  const view = desired.rowSecurity === "allow" ? null : DECLARED_VIEW;
  return { text: sqlText("describe/hidden_sources"), values: [view, desired.owner ?? null, sqlName(desired), null] };
}

function hiddenProblems({ capabilities }: Session, hidden: readonly HiddenSource[]): string[] {
  return refusalsOf({ capabilities, hidden }, ["rows-hidden"]);
}

const COLUMNS = { text: sqlText("describe/columns"), values: [DECLARED_VIEW] };
const CALLED = { text: sqlText("describe/called_functions"), values: [DECLARED_VIEW] };

/** What is wrong with the declaration itself, by the answers to COLUMNS and CALLED. */
async function inherentProblems(
  { target, capabilities }: Session,
  { uniqueKey = [] }: DesiredView,
  [columns, called]: readonly QueryResult[],
): Promise<string[]> {
  const names = ((columns?.rows ?? []) as { name: string }[]).map(({ name }) => name);
  return [
    ...keyProblems(names, uniqueKey),
    ...(capabilities.serverMajor >= 17
      ? await calledFunctionProblems(target, (called?.rows ?? []) as CalledFunction[])
      : []),
  ];
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

function refusalText(refusal: ServerError): string {
  return `the definition is not valid on this server: ${serverText(refusal)}`;
}

function keyProblems(columns: readonly string[], key: readonly string[]): string[] {
  return key
    .filter((column) => !columns.includes(column))
    .map((column) => `key column ${column} is none of the definition's columns: ${columns.join(", ")}`);
}
