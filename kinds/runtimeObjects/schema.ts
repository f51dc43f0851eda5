import type { Client } from "pg";
import { grantSql } from "../../postgres/objectStatements.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { RUNTIME_SCHEMA } from "./names.ts";

/** Schema `matview` of a database as it is for one owner. Others may have made it, and have their objects in it. */
export interface RuntimeSchema {
  readonly exists: boolean;
  /** Whether everybody may name what is in it. */
  readonly isOpen: boolean;
  /** Whether the owner may make its objects in it. */
  readonly mayBuild: boolean;
}

const SCHEMA = { kind: "schema", object: RUNTIME_SCHEMA };

export const NO_SCHEMA: RuntimeSchema = { exists: false, isOpen: false, mayBuild: false };

/** Reads the schema of the database that the client is connected to. */
export async function describeSchema(client: Client, owner: string): Promise<RuntimeSchema> {
  const [row] = (await client.query<RuntimeSchema>(sqlText("describe/runtime_schema"), [owner])).rows;
  if (row === undefined) throw new Error("describe/runtime_schema.sql returned no row");
  return row;
}

/** What is missing for the owner to make its objects in the schema. */
export function schemaSql(owner: string, { exists, isOpen, mayBuild }: RuntimeSchema): string[] {
  return [
    ...(exists ? [] : [sqlStatement("statements/create_runtime_schema")]),
    ...(isOpen ? [] : [grantSql("usage", SCHEMA, "public")]),
    ...(mayBuild ? [] : [grantSql("create", SCHEMA, owner)]),
  ];
}
