import { serverText, SQLSTATE } from "../../postgres/errors.ts";
import type { ServerError } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier, sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";

/** What the connected role lacks to read a relation, as the statements that grant it; nothing where it may. */
export function readGrants(
  role: string,
  relation: QualifiedName,
  may: { readonly hasUsage: boolean; readonly mayRead: boolean },
): string[] {
  const name = sqlIdentifier(role);
  return [
    ...(may.hasUsage ? [] : [`grant usage on schema ${sqlIdentifier(relation.schema)} to ${name}`]),
    ...(may.mayRead ? [] : [`grant select on ${sqlName(relation)} to ${name}`]),
  ];
}

/** The server's words where a view or its sources were to be read, with what to grant where that is what it lacks. */
export async function refusalText(session: Session, view: QualifiedName, error: ServerError): Promise<string> {
  const rights = error.code === SQLSTATE.insufficientPrivilege ? await missingReads(session, view) : "";
  return [serverText(error), rights].filter((text) => text !== "").join("; ");
}

/** What the connected role lacks to run a view's query, which a live count does, with what to run; empty where it lacks nothing. */
async function missingReads({ target, capabilities }: Session, view: QualifiedName): Promise<string> {
  const role = capabilities.currentUser;
  const { rows } = await target.query<QualifiedName & { hasUsage: boolean; mayRead: boolean }>(
    sqlText("describe/read_rights"),
    [view.schema, view.name],
  );
  const grants = rows.flatMap((relation) => readGrants(role, relation, relation));
  if (grants.length === 0) return "";
  return `role ${role} may not read ${displayName(view)} and its sources; let their owners run: ${[...new Set(grants)].join("; ")}`;
}
