import type { LoggedDeploy } from "../../kinds/materializedView/deployLog.ts";
import { readDeploys } from "../../kinds/materializedView/deployLog.ts";
import { deployTable } from "../../kinds/materializedView/deployLog.ts";
import { userError } from "../../postgres/errors.ts";
import { displayName, sqlIdentifier } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { withViews } from "../commandLine/declaredViews.ts";
import type { DeclaredView } from "../commandLine/declaredViews.ts";
import type { Call } from "../commandLine/defineVerb.ts";
import { table } from "../commandLine/table.ts";
import { clock, grouped, print, printJson } from "../commandLine/text.ts";
import { usageError } from "../commandLine/usageError.ts";
import { readStates } from "../health/facts.ts";

/** Prints the logged deploys of one view, the newest first. */
export async function tellDeploys(call: Call): Promise<number> {
  if (call.value("since") !== undefined) throw usageError("--deploys shows all that are logged: leave out --since");
  const found = await withViews(call, async (session, views) => {
    if (views.length > 1) throw usageError(WHICH);
    return Promise.all(
      views.map(async (view) => ({ view: displayName(view), deploys: await deploysOf(session, view) })),
    );
  });
  const [told, ...more] = found;
  if (told === undefined || more.length > 0) throw usageError(WHICH);
  if (call.json) printJson(told);
  else print(told.deploys.length === 0 ? NOTHING_YET : deploysText(told.view, told.deploys));
  return 0;
}

const WHICH = "which view? write its name, e.g. public.daily_revenue";

const NOTHING_YET = "No deploy of it is logged yet: the log begins with the next one that changes it.";

async function deploysOf(session: Session, view: DeclaredView): Promise<LoggedDeploy[]> {
  const [state] = await readStates(session, [view]);
  if (state === undefined) throw userError(`there is no materialized view ${displayName(view)}`);
  const found = await readDeploys(session.target, state);
  const log = `matview.${sqlIdentifier(deployTable(state.owner))}`;
  const { currentUser, database } = session.capabilities;
  if (found === undefined)
    throw userError(
      `there is no log of deploys of ${displayName(view)}: ${log} is made by the first deploy of a view that declares keepPrevious, ` +
        `where the deploying role may create schema matview in database ${database}`,
    );
  if (found === "closed")
    throw userError(
      `role ${currentUser} may not read the log of deploys; let ${state.owner} run: grant select on ${log} to ${sqlIdentifier(currentUser)}`,
    );
  return found;
}

const HEAD = ["at", "by", "what", "definition", "rows", "stack", "version"];
/** What a narrow screen shows least of all. */
const LEAST = ["version", "stack"];

function deploysText(view: string, deploys: readonly LoggedDeploy[]): string {
  const rows = deploys.map(({ at, by, action, definitionHash, stack, version, ...counts }) => [
    clock(at),
    by,
    action,
    definitionHash,
    rowsText(counts),
    stack ?? "",
    version,
  ]);
  return [
    `deploys of ${view}`,
    table(HEAD, rows, { least: LEAST }),
    "matview history VIEW --deploys --json shows the definitions.",
  ].join("\n");
}

function rowsText({ rowsBefore, rowsAfter }: Pick<LoggedDeploy, "rowsBefore" | "rowsAfter">): string {
  const text = (count: number | null): string => (count === null ? "none" : grouped(count));
  return rowsBefore === null && rowsAfter === null ? "" : `${text(rowsBefore)} to ${text(rowsAfter)}`;
}
