import { escapeIdentifier } from "pg";
import type { Properties } from "../values.ts";
import { bridged } from "./bridged.ts";
import { inTransaction } from "./connection.ts";

/** Stands in for postgresql.GrantRole: another value of anything makes it anew. */
export const grantRole = bridged({
  fields: {
    role: { type: "string", required: true, replaces: true },
    grantRole: { type: "string", required: true, replaces: true },
    withAdminOption: { type: "boolean", default: false, replaces: true },
  },

  id: ({ role, grantRole, withAdminOption }) => `${String(role)}_${String(grantRole)}_${String(withAdminOption)}`,

  async create(wanted) {
    const [granted, to] = names(wanted);
    const option = wanted["withAdminOption"] === true ? " with admin option" : "";
    await inTransaction(async (client) => {
      await client.query(`revoke ${granted} from ${to}`);
      await client.query(`grant ${granted} to ${to}${option}`);
    });
  },

  async read({ role, grantRole }) {
    const { rows } = await inTransaction((client) =>
      client.query<{ withAdminOption: boolean }>(
        `select m.admin_option as "withAdminOption" from pg_catalog.pg_auth_members m
         where pg_catalog.pg_get_userbyid(m.member) = $1 and pg_catalog.pg_get_userbyid(m.roleid) = $2`,
        [role, grantRole],
      ),
    );
    return rows[0];
  },

  async update() {
    throw new Error("A membership is never updated, only made anew.");
  },

  async delete(state) {
    const [granted, from] = names(state);
    await inTransaction((client) => client.query(`revoke ${granted} from ${from}`));
  },
});

function names({ grantRole, role }: Properties): [string, string] {
  return [escapeIdentifier(String(grantRole)), escapeIdentifier(String(role))];
}
