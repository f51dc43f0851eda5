import type { Client } from "pg";
import { inJobSession } from "../../postgres/jobSession.ts";
import { sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import type { Statement } from "../../postgres/pipeline.ts";
import { sqlStatement, sqlText } from "../../postgres/sqlFiles.ts";
import { refreshSql } from "./statements.ts";

/** A view without data, and who owns it. */
export interface UnfilledView extends QualifiedName {
  readonly owner: string;
}

/** Asks for the views without data that a relation reads, in the order in which they can be filled. `relation` is its name as SQL. */
export function unfilledSources(relation: string): Statement {
  return { text: sqlText("describe/unfilled_sources"), values: [relation] };
}

/** The same of a view that is there. */
export async function unfilledSourcesOf(client: Client, view: QualifiedName): Promise<UnfilledView[]> {
  return (await client.query<UnfilledView>(unfilledSources(sqlName(view)))).rows;
}

/**
 * Recomputes a view under the settings of its job's sessions; one that had no data is analyzed too, whose time says when it was filled as long
 * as no run of the job does. Answers which settings could not be made.
 */
export async function recomputeView(
  client: Client,
  view: QualifiedName & { readonly isPopulated: boolean },
  { user, concurrently = false }: { readonly user: string; readonly concurrently?: boolean },
): Promise<readonly string[]> {
  const analyze = sqlStatement("statements/analyze_view", { names: { schema: view.schema, view: view.name } });
  const work = [refreshSql(view, concurrently), ...(view.isPopulated ? [] : [analyze])];
  return (await inJobSession(client, user, work)).problems;
}
