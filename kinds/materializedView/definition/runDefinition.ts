import type { Client, QueryResult } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import { enterJobSession, jobSettings } from "../../../postgres/jobSession.ts";
import { answersOf, flight, pipelined } from "../../../postgres/pipeline.ts";
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
  try {
    const { source } = await enter(client, asked, [], () => []);
    return await work(source);
  } finally {
    await client.query("rollback");
  }
}

/**
 * The same for statements that are known before: all in one flight where nothing is refused. `first` is run as the transaction begins.
 * Undefined where the definition cannot be read as it is.
 * @throws what one of the questions fails with, or a reading that takes too long.
 */
export async function askDefinition(
  client: Client,
  asked: RunnableDefinition,
  first: readonly string[],
  questions: (source: string) => readonly string[],
): Promise<QueryResult[] | undefined> {
  const entered = await enter(client, asked, first, (source) => [...questions(source), "rollback"]).catch(
    async (error: unknown) => {
      await client.query("rollback");
      if (isServerError(error) && error.code !== SQLSTATE.queryCanceled) return undefined;
      throw error;
    },
  );
  return entered && answersOf(entered.answers);
}

type Answers = readonly PromiseSettledResult<QueryResult>[];

/** Where it can be read from, and what became of the questions. */
interface Entered {
  readonly source: DefinitionSource;
  readonly answers: Answers;
}

async function enter(
  client: Client,
  { definition, owner, user = owner, searchPath }: RunnableDefinition,
  first: readonly string[],
  questions: (source: string) => readonly string[],
): Promise<Entered> {
  const view = sqlStatement("statements/create_comparison_view", { raw: { columns: "", definition } });
  const steps: Steps = {
    begin: ["begin isolation level repeatable read", ...first],
    setRole: owner === undefined ? [] : [sqlStatement("statements/set_role", { names: { role: owner } })],
    isOwner: true,
    make: [...createSettings(searchPath), view],
    user,
  };
  const source = { sql: "pg_temp.matview_declared_definition", isRelation: true };
  const asked = statements(questions(source.sql));
  let answers = await enterAtOnce(client, steps, asked);
  if (answers === "not as the owner")
    answers = await enterAtOnce(client, { ...steps, setRole: [], isOwner: false }, asked);
  if (typeof answers !== "string") return { source, answers };
  const isRelation = await enterStepwise(client, steps);
  const found = isRelation ? source : { sql: `(\n${definition}\n)`, isRelation };
  return { source: found, answers: await Promise.allSettled(flight(client, statements(questions(found.sql)))) };
}

interface Steps {
  readonly begin: readonly string[];
  readonly setRole: readonly string[];
  /** Whether the role is then the view's owner. */
  readonly isOwner: boolean;
  readonly make: readonly string[];
  readonly user: string | undefined;
}

/** Rolled back where this role or server may not do all of it. */
async function enterAtOnce(
  client: Client,
  { begin, setRole, isOwner, make, user }: Steps,
  questions: readonly Statement[],
): Promise<Answers | "not as the owner" | "not at once"> {
  const reading = statements([...begin, ...setRole, ...make, sqlStatement("statements/reset_role")]);
  const entering = [...reading, jobSettings(user), ...statements(setRole), searchPathOf(isOwner)];
  const answers = await Promise.allSettled(flight(client, [...entering, ...questions]));
  const at = answers.slice(0, entering.length).findIndex(({ status }) => status === "rejected");
  const failed = answers[at];
  if (failed?.status !== "rejected") return answers.slice(entering.length);
  if (!isRefusal(failed.reason)) throw failed.reason;
  await client.query("rollback");
  return at === begin.length && setRole.length > 0 ? "not as the owner" : "not at once";
}

/** Does what this role and server may; true where the definition has become a relation. */
async function enterStepwise(client: Client, { begin, setRole, make, user }: Steps): Promise<boolean> {
  await client.query(begin.join(";\n"));
  const isOwner = await attempt(client, setRole);
  const isRelation = await attempt(client, make);
  // The connected role may make settings that the owner may not.
  await client.query(sqlStatement("statements/reset_role"));
  await enterJobSession(client, user);
  await pipelined(client, [...statements(isOwner ? setRole : []), searchPathOf(isOwner)]);
  return isRelation;
}

function searchPathOf(isOwner: boolean): Statement {
  return { text: sqlText("statements/refresh_search_path"), values: [isOwner] };
}

function statements(texts: readonly string[]): Statement[] {
  return texts.map((text) => ({ text }));
}

// Not allowed, not possible on a standby, no such role yet, a setting that cannot be made.
const REFUSALS: readonly string[] = [
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.readOnlyTransaction,
  SQLSTATE.invalidParameterValue,
  SQLSTATE.invalidName,
];

function isRefusal(error: unknown): boolean {
  return isServerError(error) && REFUSALS.includes(error.code);
}

/** Runs statements as one message; false, and undone, where this role or server may not. */
async function attempt(client: Client, texts: readonly string[]): Promise<boolean> {
  try {
    await client.query(["savepoint matview_attempt", ...texts].join(";\n"));
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await client.query("rollback to savepoint matview_attempt");
    return false;
  }
}
