import type { Client, QueryResultRow } from "pg";
import { derivedName } from "../../postgres/names.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";

/** Whether the connected role may call a function in schema `matview` that has these argument types and is really the owner's. */
export async function mayCall(client: Client, name: string, owner: string, types = ""): Promise<boolean> {
  const { rows } = await client.query<{ mayCall: boolean }>(sqlText("describe/runtime_access"), [name, owner, types]);
  return rows[0]?.mayCall === true;
}

/** What a role's own function shows of its jobs or runs, which row security hides; undefined where it may not be called. */
export async function throughFunction<Row extends QueryResultRow>(
  client: Client,
  owner: string,
  [what, file]: readonly [what: string, file: string],
  values: readonly unknown[] = [],
): Promise<Row[] | undefined> {
  const name = derivedName(owner, what);
  if (!(await mayCall(client, name, owner))) return undefined;
  return (await client.query<Row>(sqlStatement(file, { names: { function: name } }), [...values])).rows;
}
