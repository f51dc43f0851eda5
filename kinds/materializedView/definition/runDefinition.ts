import type { Client } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import { jobSettingsQuestion, readyJobSession } from "../../../postgres/jobSession.ts";
import type { JobSetting } from "../../../postgres/jobSession.ts";
import { pipelined } from "../../../postgres/pipeline.ts";
import type { Statement } from "../../../postgres/pipeline.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { createSettings } from "./definitionSettings.ts";

/** A query that is to give the rows that a refresh would give now. */
export interface RunnableDefinition {
  readonly definition: string;
  /** Who owns the view, as whom a refresh reads; the connected role where that one may not act as the owner. */
  readonly owner?: string | undefined;
  /** Whose sessions refresh it. Default: the owner. */
  readonly user?: string | undefined;
  readonly searchPath?: readonly string[] | undefined;
}

/** Where a definition can be read from; `isRelation` when it is a temporary relation and not the text. */
export interface DefinitionSource {
  readonly sql: string;
  readonly isRelation: boolean;
}

/** A definition in a transaction that whoever opened it rolls back, executed as in a job's session behind `enter`. */
export interface OpenDefinition extends DefinitionSource {
  readonly enter: readonly Statement[];
}

/**
 * Runs work on a definition that is read as at creation and executed as in a job's session: one snapshot, nothing stays. It becomes a
 * temporary view, for one statement is read and executed under the same settings; where none can be made its text is the source.
 * The client must not be inside a transaction.
 */
export async function withDefinition<T>(
  client: Client,
  asked: RunnableDefinition,
  work: (source: DefinitionSource) => Promise<T>,
): Promise<T> {
  const { enter, ...source } = await openDefinition(client, asked);
  try {
    await pipelined(client, enter);
    return await work(source);
  } finally {
    await client.query("rollback");
  }
}

/**
 * The same in two parts, so that what is asked can be sent along with `enter`. `first` is run at the start of the transaction.
 * @throws what the server says against the definition; the transaction is over then.
 */
export async function openDefinition(
  client: Client,
  { definition, owner, user = owner, searchPath }: RunnableDefinition,
  first: readonly string[] = [],
): Promise<OpenDefinition> {
  const view = sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } });
  const setRole = owner === undefined ? [] : [sqlStatement("statements/set_role", { names: { role: owner } })];
  const begin = ["begin isolation level repeatable read", ...first];
  try {
    const reading = { begin, setRole, make: [...createSettings(searchPath), view], user };
    const { isOwner, isRelation, settings } =
      (await readAtOnce(client, reading)) ?? (await readStepwise(client, reading));
    // The connected role may make settings that the owner may not.
    const making = await readyJobSession(client, settings, user);
    const path = { text: sqlText("statements/refresh_search_path"), values: [isOwner] };
    const enter = [...making, ...(isOwner ? setRole : []).map((text) => ({ text })), path];
    return { sql: isRelation ? "pg_temp.matview_declared_definition" : `(\n${definition}\n)`, isRelation, enter };
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

interface Reading {
  readonly begin: readonly string[];
  readonly setRole: readonly string[];
  readonly make: readonly string[];
  readonly user: string | undefined;
}

interface Read {
  readonly isOwner: boolean;
  readonly isRelation: boolean;
  readonly settings: readonly JobSetting[];
}

/** All in one flight; undefined, and rolled back, where this role or server may not. */
async function readAtOnce(client: Client, { begin, setRole, make, user }: Reading): Promise<Read | undefined> {
  const statements = [...begin, ...setRole, ...make, sqlStatement("statements/reset_role")];
  try {
    const answers = await pipelined(client, [...statements.map((text) => ({ text })), jobSettingsQuestion(user)]);
    return { isOwner: true, isRelation: true, settings: answers.at(-1)?.rows as JobSetting[] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query("rollback");
    return undefined;
  }
}

async function readStepwise(client: Client, { begin, setRole, make, user }: Reading): Promise<Read> {
  await client.query(begin.join(";\n"));
  const isOwner = await attempt(client, setRole);
  const isRelation = await attempt(client, make);
  await client.query(sqlStatement("statements/reset_role"));
  const { rows } = await client.query<JobSetting>({ ...jobSettingsQuestion(user) });
  return { isOwner, isRelation, settings: rows };
}

// Not allowed, not possible on a standby, or no such role yet.
const REFUSALS: readonly string[] = [
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.readOnlyTransaction,
  SQLSTATE.invalidParameterValue,
];

function isRefusal(error: unknown): boolean {
  return isServerError(error) && REFUSALS.includes(error.code);
}

/** Runs statements as one message; false, and undone, where this role or server may not. */
async function attempt(client: Client, statements: readonly string[]): Promise<boolean> {
  try {
    await client.query(["savepoint matview_attempt", ...statements].join(";\n"));
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query("rollback to savepoint matview_attempt");
    return false;
  }
}
