import { isDeepStrictEqual } from "node:util";
import { crc32 } from "node:zlib";
import type pg from "pg";
import { escapeIdentifier } from "pg";
import type { Properties } from "../values.ts";
import { bridged } from "./bridged.ts";
import { inTransaction } from "./connection.ts";
import { sorted } from "./fields.ts";
import { lockRole } from "./roles.ts";

/** The privileges that each supported type of object has. */
const privilegesOf: Readonly<Record<string, readonly string[]>> = {
  database: ["CREATE", "CONNECT", "TEMPORARY"],
  schema: ["CREATE", "USAGE"],
  table: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  function: ["EXECUTE"],
};

/** Stands in for postgresql.Grant: another value of anything but `privileges` makes it anew. */
export const grant = bridged({
  deleteBeforeReplace: true,
  fields: {
    role: { type: "string", required: true, replaces: true },
    database: { type: "string", required: true, replaces: true },
    schema: { type: "string", replaces: true },
    objectType: { type: "string", required: true, replaces: true, only: Object.keys(privilegesOf) },
    objects: { type: "set", replaces: true },
    privileges: { type: "set", required: true },
    withGrantOption: { type: "boolean", default: false, replaces: true },
  },

  id({ role, database, schema, objectType, objects }) {
    const inDatabase = objectType === "database" ? [] : [schema ?? ""];
    // The real provider orders the members of a set by their checksums here.
    const members = [...((objects ?? []) as string[])].sort((a, b) => (checksum(a) < checksum(b) ? -1 : 1));
    return [role, database, ...inDatabase, objectType, ...members].join("_");
  },

  create: (wanted) => change(wanted, wanted),
  update: (state, wanted) => change(state, wanted),

  async read(state) {
    return inTransaction(async (client) => {
      const { rows } = await client.query<{ exists: boolean }>(existsSql, [state["role"], state["schema"] ?? null]);
      if (rows[0]?.exists !== true) return undefined;
      return { privileges: await currentPrivileges(client, state) };
    }, String(state["database"]));
  },

  async delete(state) {
    await inTransaction(async (client) => {
      await lockRole(client, String(state["role"]));
      await client.query(revokeSql(state));
    }, String(state["database"]));
  },
});

const existsSql = `
  select ($1 = 'public' or exists (select from pg_catalog.pg_roles where rolname = $1))
    and ($2::pg_catalog.text is null or exists (select from pg_catalog.pg_namespace where nspname = $2)) as exists`;

function checksum(text: string): string {
  return String(crc32(text));
}

async function change(before: Properties, wanted: Properties): Promise<void> {
  const { role, database, schema, objectType, objects, privileges, withGrantOption } = wanted;
  const allowed = ["ALL", ...privilegesOf[String(objectType)]!];
  const wrong = (privileges as string[]).find((privilege) => !allowed.includes(privilege));
  if (wrong !== undefined)
    throw new Error(`${wrong} is not an allowed privilege for object type ${String(objectType)}`);
  if (!schema && objectType !== "database")
    throw new Error("parameter 'schema' is mandatory for postgresql_grant resource");
  if (objects && (objectType === "database" || objectType === "schema")) {
    throw new Error("cannot specify `objects` when `object_type` is `database` or `schema`");
  }
  const option = withGrantOption === true ? " with grant option" : "";
  await inTransaction(async (client) => {
    await lockRole(client, String(role));
    await client.query(revokeSql(before));
    if ((privileges as string[]).length === 0) return;
    await client.query(
      `grant ${(privileges as string[]).join(", ")} on ${target(wanted)} to ${grantee(wanted)}${option}`,
    );
  }, String(database));
}

/** On named tables and functions only what was granted is taken back, so that grants on columns stay. */
function revokeSql(state: Properties): string {
  const { objects, privileges } = state;
  const named = ((objects ?? []) as string[]).length > 0 && ((privileges ?? []) as string[]).length > 0;
  const revoked = named ? (privileges as string[]).join(", ") : "all privileges";
  return `revoke ${revoked} on ${target(state)} from ${grantee(state)}`;
}

function grantee({ role }: Properties): string {
  return role === "public" ? "public" : escapeIdentifier(String(role));
}

function target({ objectType, database, schema, objects }: Properties): string {
  const quotedSchema = escapeIdentifier(String(schema));
  if (objectType === "database") return `database ${escapeIdentifier(String(database))}`;
  if (objectType === "schema") return `schema ${quotedSchema}`;
  const named = ((objects ?? []) as string[]).map((object) => `${quotedSchema}.${quotedObject(object)}`);
  return named.length > 0
    ? `${String(objectType)} ${named.join(", ")}`
    : `all ${String(objectType)}s in schema ${quotedSchema}`;
}

/** A function may come with the types of its arguments, which are no part of its name. */
function quotedObject(object: string): string {
  const [name, argumentTypes] = object.split("(");
  return escapeIdentifier(name!) + (argumentTypes === undefined ? "" : `(${argumentTypes}`);
}

/** The declared privileges where every object has just these, else those of the first object that differs. */
async function currentPrivileges(client: pg.Client, state: Properties): Promise<unknown> {
  const { role, database, schema, objectType, objects, privileges } = state;
  const declared = sorted(privileges);
  const named = (objects ?? []) as string[];
  const object = objectType === "database" ? database : schema;
  const { rows } = await client.query<{ name: string; privileges: string[] }>(aclSql[String(objectType)]!, [
    role,
    object,
  ]);
  const all = privilegesOf[String(objectType)]!;
  for (const row of rows) {
    if (named.length > 0 && !named.includes(row.name)) continue;
    const found = sorted(row.privileges);
    const isAll = (declared as string[]).includes("ALL") && isDeepStrictEqual(found, sorted([...all]));
    if (!isAll && !isDeepStrictEqual(found, declared)) return found;
  }
  return declared;
}

/** The privileges of role $1 on database, schema, or every table or function in schema $2. */
const aclSql: Readonly<Record<string, string>> = {
  database: privilegesSql("pg_catalog.pg_database o", "o.datname", "o.datacl", "o.datname = $2"),
  schema: privilegesSql("pg_catalog.pg_namespace o", "o.nspname", "o.nspacl", "o.nspname = $2"),
  table: privilegesSql(
    "pg_catalog.pg_class o join pg_catalog.pg_namespace n on n.oid = o.relnamespace",
    "o.relname",
    "o.relacl",
    "n.nspname = $2 and o.relkind = 'r'",
  ),
  function: privilegesSql(
    "pg_catalog.pg_proc o join pg_catalog.pg_namespace n on n.oid = o.pronamespace",
    "o.proname",
    "o.proacl",
    "n.nspname = $2",
  ),
};

function privilegesSql(from: string, name: string, acl: string, where: string): string {
  return `
    select ${name} as name, array(
      select distinct a.privilege_type from pg_catalog.aclexplode(${acl}) a
      where a.grantee = coalesce((select r.oid from pg_catalog.pg_roles r where r.rolname = $1), 0)
    ) as privileges
    from ${from} where ${where} order by 1`;
}
