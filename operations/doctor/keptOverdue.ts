import { keptName } from "../../kinds/materializedView/swap/kept.ts";
import { displayName, sqlName } from "../../postgres/names.ts";
import { clock } from "../commandLine/text.ts";
import type { Diagnosis } from "./finding.ts";

/** What is overdue goes within the hour. */
const GRACE_MS = 2 * 3_600_000;

/** An old view that is kept for longer than its time: whoever was to drop it does not. */
export const keptOverdue: Diagnosis = ({ kept, now, declared }) => {
  if (kept === undefined || now.getTime() - new Date(kept.until).getTime() < GRACE_MS) return undefined;
  const name = keptName(declared);
  return {
    id: "kept-overdue",
    symptom: `an old view is kept for longer than its time`,
    evidence: `${displayName(name)} was to go at ${clock(new Date(kept.until))} and is there`,
    cause: "its job is gone, is switched off or fails: something stands on the old view, say, and its drop is refused",
    fix: "drop it, with the message of the server where that is refused; and deploy the stack, which makes the job again",
    run: [`drop materialized view ${sqlName(name)}`],
  };
};
