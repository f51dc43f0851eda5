import { isUnreachable, isUserError } from "../../postgres/errors.ts";
import { withSession } from "../../postgres/session.ts";
import type { Session } from "../../postgres/session.ts";
import { isStopping } from "../../postgres/stopping.ts";
import { databaseKey } from "./connection.ts";
import type { Database, Servers } from "./connection.ts";

/** The session of a database, or why there is none. */
export type Sessions = (database: Database) => Session | Error;

/**
 * Runs work that changes nothing with a session in each of the databases. One that cannot be reached or is not known keeps none of the others
 * from being looked at; where there is only one, it is an error.
 */
export function withSessions<T>(
  databases: readonly Database[],
  serversOf: (database: Database) => Promise<Servers>,
  application: string,
  work: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  const places = new Map(databases.map((database) => [databaseKey(database), database]));
  const found = new Map<string, Session | Error>();
  const within = async ([first, ...more]: readonly [string, Database][]): Promise<T> => {
    if (first === undefined) return work((database) => found.get(databaseKey(database)) as Session | Error);
    const [key, database] = first;
    let isOpen = false;
    try {
      const { connection, replicas } = await serversOf(database);
      const next = (session: Session): Promise<T> => {
        isOpen = true;
        found.set(key, session);
        return within(more);
      };
      return await withSession(connection, application, next, "look", replicas);
    } catch (error) {
      const isAboutIt = isUserError(error) || isUnreachable(error);
      if (isOpen || places.size === 1 || isStopping() || !isAboutIt) throw error;
      found.set(key, error);
      return within(more);
    }
  };
  return within([...places]);
}
