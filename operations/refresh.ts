import { parseArgs } from "node:util";
import { resolveConnection } from "../components/postgres/connection.ts";
import { serverText, userError } from "../components/postgres/errors.ts";
import { displayName } from "../components/postgres/names.ts";
import type { QualifiedName } from "../components/postgres/names.ts";
import { withSession } from "../components/postgres/session.ts";
import type { Session } from "../components/postgres/session.ts";
import { sqlStatement, sqlText } from "../components/postgres/sqlFiles.ts";
import { withProgress } from "./progress.ts";
import type { Verb } from "./verb.ts";
import { viewArgument } from "./viewArgument.ts";

const help = `usage: matview refresh VIEW [--if-unpopulated]

Recomputes the view now: beside its readers where it has data, else plainly.

  --if-unpopulated  leave a view that has data as it is, and only verify it

exit status: 0 the view has data, 1 it could not be refreshed, 2 used wrongly`;

/** `matview refresh`: recomputes a view and verifies it. */
export const refresh: Verb = {
  summary: "recompute a view now",
  help,
  run: async (words) => {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { "if-unpopulated": { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const view = viewArgument(positionals);
    const connection = resolveConnection({});
    return withSession(connection, "matview refresh", (session) => run(session, view, values["if-unpopulated"]));
  },
};

async function run(session: Session, view: QualifiedName, onlyUnpopulated: boolean): Promise<number> {
  const before = await stateOf(session, view);
  if (before.isPopulated && onlyUnpopulated) {
    process.stdout.write(`${displayName(view)} has data already: ${await countRows(session, view)} rows\n`);
    return 0;
  }
  const started = performance.now();
  await withProgress(`refreshing ${displayName(view)}`, () => recompute(session, view, before.isPopulated));
  const after = await stateOf(session, view);
  if (!after.isPopulated) throw userError(`${displayName(view)} was refreshed and still has no data`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${displayName(view)} refreshed in ${seconds} s: ${await countRows(session, view)} rows\n`);
  return 0;
}

async function recompute({ target }: Session, { schema, name }: QualifiedName, isPopulated: boolean): Promise<void> {
  // Concurrently is refused on a view without data.
  const file = isPopulated ? "refresh_materialized_view_concurrently" : "refresh_materialized_view";
  try {
    await target.query(sqlStatement(`statements/${file}`, { names: { schema, view: name } }));
  } catch (error) {
    throw userError(`${displayName({ schema, name })} could not be refreshed: ${serverText(error)}`, error);
  }
}

interface ViewState {
  readonly isPopulated: boolean;
  readonly owner: string;
}

async function stateOf({ target, capabilities }: Session, view: QualifiedName): Promise<ViewState> {
  const { rows } = await target.query<ViewState>(sqlText("describe/view_states"), [[view.schema], [view.name]]);
  if (rows[0] !== undefined) return rows[0];
  throw userError(`there is no materialized view ${displayName(view)} in database ${capabilities.database}`);
}

async function countRows({ target }: Session, { schema, name }: QualifiedName): Promise<string> {
  const statement = sqlStatement("statements/count_rows", { names: { schema, view: name } });
  return (await target.query<{ rows: string }>(statement)).rows[0]?.rows ?? "?";
}
