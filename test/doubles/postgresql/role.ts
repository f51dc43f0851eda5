import type pg from "pg";
import { escapeIdentifier, escapeLiteral } from "pg";
import type { Properties } from "../values.ts";
import { bridged } from "./bridged.ts";
import { inTransaction, settings } from "./connection.ts";
import { lockRole } from "./roles.ts";

/** Properties that are one word of `create role` and `alter role`, by the column that says them. */
const flags = {
  superuser: ["superuser", "rolsuper", false],
  createDatabase: ["createdb", "rolcreatedb", false],
  createRole: ["createrole", "rolcreaterole", false],
  inherit: ["inherit", "rolinherit", true],
  login: ["login", "rolcanlogin", false],
  bypassRowLevelSecurity: ["bypassrls", "rolbypassrls", false],
  replication: ["replication", "rolreplication", false],
} as const;

const flagFields = Object.fromEntries(
  Object.entries(flags).map(([name, [, , usual]]) => [name, { type: "boolean", default: usual } as const]),
);

/** Stands in for postgresql.Role. */
export const role = bridged({
  fields: {
    ...flagFields,
    superuser: { type: "boolean", default: false, only: [false] },
    name: { type: "string", required: true },
    password: { type: "string", secret: true },
    roles: { type: "set" },
    connectionLimit: { type: "number", default: -1 },
    validUntil: { type: "string", default: "infinity" },
    encryptedPassword: { type: "boolean", default: true, only: [true] },
    skipDropRole: { type: "boolean", default: false },
    skipReassignOwned: { type: "boolean", default: false },
  },

  id: ({ name }) => String(name),

  async create(wanted) {
    const name = escapeIdentifier(String(wanted["name"]));
    const words = [...Object.keys(flags), "password", "connectionLimit", "validUntil"].flatMap((property) =>
      clause(property, wanted),
    );
    await inTransaction(async (client) => {
      await client.query(`create role ${name} with ${words.join(" ")}`);
      await grantRoles(client, wanted);
    });
  },

  async read({ name, password }) {
    return inTransaction(async (client) => {
      const { rows } = await client.query<Properties>(readSql, [name]);
      if (!rows[0] || password === undefined) return rows[0];
      return { ...rows[0], password: await currentPassword(client, String(name), rows[0], password) };
    });
  },

  async update(state, wanted, changed) {
    await inTransaction(async (client) => {
      await lockRole(client, String(state["name"]));
      const [before, after] = [state["name"], wanted["name"]].map((name) => escapeIdentifier(String(name)));
      if (changed.has("name")) await client.query(`alter role ${before} rename to ${after}`);
      // A rename forgets a password that was hashed with the name.
      for (const property of new Set([...changed, ...(changed.has("name") ? ["password"] : [])])) {
        for (const word of clause(property, wanted)) await client.query(`alter role ${after} with ${word}`);
      }
      if (changed.has("roles")) {
        const { rows } = await client.query<{ roles: string[] }>(readSql, [wanted["name"]]);
        for (const granted of rows[0]!.roles) await client.query(`revoke ${escapeIdentifier(granted)} from ${after}`);
        await grantRoles(client, wanted);
      }
    });
  },

  async delete({ name, skipReassignOwned, skipDropRole }) {
    const quoted = escapeIdentifier(String(name));
    await inTransaction(async (client) => {
      await lockRole(client, String(name));
      if (skipReassignOwned !== true) {
        await client.query(`reassign owned by ${quoted} to current_user`);
        await client.query(`drop owned by ${quoted}`);
      }
      if (skipDropRole !== true) await client.query(`drop role ${quoted}`);
    });
  },
});

const readSql = `
  select r.rolname as name, r.rolconnlimit as "connectionLimit",
    coalesce(r.rolvaliduntil::pg_catalog.text, 'infinity') as "validUntil",
    ${Object.entries(flags)
      .map(([name, [, column]]) => `r.${column} as "${name}"`)
      .join(", ")},
    array(
      select pg_catalog.pg_get_userbyid(m.roleid)::pg_catalog.text
      from pg_catalog.pg_auth_members m where m.member = r.oid
    ) as roles
  from pg_catalog.pg_roles r where r.rolname = $1`;

/** The words of `create role` or `alter role` that say one property. */
function clause(property: string, wanted: Properties): string[] {
  const value = wanted[property];
  if (property in flags) {
    const [word] = flags[property as keyof typeof flags];
    return [value === true ? word : `no${word}`];
  }
  if (property === "password") return value ? [`password ${escapeLiteral(String(value))}`] : [];
  if (property === "connectionLimit") return [`connection limit ${Number(value)}`];
  if (property === "validUntil") return [`valid until ${escapeLiteral(String(value))}`];
  return [];
}

async function grantRoles(client: pg.Client, { name, roles }: Properties): Promise<void> {
  for (const granted of (roles ?? []) as string[]) {
    await client.query(`grant ${escapeIdentifier(granted)} to ${escapeIdentifier(String(name))}`);
  }
}

/** The server keeps a hash only: a password that is there is taken for the declared one, one that is gone is drift. */
async function currentPassword(
  client: pg.Client,
  name: string,
  found: Properties,
  declared: unknown,
): Promise<unknown> {
  if (found["login"] !== true || !settings().superuser) return declared;
  const { rows } = await client.query<{ absent: boolean }>(
    "select passwd is null as absent from pg_catalog.pg_shadow where usename = $1",
    [name],
  );
  return rows[0]?.absent === false ? declared : "";
}
