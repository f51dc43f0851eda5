import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";
import type { OwnedFunction } from "../runtimeObjects/ownedObjects.ts";
import { describeSchema } from "../runtimeObjects/schema.ts";
import type { RuntimeSchema } from "../runtimeObjects/schema.ts";
import type { DesiredAudit } from "./desired.ts";
import { recordFunction, recordTable } from "./names.ts";

/** What bears the table's name. */
export interface ActualRecord {
  /** As pg_class has it: `r` is a table. */
  readonly kind: string;
  readonly owner: string;
  /** True where row security hides rows from those who may read it. */
  readonly hidesRows: boolean;
  /** Type by name. */
  readonly columns: Readonly<Record<string, string>>;
  /** Privileges, such as `insert, select`, by role; `public` is everybody. The owner's own are left out. */
  readonly grants: Readonly<Record<string, string>>;
}

/** The function that writes the table. */
export interface ActualRecorder extends OwnedFunction {
  /** Everybody may call it. */
  readonly isOpen: boolean;
}

/** What is there of a role's record of refreshes. */
export interface ActualAudit {
  readonly schema: RuntimeSchema;
  /** The role owns views in this database, of this stack or another. */
  readonly isInUse?: boolean;
  readonly table: ActualRecord | null;
  readonly function: ActualRecorder | null;
}

/** Reads the owner's table and function. */
export async function describeAudit({ target }: Session, { owner }: DesiredAudit): Promise<ActualAudit> {
  const names = [recordTable(owner), recordFunction(owner), owner];
  const { rows } = await target.query<Omit<ActualAudit, "schema">>(sqlText("describe/refresh_audit_objects"), names);
  return { ...rows[0]!, schema: await describeSchema(target, owner) };
}
