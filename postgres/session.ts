import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { forgetAnswers } from "./asked.ts";
import { borrow, isBorrowed } from "./borrowed.ts";
import { capabilitiesOf, lookAtServer } from "./capabilities.ts";
import type { Capabilities, ServerLook } from "./capabilities.ts";
import { BoundClient } from "./channelBinding.ts";
import { clientConfig } from "./connection.ts";
import type { Connection } from "./connectionParts.ts";
import { isServerError, isUnreachable, serverText, SQLSTATE, unreachableError, userError } from "./errors.ts";
import { mustFit, tryServers } from "./hosts.ts";
import type { Failure, Located } from "./hosts.ts";
import { sqlIdentifier } from "./names.ts";
import { hasOwnSession, isNamedPooler, poolerProblem } from "./pooler.ts";
import type { Place } from "./pooler.ts";
import { sqlStatement } from "./sqlFiles.ts";
import { standbyProblem } from "./standby.ts";
import { stopsWithProcess } from "./stopping.ts";

/** Open connections to the view's database and to pg_cron's, and what can be done through them. */
export interface Session {
  readonly target: pg.Client;
  /** The same client as `target` where pg_cron lives in the view's own database. */
  readonly cron: pg.Client;
  /** Opens one more connection to the view's database; the caller ends it. */
  readonly another: () => Promise<pg.Client>;
  readonly capabilities: Capabilities;
  /** Standbys on which readers read, as far as they are named. */
  readonly replicas: readonly Connection[];
}

/** A connection for one session, pinned to the settings that every session has. */
export interface Lease {
  readonly client: pg.Client;
  /** The server that it is to. */
  readonly at: Located;
  readonly look: ServerLook;
  /** Hands it back; `intact` when the work on it ended without an error. */
  readonly end: (intact: boolean) => Promise<void>;
}

/** What a session is for. A transaction pooler serves those who only look: what they set ends with the transaction. */
export type Purpose = "look" | "change";

/** Whoever is in the way is named and not waited for; what is worth a longer wait says so itself. */
const LOCK_TIMEOUT: Readonly<Record<Purpose, string>> = { look: "2s", change: "10s" };

/** How long a server that is just starting is waited for. */
const CONNECT_PATIENCE_MS = 20_000;

/**
 * Opens the connections, runs `work` and always closes them. Sessions run without statement timeout, in UTC and with an
 * empty search_path, so that what the catalog renders does not depend on the role's settings.
 * @throws when the server cannot be reached; the message names host, port, database and user, never the password.
 */
export function withSession<T>(
  connection: Connection,
  applicationName: string,
  work: (session: Session) => Promise<T>,
  purpose: Purpose = "change",
  replicas: readonly Connection[] = [],
): Promise<T> {
  const lease = async (at: Connection, database: string): Promise<Lease> => {
    const opened = await open({ connection: at, database }, applicationName, purpose);
    return { ...opened, end: () => opened.client.end() };
  };
  return withLeases(connection, applicationName, lease, (session) => work({ ...session, replicas }));
}

/** Runs `work` with a session made of leased connections to one server, which are handed back in every case. */
export async function withLeases<T>(
  connection: Connection,
  applicationName: string,
  lease: (at: Connection, database: string) => Promise<Lease>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { database, cronDatabase } = connection;
  return leased(lease, connection, database, (target) => {
    const { at } = target;
    const another = async (): Promise<pg.Client> =>
      (await open({ connection: at, database }, applicationName, "change")).client;
    const within = async (cron: Lease): Promise<T> => {
      const capabilities = capabilitiesOf(target.look, cron.look, at);
      return work({ target: target.client, cron: cron.client, another, capabilities, replicas: [] });
    };
    return cronDatabase === database ? within(target) : leased(lease, at, cronDatabase, within);
  });
}

async function leased<T>(
  lease: (at: Connection, database: string) => Promise<Lease>,
  at: Connection,
  database: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const held = await lease(at, database);
  let intact = false;
  try {
    const result = await work(held);
    intact = true;
    return result;
  } finally {
    await held.end(intact);
  }
}

/** One connection, pinned; the caller ends it. */
async function open(place: Place, applicationName: string, purpose: Purpose): Promise<Omit<Lease, "end">> {
  const { connection, database } = place;
  const { client, at } = await connect(connection, database, async (at) => ({
    client: await connected(clientConfig(at, applicationName, database), at),
    at,
  }));
  try {
    return { client, at, look: await pin(client, { connection: at, database }, purpose) };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** The server of the connection that is taken, as a connection of its own; the connection itself where none can be reached. */
export async function chosenServer(connection: Connection, applicationName: string): Promise<Connection> {
  try {
    return await connect(connection, connection.database, async (at) => {
      await (await connected(clientConfig(at, applicationName), at)).end();
      return at;
    });
  } catch (error) {
    if (isUnreachable(error)) return connection;
    throw error;
  }
}

/** A client that is connected to the server that the connection asks for; the caller ends it. */
export async function connected(config: ReturnType<typeof clientConfig>, at: Connection): Promise<pg.Client> {
  const made = new BoundClient(config);
  // Without a listener a connection that is lost between two statements would end the process.
  made.on("error", () => undefined);
  try {
    await made.connect();
    await mustFit(made, at);
  } catch (error) {
    await made.end().catch(() => undefined);
    throw error;
  }
  stopsWithProcess(made, config);
  return made;
}

/** Tries the servers of the connection until one takes connections, as long as one is only starting. */
export async function connect<T>(
  connection: Connection,
  database: string,
  attempt: (at: Located) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + CONNECT_PATIENCE_MS;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    const tried = await tryServers(connection, attempt);
    if ("reached" in tried) return tried.reached;
    const isOver = Date.now() + pauseMs > deadline;
    if (isOver || !tried.failures.some(({ error }) => isStarting(error)))
      throw unreached(connection, database, tried.failures);
    await delay(pauseMs);
  }
}

function unreached({ hosts = [], user, source }: Connection, database: string, failures: readonly Failure[]): Error {
  const cause = failures.at(-1)?.error;
  const login = `database "${database}", user "${user}"`;
  const met = failures.map(({ at: { host, port }, error }) => ({ place: `${host}:${port}`, text: serverText(error) }));
  const each = new Set(met.map(({ place, text }) => `${place}: ${text}`));
  const what =
    hosts.length === 0
      ? `${met[0]?.place}, ${login}: ${met.at(-1)?.text}`
      : `any of ${hosts.length} servers, ${login}: ${[...each].join("; ")}`;
  const grant = isServerError(cause, SQLSTATE.insufficientPrivilege)
    ? `; run: grant connect on database ${sqlIdentifier(database)} to ${sqlIdentifier(user)}`
    : "";
  const from = source === undefined ? "" : `; the connection is from ${source}`;
  return unreachableError(`cannot connect to PostgreSQL at ${what}${grant}${from}`, cause);
}

/**
 * Puts the settings on a connection that every session has, behind `first`, where something is to be done before; and looks in the
 * same flight what the server is. Sets nothing where the session may not be the connection's own.
 * @throws behind a transaction pooler, whose other clients would meet the settings, and on a standby, but where it is only to look.
 */
export async function pin(
  client: pg.Client,
  place: Place,
  purpose: Purpose,
  first: readonly string[] = [],
): Promise<ServerLook> {
  const look = await pinned(client, place, purpose, first);
  const { inRecovery, replaysFrom } = look.server;
  if (purpose === "change" && inRecovery) {
    throw userError(standbyProblem({ ...place.connection, replaysFrom }));
  }
  return look;
}

async function pinned(
  client: pg.Client,
  place: Place,
  purpose: Purpose,
  first: readonly string[],
): Promise<ServerLook> {
  if (!isBorrowed(client)) {
    const look = await lookAtServer(client, pinSql(client, place, purpose, first));
    if (look.first.rows.length > 0) {
      own.add(client);
      return look;
    }
    // What went along was asked under somebody else's settings.
    forgetAnswers(client);
    if (await hasOwnSession(client, place)) {
      own.add(client);
      return lookAtServer(client, pinSql(client, place, purpose, first));
    }
  }
  const { host, port } = place.connection;
  if (purpose === "change") throw userError(poolerProblem(`${host}:${port}`));
  const settings = settingsSql({ local: "true", condition: "true" }, purpose);
  if (!isBorrowed(client)) borrow(client, settings);
  return lookAtServer(client, settings);
}

/** Connections of which it is known that each has a session of its own. */
const own = new WeakSet<pg.Client>();

// Settings are sent as statements: a startup parameter of 0 is not sent at all, and some poolers refuse the others. One message, and one
// transaction, which all of them may be part of.
function pinSql(client: pg.Client, { connection }: Place, purpose: Purpose, first: readonly string[]): string {
  // A pooler tells its clients other process ids than the servers' own.
  const { processID } = client as { processID?: number | null };
  const asked = isNamedPooler(connection) ? "false" : `pg_catalog.pg_backend_pid() = ${Number(processID ?? 0)}`;
  const condition = own.has(client) ? "true" : asked;
  return [...first, settingsSql({ local: "false", condition }, purpose)].join(";\n");
}

function settingsSql(raw: { readonly local: string; readonly condition: string }, purpose: Purpose): string {
  return [
    sqlStatement("statements/lift_timeouts", { raw, literals: { lock_timeout: LOCK_TIMEOUT[purpose] } }),
    sqlStatement("statements/pin_settings", { literals: { search_path: "" }, raw }),
  ].join(";\n");
}

function isStarting(error: unknown): boolean {
  return isServerError(error, SQLSTATE.cannotConnectNow) || isServerError(error, SQLSTATE.tooManyConnections);
}
