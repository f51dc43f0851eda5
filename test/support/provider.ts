import type { ResourceProvider } from "../../lifecycle/resourceProvider.ts";
import type { TestDatabase } from "./database.ts";

/** A provider that is configured for a test's database as the engine would do it, from the stack's configuration. */
export function provider(kind: ResourceProvider, database: TestDatabase): ResourceProvider {
  const config: Record<string, string> = {
    "matview:databaseUrl": database.url,
    "matview:cronDatabase": database.server.cronDatabase,
  };
  void kind.configure({ config: { get: (key) => config[key] } });
  return kind;
}
