import type { Client, QueryResult } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import { enterJobSession, jobSettings, makeJobSettings } from "../../../postgres/jobSession.ts";
import { grantSql, named, setRoleSql } from "../../../postgres/objectStatements.ts";
import { answersOf, flight, pipelined } from "../../../postgres/pipeline.ts";
import type { Statement } from "../../../postgres/pipeline.ts";
import { sqlStatement, sqlText } from "../../../postgres/sqlFiles.ts";
import { comparisonSql, DECLARED_VIEW, silenceSql } from "./declaredView.ts";
import { createSettings } from "./definitionSettings.ts";
import { mustSeeSources } from "./unseenSources.ts";

/** A query that is to give the rows that a refresh would give now. */
export interface RunnableDefinition {
  readonly definition: string;
  /** Who owns the view, as whom a refresh reads; the connected role where that one may not act as the owner. */
  readonly owner?: string | undefined;
  /** Whose sessions refresh it. Default: the owner. */
  readonly user?: string | undefined;
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
  return inSource(client, asked, () => enter(client, asked), work);
}

/**
 * Asks about a definition as `withDefinition` has it, all in one flight where nothing is refused; an outcome for each question. `first` is
 * run as the transaction begins.
 * @throws what keeps the definition from being read.
 */
export async function askDefinition(
  client: Client,
  asked: RunnableDefinition,
  questions: (source: string) => readonly string[],
  first: readonly string[] = [],
): Promise<PromiseSettledResult<QueryResult>[]> {
  const reading = [...beginSql(), ...first, ...readSql(asked)];
  const opening = [...reading, makeJobSettings(userOf(asked)), ...executeAs(asked, true)];
  const settled = await Promise.allSettled(flight(client, [...opening, ...questions(DECLARED_VIEW), "rollback"]));
  if (settled.slice(0, opening.length).every(({ status }) => status === "fulfilled"))
    return settled.slice(opening.length, -1);
  return inTurn(client, () =>
    inSource(
      client,
      asked,
      () => enterByStep(client, asked, first),
      ({ sql }) => Promise.allSettled(flight(client, questions(sql))),
    ),
  );
}

/** A definition under the name of the temporary view that it becomes. */
export interface NamedDefinition {
  readonly name: string;
  readonly definition: string;
  /** As whom it is read and reads. */
  readonly owner?: string | undefined;
}

/** Several, and who runs them. */
export interface RunnableDefinitions extends Omit<RunnableDefinition, "definition"> {
  readonly views: readonly NamedDefinition[];
}

/** How it runs: as the owner, where the connected role may act as that one, and with what is otherwise than in the job's session. */
export interface RunAs {
  readonly isOwner: boolean;
  readonly problems: readonly string[];
}

/**
 * The same for several definitions in one snapshot, of which later ones may read earlier ones as `pg_temp.NAME`; the last one's owner and
 * `user` are who runs them. Nothing that they call may write.
 * @throws where one cannot be read, or no temporary view be made.
 */
export async function withDefinitions<T>(
  client: Client,
  asked: RunnableDefinitions,
  work: (as: RunAs) => Promise<T>,
): Promise<T> {
  try {
    await client.query(beginSql().join(";\n"));
    return await makeDefinitions(client, asked, work);
  } finally {
    // Nobody waits for it: whatever is asked next comes behind it.
    client.query("rollback").catch(() => undefined);
  }
}

/** The same in the caller's transaction, whose snapshot it sees, and which is in the end as it was. */
export async function amongDefinitions<T>(
  client: Client,
  asked: RunnableDefinitions,
  work: (as: RunAs) => Promise<T>,
): Promise<T> {
  try {
    await client.query(["savepoint matview_among", silenceSql()].join(";\n"));
    return await makeDefinitions(client, asked, work);
  } finally {
    client.query("rollback to savepoint matview_among").catch(() => undefined);
  }
}

async function makeDefinitions<T>(
  client: Client,
  { views, owner, user = owner }: RunnableDefinitions,
  work: (as: RunAs) => Promise<T>,
): Promise<T> {
  for (const view of views) await makeView(client, view);
  const { problems } = await enterJobSession(client, user);
  const isOwner = await attempt(client, roleSql(owner));
  await pipelined(client, [...executeAs({ definition: "" }, isOwner), "set transaction read only"]);
  const done = await work({ isOwner, problems });
  await mustSeeSources(client);
  return done;
}

async function makeView(client: Client, { name, definition, owner }: NamedDefinition): Promise<void> {
  await attempt(client, roleSql(owner));
  // Whoever owns one below lets the one above read it.
  const made = sqlStatement("statements/create_trial_view", { names: { view: name }, raw: { definition } });
  const open = grantSql("select", named("table", { schema: "pg_temp", name }), "public");
  await pipelined(client, [createSettings(), made, open, RESET_ROLE]);
}

const turns = new WeakMap<Client, Promise<unknown>>();

// Several may ask on a client in one breath, and a transaction that stays open over several round trips is its own.
function inTurn<T>(client: Client, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(client) ?? Promise.resolve()).then(work, work);
  turns.set(client, turn);
  return turn;
}

interface Entered {
  readonly isOwner: boolean;
  readonly isRelation: boolean;
  readonly settings: QueryResult | undefined;
}

async function inSource<T>(
  client: Client,
  asked: RunnableDefinition,
  entering: () => Promise<Entered>,
  work: (source: DefinitionSource) => Promise<T>,
): Promise<T> {
  try {
    const { isOwner, isRelation, settings } = await entering();
    const sql = isRelation ? DECLARED_VIEW : `(\n${asked.definition}\n)`;
    await enterJobSession(client, userOf(asked), settings);
    const [, result] = await Promise.all([pipelined(client, executeAs(asked, isOwner)), work({ sql, isRelation })]);
    return result;
  } finally {
    // Nobody waits for it: whatever is asked next comes behind it.
    client.query("rollback").catch(() => undefined);
  }
}

function beginSql(): string[] {
  return ["begin isolation level repeatable read", silenceSql()];
}

/** Begins, has the text read as the owner, and asks what a job's session has set: in one flight, or step by step where one is refused. */
async function enter(client: Client, asked: RunnableDefinition): Promise<Entered> {
  const reading = [...beginSql(), ...readSql(asked)];
  const settled = await Promise.allSettled(flight(client, [...reading, jobSettings(userOf(asked))]));
  if (settled.every(({ status }) => status === "fulfilled")) {
    return { isOwner: true, isRelation: true, settings: answersOf(settled).at(-1) };
  }
  return enterByStep(client, asked);
}

async function enterByStep(client: Client, asked: RunnableDefinition, first: readonly string[] = []): Promise<Entered> {
  await client.query(["rollback", ...beginSql(), ...first].join(";\n"));
  const isOwner = await attempt(client, roleSql(asked.owner));
  const isRelation = await attempt(client, viewSql(asked));
  // The connected role may make settings that the owner may not.
  await client.query(RESET_ROLE);
  return { isOwner, isRelation, settings: undefined };
}

const RESET_ROLE = sqlStatement("statements/reset_role");

function userOf({ owner, user = owner }: RunnableDefinition): string | undefined {
  return user;
}

function readSql(asked: RunnableDefinition): string[] {
  return [...roleSql(asked.owner), ...viewSql(asked), RESET_ROLE];
}

function viewSql({ definition }: RunnableDefinition): string[] {
  return [createSettings(), comparisonSql(definition)];
}

function executeAs({ owner }: RunnableDefinition, isOwner: boolean): (Statement | string)[] {
  const role = isOwner ? roleSql(owner) : [];
  return [...role, { text: sqlText("statements/refresh_search_path"), values: [isOwner] }];
}

function roleSql(owner: string | undefined): string[] {
  return owner === undefined ? [] : [setRoleSql(owner)];
}

// Not allowed, not possible on a standby, or no such role yet.
const REFUSALS: readonly string[] = [
  SQLSTATE.insufficientPrivilege,
  SQLSTATE.readOnlyTransaction,
  SQLSTATE.invalidParameterValue,
];

/** Runs statements as one message; false, and undone, where this role or server may not. */
async function attempt(client: Client, statements: readonly string[]): Promise<boolean> {
  try {
    await client.query(["savepoint matview_attempt", ...statements].join(";\n"));
    return true;
  } catch (error) {
    if (!isServerError(error) || !REFUSALS.includes(error.code)) throw error;
    await client.query("rollback to savepoint matview_attempt");
    return false;
  }
}
