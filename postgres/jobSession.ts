import type { Client, QueryResult } from "pg";
import { inTransaction } from "./applyPlan.ts";
import { ask } from "./asked.ts";
import type { Question } from "./asked.ts";
import { isServerError, SQLSTATE } from "./errors.ts";
import type { ServerError } from "./errors.ts";
import { answersOf, flight, pipelined, transaction } from "./pipeline.ts";
import type { Statement } from "./pipeline.ts";
import { sqlStatement, sqlText } from "./sqlFiles.ts";

/** A setting that a job's session has otherwise than this one. */
interface JobSetting {
  readonly name: string;
  /** Never shown to anybody: applications keep secrets in settings. */
  readonly value: string;
  readonly before: string | null;
  /** Changed by this session; set for the job's; or the server's own value behind one of the connected role. */
  readonly origin: "session" | "job" | "hidden";
  readonly isFileReadable: boolean;
}

/** What was done for a job's settings. */
interface JobSession {
  /** Which settings are not as the job has them, each with what may differ and what to do. */
  readonly problems: readonly string[];
  /** Back to the settings before; what is ours must not look names up where the job's role says. */
  readonly leave: () => void;
}

/**
 * Gives the rest of the transaction the settings that a job's session would have, for what computes rows: those of a login of `user`
 * in this database, neither ours nor the connected role's. At the end of the transaction nothing of it stays.
 */
export async function enterJobSession(
  client: Client,
  user: string | undefined,
  read: Promise<QueryResult> | QueryResult = client.query(jobSettings(user)),
): Promise<JobSession> {
  const { made, problems } = await makeSettings(
    client,
    await completed(client, (await read).rows as JobSetting[]),
    user,
  );
  const before = made.flatMap(({ name, before }) => (before === null ? [] : [{ name, value: before }]));
  return { problems, leave: () => setUnasked(client, before) };
}

/** Which settings of a job's session cannot be made here, each with what may differ and what to do. Changes nothing. */
export async function jobSettingProblems(client: Client, user: string | undefined): Promise<string[]> {
  const { file, values } = jobSettingsQuestion(user);
  const settings = await completed(client, (await ask<JobSetting>(client, file, values)).rows);
  return settings.some(mayFail) ? (await makeSettings(client, settings, user, tryAlone)).problems : [];
}

/** What `jobSettingProblems` asks first. */
export function jobSettingsQuestion(user: string | undefined): Question {
  return { on: "target", file: "describe/job_settings", values: [user ?? null] };
}

/** The same, for who asks it together with others. */
export function jobSettings(user: string | undefined): Statement & { values: unknown[] } {
  return { text: sqlText("describe/job_settings"), values: [user ?? null] };
}

/**
 * Makes those settings without looking at them first; it is refused where one may not be made, and where it is not sure what a job's session
 * has.
 */
export function makeJobSettings(user: string | undefined): Statement {
  const { values } = jobSettings(user);
  const settings = sqlStatement("describe/job_settings");
  return { text: sqlStatement("statements/make_job_settings", { raw: { settings } }), values };
}

/**
 * Runs statements of an open transaction as a job's session would, and goes back: all in one flight, where nothing is refused.
 * @throws the error of the first statement that failed.
 */
export async function asJobSession(
  client: Client,
  user: string | undefined,
  statements: readonly string[],
): Promise<Pick<JobSession, "problems">> {
  const [opened, made, ...done] = await Promise.allSettled(
    flight(client, [
      "savepoint matview_job",
      makeJobSettings(user),
      ...statements,
      sqlText("statements/leave_job_settings"),
    ]),
  );
  if (opened?.status === "rejected") throw opened.reason;
  if (made?.status === "fulfilled") {
    answersOf(done);
    return { problems: hiddenProblems((made.value.rows as JobSetting[]).filter(isUnknown)) };
  }
  await client.query("rollback to savepoint matview_job");
  const { problems, leave } = await enterJobSession(client, user);
  await pipelined(client, statements);
  leave();
  return { problems };
}

/** A transaction of statements that a job's session would run: in one flight, where no setting is refused. */
export async function inJobSession(
  client: Client,
  user: string | undefined,
  statements: readonly string[],
): Promise<Pick<JobSession, "problems">> {
  const [begun, made, ...done] = await Promise.allSettled(
    flight(client, ["begin", makeJobSettings(user), ...statements, "commit"]),
  );
  if (begun?.status === "rejected") throw begun.reason;
  // Nothing stays of a transaction in which a statement failed.
  if (made?.status !== "fulfilled") return inTransaction(client, () => enterJobSession(client, user), statements);
  answersOf(done);
  return { problems: hiddenProblems((made.value.rows as JobSetting[]).filter(isUnknown)) };
}

async function completed(client: Client, rows: JobSetting[]): Promise<JobSetting[]> {
  const hidden = rows.filter(({ origin, isFileReadable }) => origin === "hidden" && isFileReadable);
  if (hidden.length === 0) return rows;
  const keys = hidden.map(({ name }) => name.toLowerCase());
  const found = await client.query<{ key: string; value: string }>(sqlText("describe/server_settings"), [keys]);
  const inFile = new Map(found.rows.map(({ key, value }) => [key, value]));
  return rows.map((row) => {
    const value = hidden.includes(row) ? inFile.get(row.name.toLowerCase()) : undefined;
    return value === undefined ? row : { ...row, value, origin: "job" };
  });
}

// Back to a session's own value is always allowed.
function mayFail({ origin }: JobSetting): boolean {
  return origin !== "session";
}

/** Makes all of them, or, where one is refused, each that is allowed; says which are not as the job has them. */
async function makeSettings(
  client: Client,
  settings: readonly JobSetting[],
  user: string | undefined,
  attempt: typeof trySet = trySet,
): Promise<{ made: readonly JobSetting[]; problems: string[] }> {
  if (!settings.some(mayFail)) {
    setUnasked(client, settings);
    return { made: settings, problems: [] };
  }
  const problems = hiddenProblems(settings.filter(isUnknown));
  if ((await attempt(client, settings)) === undefined) return { made: settings, problems };
  const [made, refused]: [JobSetting[], JobSetting[]] = [[], []];
  for (const setting of settings) {
    const error = await attempt(client, [setting]);
    if (error === undefined) made.push(setting);
    // Any other one is refused at the job's login as well, which goes on without it.
    else if (error.code === SQLSTATE.insufficientPrivilege) refused.push(setting);
  }
  return { made, problems: [...problems, ...refusedProblems(refused, user)] };
}

/** In a transaction of its own, of which nothing stays. */
async function tryAlone(client: Client, settings: readonly JobSetting[]): Promise<ServerError | undefined> {
  try {
    await transaction(client, [settingStatement(settings)], "rollback");
    return undefined;
  } catch (error) {
    if (!isServerError(error)) throw error;
    return error;
  }
}

async function trySet(client: Client, settings: readonly JobSetting[]): Promise<ServerError | undefined> {
  await client.query("savepoint matview_settings");
  try {
    await set(client, settings);
    return undefined;
  } catch (error) {
    if (!isServerError(error)) throw error;
    await client.query("rollback to savepoint matview_settings");
    return error;
  }
}

async function set(client: Client, settings: readonly Pick<JobSetting, "name" | "value">[]): Promise<void> {
  if (settings.length > 0) await client.query(settingStatement(settings));
}

/** For what cannot be refused: nobody waits for it, it goes with the next statement of the transaction, which would fail with it. */
function setUnasked(client: Client, settings: readonly Pick<JobSetting, "name" | "value">[]): void {
  set(client, settings).catch(() => undefined);
}

function settingStatement(settings: readonly Pick<JobSetting, "name" | "value">[]): Statement & { values: unknown[] } {
  const values = [settings.map(({ name }) => name), settings.map(({ value }) => value)];
  return { text: sqlText("statements/set_settings"), values };
}

// A setting that no file sets has its built-in value, except where the connected role cannot know; one of an application then has none.
function isUnknown({ origin, isFileReadable, before }: JobSetting): boolean {
  return origin === "hidden" && (!isFileReadable || before === null);
}

const COST = "rows that depend on it may differ from those of the job, until the job's next run";

function refusedProblems(refused: readonly JobSetting[], user: string | undefined): string[] {
  if (refused.length === 0) return [];
  const names = namesOf(refused);
  return [
    `sessions of ${user === undefined ? "the connected role" : `role ${user}`} have ${names} set, and the connected role may not set it: ${COST}; ` +
      `connect as a superuser, or, from PostgreSQL 15 on, grant set on parameter ${names} to the connected role`,
  ];
}

function hiddenProblems(hidden: readonly JobSetting[]): string[] {
  if (hidden.length === 0) return [];
  return [
    `the connected role has ${namesOf(hidden)} set for itself, which hides what the server has: its default is taken, and ${COST}; ` +
      "reset it for the connected role, or set it for the role of the job",
  ];
}

function namesOf(settings: readonly JobSetting[]): string {
  return settings.map(({ name }) => name).join(", ");
}
