import type { Client } from "pg";
import { isServerError, SQLSTATE } from "../../../postgres/errors.ts";
import type { ServerError } from "../../../postgres/errors.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { definedBefore } from "../../earlierSteps.ts";
import type { EarlierSteps } from "../../kind.ts";
import { retarget } from "../swap/retarget.ts";
import type { Renaming } from "../swap/retarget.ts";
import { readDeclared } from "./declaredView.ts";
import { SEARCH_PATH } from "./definitionSettings.ts";
import { parseDefinition } from "./parseDefinition.ts";

/**
 * Why the server refuses a definition that reads what steps before make or change, once those are done: it reads temporary views of what they
 * will show. Undefined where nothing stands against it.
 */
export async function refusalLater(
  client: Client,
  definition: string,
  earlier: EarlierSteps,
): Promise<ServerError | undefined> {
  const renamings: Renaming[] = [];
  const shown: string[] = [];
  for (const [index, view] of definedBefore(earlier).entries()) {
    const to = { schema: "pg_temp", name: `matview_later_${index}` };
    shown.push(
      sqlStatement("statements/create_trial_view", {
        names: { view: to.name },
        raw: { definition: await readingLater(view.definition, renamings) },
      }),
    );
    renamings.push({ from: view, to, isBare: SEARCH_PATH.includes(view.schema) });
  }
  const read = await readDeclared(client, await readingLater(definition, renamings), [], shown);
  const refusals = [
    ...read.before.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : [])),
    ...("refusal" in read ? [read.refusal] : []),
  ];
  // Only what no other name for a source can bring about.
  return refusals.length === 1 && isServerError(refusals[0], SQLSTATE.undefinedColumn) ? refusals[0] : undefined;
}

async function readingLater(definition: string, renamings: readonly Renaming[]): Promise<string> {
  const parsed = await parseDefinition(definition);
  return parsed.ok ? retarget(parsed.definition.sql, renamings) : definition;
}
