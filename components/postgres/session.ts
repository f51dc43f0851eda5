import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { readCapabilities } from "./capabilities.ts";
import type { Capabilities } from "./capabilities.ts";
import { clientConfig } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { isServerError, serverText, SQLSTATE, userError } from "./errors.ts";
import { sqlStatement } from "./sqlFiles.ts";

/** Open connections to the view's database and to pg_cron's, and what can be done through them. */
export interface Session {
  readonly target: pg.Client;
  /** The same client as `target` where pg_cron lives in the view's own database. */
  readonly cron: pg.Client;
  /** Opens one more connection to the view's database; the caller ends it. */
  readonly another: () => Promise<pg.Client>;
  readonly capabilities: Capabilities;
}

/** How long a server that is just starting is waited for. */
const CONNECT_PATIENCE_MS = 20_000;

/**
 * Opens the connections, runs `work` and always closes them. Sessions run without statement timeout, in UTC and with an
 * empty search_path, so that what the catalog renders does not depend on the role's settings.
 * @throws when the server cannot be reached; the message names host, port, database and user, never the password.
 */
export async function withSession<T>(
  connection: Connection,
  applicationName: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const target = await open(connection, applicationName, connection.database);
  const shared = connection.cronDatabase === connection.database;
  try {
    const cron = shared ? target : await open(connection, applicationName, connection.cronDatabase);
    try {
      const another = (): Promise<pg.Client> => open(connection, applicationName, connection.database);
      return await work({ target, cron, another, capabilities: await readCapabilities(target, cron, connection.host) });
    } finally {
      if (!shared) await cron.end();
    }
  } finally {
    await target.end();
  }
}

async function open(connection: Connection, applicationName: string, database: string): Promise<pg.Client> {
  const client = await connect(connection, applicationName, database);
  // Settings are sent as statements: a startup parameter of 0 is not sent at all, and some poolers refuse the others.
  await client.query("set statement_timeout = 0");
  await client.query("set idle_in_transaction_session_timeout = 0");
  await client.query(
    sqlStatement("statements/pin_settings", { literals: { search_path: "" }, raw: { local: "false" } }),
  );
  return client;
}

async function connect(connection: Connection, applicationName: string, database: string): Promise<pg.Client> {
  const deadline = Date.now() + CONNECT_PATIENCE_MS;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    const client = new pg.Client(clientConfig(connection, applicationName, database));
    // Without a listener a connection that is lost between two statements would end the process.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!isStarting(error) || Date.now() + pauseMs > deadline) {
        const where = `${connection.host}:${connection.port}, database "${database}", user "${connection.user}"`;
        throw userError(`cannot connect to PostgreSQL at ${where}: ${serverText(error)}`, error);
      }
    }
    await delay(pauseMs);
  }
}

function isStarting(error: unknown): boolean {
  return isServerError(error, SQLSTATE.cannotConnectNow) || isServerError(error, SQLSTATE.tooManyConnections);
}
