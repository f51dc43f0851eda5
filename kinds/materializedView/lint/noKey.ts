import type { Session } from "../../../postgres/session.ts";
import { duration } from "../../quantities.ts";
import { explain, measureView } from "../cost/measures.ts";
import { statementCost } from "../cost/statementCost.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";
import type { RunnableDefinition } from "../definition/runDefinition.ts";
import type { Finding } from "./finding.ts";
import { findKeys } from "./keyCandidates.ts";
import type { KeySearch } from "./keyCandidates.ts";
import type { LintedView } from "./lintDefinition.ts";

/** What a view without a key costs its readers, by its own runs or the planner, and which keys its data would allow. */
export async function explainNoKey(session: Session, view: LintedView): Promise<Finding[]> {
  const parsed = await parseDefinition(view.definition);
  if (!parsed.ok) return [];
  const definition = { definition: parsed.definition.sql, owner: view.owner };
  return [
    {
      rule: "no-key",
      message: "No unique key is declared, so that refreshes are plain",
      cost: `Readers wait for the whole of each: an access exclusive lock ${await timeOf(session, view, definition)}`,
      fix: adviceOf(await findKeys(session.target, view, definition)),
    },
  ];
}

async function timeOf(session: Session, view: LintedView, definition: RunnableDefinition): Promise<string> {
  const measures = await measureView(session, view);
  const planned = measures?.planned ?? (await explain(session, definition));
  if (measures?.runs === undefined && planned === undefined) return "for as long as the query takes";
  const { durationMs, isMeasured } = statementCost("refresh materialized view", measures, planned);
  return `for ${duration(durationMs)} (${isMeasured ? "by its last runs" : "estimated"}), longer behind a reader's open transaction`;
}

function adviceOf(search: KeySearch): string {
  switch (search.outcome) {
    case "found": {
      const keys = search.keys.map((key) => JSON.stringify(key)).join(" or ");
      const rows = search.rows.toLocaleString("en-US");
      return `In the ${rows} rows of now ${keys} is unique and not null: declare it as uniqueKey if it always is, by what it means`;
    }
    case "none":
      return "No column and no pair of the likeliest is unique and not null in the data of now: leave it so, or make the definition give each row a key";
    case "unknown":
      return `Declare uniqueKey with columns that are unique and not null together; which ones are could not be looked up: ${search.reason}`;
  }
}
