import type { DesiredView } from "../../kinds/materializedView/desired.ts";
import type { TestDatabase } from "./database.ts";
import { withDatabase } from "./database.ts";
import { run } from "./viewChange.ts";

/** The definition that a swap replaces. */
export const OLD = "select id, nombre, length(nombre) as largo from public.ejecutivos";

/** The view with its new definition, whose rows are known by their `largo`. */
export const CHANGED: DesiredView = {
  schema: "public",
  name: "mv",
  definition: "select id, nombre, length(nombre) + 100 as largo from public.ejecutivos",
  uniqueKey: ["id"],
  keyIndex: "mv_id_idx",
};

/** Makes the old view and its index, and then what else is given. */
export async function createOld(database: TestDatabase, ...more: string[]): Promise<void> {
  const view = [
    `create materialized view public.mv as ${OLD}`,
    "create unique index mv_id_idx on public.mv (id) nulls not distinct",
  ];
  await run(database, ...view, ...more);
}

/** Runs an action in a database that has the old view. */
export async function withOld(action: (database: TestDatabase) => Promise<void>, ...more: string[]): Promise<void> {
  await withDatabase(async (database) => {
    await createOld(database, ...more);
    await action(database);
  });
}
