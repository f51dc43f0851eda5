import { escapeIdentifier } from "pg";
import { bridged } from "./bridged.ts";
import { inTransaction, settings } from "./connection.ts";

/** Stands in for postgresql.Extension. */
export const extension = bridged({
  // The real provider does so for every resource whose name is given, not made up.
  deleteBeforeReplace: true,
  fields: {
    name: { type: "string", required: true, replaces: true },
    database: { type: "string", computed: true, replaces: true },
    schema: { type: "string", computed: true },
    version: { type: "string", computed: true },
    createCascade: { type: "boolean", default: false },
    dropCascade: { type: "boolean", default: false },
  },

  id: ({ database, name }) => `${String(database)}.${String(name)}`,

  async create({ name, database, schema, version, createCascade }) {
    const sql = [
      `create extension if not exists ${escapeIdentifier(String(name))}`,
      ...(schema ? [`schema ${escapeIdentifier(String(schema))}`] : []),
      ...(version ? [`version ${escapeIdentifier(String(version))}`] : []),
      ...(createCascade === true ? ["cascade"] : []),
    ];
    await inTransaction((client) => client.query(sql.join(" ")), databaseOf(database));
  },

  async read({ name, database }) {
    const { rows } = await inTransaction(
      (client) =>
        client.query<{ schema: string; version: string }>(
          `select n.nspname as schema, e.extversion as version
           from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
           where e.extname = $1`,
          [name],
        ),
      databaseOf(database),
    );
    return rows[0] && { ...rows[0], database: databaseOf(database) };
  },

  async update({ name, database }, { schema, version }, changed) {
    const alter = `alter extension ${escapeIdentifier(String(name))}`;
    await inTransaction(async (client) => {
      if (changed.has("schema")) await client.query(`${alter} set schema ${escapeIdentifier(String(schema))}`);
      if (changed.has("version")) await client.query(`${alter} update to ${escapeIdentifier(String(version))}`);
    }, databaseOf(database));
  },

  async delete({ name, database, dropCascade }) {
    const mode = dropCascade === true ? "cascade" : "restrict";
    const sql = `drop extension ${escapeIdentifier(String(name))} ${mode}`;
    await inTransaction((client) => client.query(sql), databaseOf(database));
  },
});

function databaseOf(database: unknown): string {
  return database ? String(database) : settings().database;
}
