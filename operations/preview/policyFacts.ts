import { subjectOf } from "../../lifecycle/preview/subject.ts";
import type { Session } from "../../postgres/session.ts";
import { sqlText } from "../../postgres/sqlFiles.ts";

/** What the database says of a view that its declaration does not, for policies. */
export interface PolicyFacts {
  readonly ownerIsSuperuser: boolean;
  /** Roles of an API that can read the view now. */
  readonly readableBy: readonly string[];
  /** A valid unique index proves its key. */
  readonly hasUniqueIndex: boolean;
}

/** Roles as which the APIs of hosts let strangers in: PostgREST's and Supabase's. */
const API_ROLES: readonly string[] = ["anon", "authenticated", "web_anon"];

/** Facts about a declared view; undefined for what is no view. */
export async function policyFacts(
  { target, capabilities }: Session,
  declared: Readonly<Record<string, unknown>>,
): Promise<PolicyFacts | undefined> {
  const view = "definition" in declared ? subjectOf(declared) : undefined;
  if (view === undefined) return undefined;
  const owner = typeof declared["owner"] === "string" ? declared["owner"] : capabilities.currentUser;
  const { rows } = await target.query<PolicyFacts>(sqlText("describe/policy_facts"), [
    view.schema,
    view.name,
    owner,
    API_ROLES,
  ]);
  return rows[0];
}
