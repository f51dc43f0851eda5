import { uniqueName, withDatabase, type TestDatabase } from "../../support/database.ts";
import type { PluginProcess } from "../../support/plugin.ts";
import type { Candidate } from "./plugins.ts";

/** The URN of a resource of @pulumi/postgresql. */
export function urnOf(type: string): string {
  return `urn:pulumi:stack::project::postgresql:index/${type[0]!.toLowerCase()}${type.slice(1)}:${type}::resource`;
}

/** A diff that says nothing. */
export const same = { changes: "none", detailed: {}, replaces: [] };

/** A diff that says this. */
export function some(detailed: Readonly<Record<string, string>>) {
  const replaced = Object.keys(detailed).filter((path) => detailed[path]!.endsWith("_replace"));
  return { changes: "some", detailed, replaces: replaced.map((path) => path.replace(/\[.*/, "")) };
}

/** Runs the action with a plugin that is configured for a database of its own. */
export function withPluginAndDatabase(
  run: Candidate["run"],
  action: (plugin: PluginProcess, database: TestDatabase) => Promise<void>,
): Promise<void> {
  return withDatabase(
    (database) =>
      run(async (plugin) => {
        const { host, port } = database.server;
        const where = { host, port: String(port), database: database.name, sslmode: "disable" };
        const password = database.server.password();
        await plugin.configure({ ...where, username: "postgres", password, superuser: "true" });
        await action(plugin, database);
      }),
    { template: "empty" },
  );
}

/** Runs the action with a plugin that has no database: enough for questions that need none. */
export function withPluginAlone(
  run: Candidate["run"],
  action: (plugin: PluginProcess) => Promise<void>,
): Promise<void> {
  return run(async (plugin) => {
    await plugin.configure({ host: "127.0.0.1", port: "1", database: uniqueName("none"), sslmode: "disable" });
    await action(plugin);
  });
}
