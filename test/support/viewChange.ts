import { Client } from "pg";
import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import { materializedViewKind } from "../../kinds/materializedView/kind.ts";
import { readProperties } from "../../kinds/materializedView/swap/relationProperties.ts";
import type { RelationProperties } from "../../kinds/materializedView/swap/relationProperties.ts";
import { applyPlan } from "../../postgres/applyPlan.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import type { Connection } from "../../postgres/connectionParts.ts";
import type { Plan } from "../../postgres/plan.ts";
import { withSession } from "../../postgres/session.ts";
import type { Session } from "../../postgres/session.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import type { TestDatabase } from "./database.ts";

/** Runs statements one after the other. */
export async function run(database: TestDatabase, ...statements: string[]): Promise<void> {
  for (const statement of statements) await database.client.query(statement);
}

/** The first column of the first row. */
export async function one(database: TestDatabase, text: string): Promise<unknown> {
  return Object.values((await database.client.query<Record<string, unknown>>(text)).rows[0] ?? {})[0];
}

/** Plans the change from what is there to what is declared. */
export async function planChange(session: Session, desired: DesiredView, previous?: DesiredView): Promise<Plan> {
  const [actual] = await materializedViewKind.describe(session, [desired]);
  return materializedViewKind.plan({ desired, previous, actual, capabilities: session.capabilities });
}

/** Runs an action with a session of its own, as the provider has one. */
export async function withViewSession<T>(
  database: TestDatabase,
  action: (session: Session) => Promise<T>,
  role?: string,
): Promise<T> {
  const databaseUrl = role === undefined ? database.url : database.server.url(database.name, role);
  return withSession(resolveConnection({ databaseUrl }, {}), "pulumi-matview", action);
}

/** Describes, plans and applies as the lifecycle does; what is planned then must be empty, or it is in the answer. */
export async function change(
  database: TestDatabase,
  desired: DesiredView,
  previous?: DesiredView,
  role?: string,
  replicas: readonly Connection[] = [],
): Promise<{ readonly applied: Plan; readonly rest: Plan }> {
  return withViewSession(
    database,
    async (opened) => {
      const session = { ...opened, replicas };
      const applied = await planChange(session, desired, previous);
      await applyPlan(session, applied, materializedViewKind.runners);
      return { applied, rest: await planChange(session, desired, previous) };
    },
    role,
  );
}

/** Everything that a relation has but its oid and definition. */
export async function propertiesOf(
  database: TestDatabase,
  schema: string,
  name: string,
): Promise<Omit<RelationProperties, "oid" | "definition">> {
  return withClient(database.url, async (client) => {
    await client.query("set search_path = ''");
    const [found] = await readProperties(client, [{ schema, name }]);
    if (found === undefined) throw new Error(`${schema}.${name} is not there`);
    const { oid, definition, ...rest } = found;
    void oid;
    void definition;
    return rest;
  });
}

/** What a reader met that reads again and again. */
export interface Readings {
  readonly reads: number;
  readonly failures: readonly string[];
  readonly longestMs: number;
}

/** Starts a reader that runs the statement without a pause; `stop` ends it and tells what it met. */
export async function startReader(
  url: string,
  statement: string | { readonly name: string; readonly text: string },
): Promise<{ stop(): Promise<Readings> }> {
  const client = new Client({ connectionString: url, application_name: "reader" });
  await client.connect();
  const seen = { reads: 0, failures: [] as string[], longestMs: 0 };
  let goesOn = true;
  const loop = (async () => {
    while (goesOn) {
      const startedAt = performance.now();
      try {
        await client.query(statement);
      } catch (error) {
        seen.failures.push(error instanceof Error ? error.message : String(error));
      }
      seen.reads += 1;
      seen.longestMs = Math.max(seen.longestMs, performance.now() - startedAt);
    }
  })();
  return {
    stop: async () => {
      goesOn = false;
      await loop;
      await client.end();
      return seen;
    },
  };
}
