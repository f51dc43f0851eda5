import { HAZARDS } from "../../postgres/plan.ts";
import type { Plan } from "../../postgres/plan.ts";
import { replicaName } from "../../postgres/replicas.ts";
import type { Session } from "../../postgres/session.ts";
import type { PreviewedStep } from "./previewStep.ts";

const ONLINE = "concurrent refreshes and index builds take no such lock";

/** What steps that lock readers out do to readers of the standbys that replay them. */
export function standbyWarnings(
  { capabilities: { standbys }, replicas }: Session,
  { steps: plan }: Plan,
  steps: readonly PreviewedStep[],
): string[] {
  const isPlain = steps.some(({ hazards }) => hazards.includes(HAZARDS["plain-refreshes"]));
  const locking = steps.filter(({ lock, risk }) => lock === "access exclusive" && risk !== "online");
  if (locking.length === 0 && !isPlain) return [];
  const isSwap = plan.some(({ swap }) => swap !== undefined);
  const watched = isSwap && replicas.length > 0 ? replicas.map(replicaName).join(", ") : undefined;
  const waits =
    watched === undefined ? [] : [`the swap waits for a moment in which nobody reads the view on ${watched} either`];
  if (standbys.length <= (watched === undefined ? 0 : replicas.length)) return waits;
  return [
    ...waits,
    unwatched(standbys, isPlain ? "each refresh" : locking.map(({ action }) => action).join(", "), isSwap),
  ];
}

function unwatched(standbys: readonly string[], what: string, isSwap: boolean): string {
  const [who, takes] =
    standbys.length === 1 ? ["a standby replays", "it takes"] : [`${standbys.length} standbys replay`, "they take"];
  const advice = isSwap ? "; readReplicas names standbys whose readers are waited for" : "";
  return (
    `${who} from here (${standbys.join(", ")}), and ${takes} the exclusive lock of ${what} too: a query there that holds the view ` +
    `keeps all other readers of it there and all replay waiting, and is cancelled after max_standby_streaming_delay${advice}; ${ONLINE}`
  );
}
