import pg from "pg";
import { ask, keepAnswers } from "./asked.ts";
import type { Question } from "./asked.ts";
import type { Capabilities, ServerLook } from "./capabilities.ts";
import { BoundClient } from "./channelBinding.ts";
import { clientConfig } from "./connection.ts";
import type { Connection } from "./connectionParts.ts";
import { mustFit } from "./hosts.ts";
import type { Place } from "./pooler.ts";
import { connect, pin, withLeases } from "./session.ts";
import type { Lease, Purpose, Session } from "./session.ts";
import { stopsWithProcess } from "./stopping.ts";

/**
 * Long enough for the engine to come with its next resource behind a short first refresh. No longer: PostgreSQL waits five seconds for the
 * sessions of a database to end before it refuses to drop or copy it, which the same run may do.
 */
const IDLE_MS = 4_000;

/** What work will ask first, by what is known of the server from the work before. */
export type Asks = (known: Capabilities | undefined) => readonly Question[];

/**
 * Runs work with a session, on connections that are kept open for the next work. Its first questions may go along with the opening. Work
 * that changes nothing may name its `sight`: it goes on where work of the same sight ended, settings and answers included.
 */
export type SessionPool = <T>(
  connection: Connection,
  work: (session: Session) => Promise<T>,
  asks?: Asks,
  sight?: object,
) => Promise<T>;

/**
 * Sessions as `withSession` gives them, without the cost of a login for each. A connection on which work failed is closed; every
 * other one forgets its settings, locks and temporary objects before it is used again.
 */
export function sessionPool(applicationName: string, idleMs = IDLE_MS): SessionPool {
  const pools = new Map<string, pg.Pool>();

  const poolOf = (connection: Connection, database: string): pg.Pool => {
    const key = JSON.stringify([connection, database]);
    const pool =
      pools.get(key) ?? makePool({ ...clientConfig(connection, applicationName, database), idleTimeoutMillis: idleMs });
    pools.set(key, pool);
    return pool;
  };

  const known = new Map<string, Capabilities>();
  return (connection, work, asks = () => [], sight = undefined) => {
    const { database: target, cronDatabase } = connection;
    const place = JSON.stringify(connection);
    const purpose = sight === undefined ? "change" : "look";
    let wentOn = false;
    const attempt = (seen: object | undefined): ReturnType<typeof work> =>
      withLeases(
        connection,
        applicationName,
        (at, database) => lease(at, database, seen),
        (session) => {
          known.set(place, session.capabilities);
          return work(session);
        },
      );
    const lease = async (from: Connection, database: string, seen: object | undefined): Promise<Lease> => {
      const here = asks(known.get(place)).filter(({ on }) => (on === "cron" ? cronDatabase : target) === database);
      const { client, at, look, goesOn } = await connect(from, database, async (at) => ({
        ...(await readyClient(poolOf(at, database), { connection: at, database, purpose }, here, seen)),
        at,
      }));
      wentOn ||= goesOn;
      used.set(client, { sight, look });
      return { client, at, look, end: (intact) => Promise.resolve(client.release(!intact)) };
    };
    return attempt(sight).catch((error: unknown) => {
      if (!wentOn) throw error;
      // Nobody had looked whether the server still knows the connection.
      return attempt(undefined);
    });
  };
}

/** What `discard all` does, but for prepared statements: node-postgres keeps count of those that it has named. */
const FORGET = [
  "close all",
  "unlisten *",
  "reset role",
  "reset all",
  "select pg_catalog.pg_advisory_unlock_all()",
  "discard temp",
];

type Pooled = pg.Client & pg.PoolClient;

/** The work before on a connection: under which sight, and what the server was then. */
interface Before {
  readonly sight: object | undefined;
  readonly look: ServerLook;
}

interface Ready {
  readonly client: Pooled;
  readonly look: ServerLook;
  /** True where it is as the work before left it. */
  readonly goesOn: boolean;
}

const used = new WeakMap<pg.PoolClient, Before>();

async function readyClient(
  pool: pg.Pool,
  { purpose, ...place }: Place & { readonly purpose: Purpose },
  questions: readonly Question[],
  seen: object | undefined,
): Promise<Ready> {
  for (;;) {
    const client = (await pool.connect()) as Pooled;
    const before = used.get(client);
    if (seen !== undefined && before?.sight === seen) return { client, look: before.look, goesOn: true };
    const isReused = before !== undefined;
    try {
      if (!isReused) await mustFit(client, place.connection);
      const pinned = pin(client, place, purpose, isReused ? FORGET : []);
      // Nothing but plans is applied on these connections, and those forget.
      keepAnswers(client);
      // All of the flight is waited for: what is asked after a part of it would be one more.
      const asked = questions.map(({ file, values }) => ask(client, file, values).catch(() => undefined));
      const [look] = await Promise.all([pinned, ...asked]);
      return { client, look, goesOn: false };
    } catch (error) {
      client.release(true);
      // The server may have closed one that was idle: the next is tried, and at last a new one.
      if (!isReused) throw error;
    }
  }
}

function makePool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    Client: BoundClient,
    // As many as the engine works on at the same time: who waits for a connection would time out behind a long swap.
    max: Number.POSITIVE_INFINITY,
    allowExitOnIdle: true,
  });
  // Without listeners a connection that is lost between two statements would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    stopsWithProcess(client as Pooled, config);
  });
  return pool;
}
