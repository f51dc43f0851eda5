import { endingSql, hiddenLine, holderLine } from "../../postgres/lockHolders.ts";
import { displayName } from "../../postgres/names.ts";
import { behindLine } from "../../postgres/waits.ts";
import { blockageText, isLongBlocked } from "../health/blockage.ts";
import type { Diagnosis } from "./finding.ts";

/** Somebody's lock keeps a refresh of the view, or its readers, waiting. */
export const refreshBlocked: Diagnosis = ({ blockage, declared, capabilities }) => {
  if (blockage === undefined || !isLongBlocked(blockage)) return undefined;
  const { holders, between } = blockage;
  const isRefresh = blockage.waiter.refreshes.length > 0;
  const chain = between.map((one) => `pid ${one.pid} waits for it in turn`);
  const told = [blockageText(blockage), behindLine(blockage), hiddenLine(holders, capabilities)];
  return {
    id: "refresh-blocked",
    symptom: isRefresh ? "a refresh waits for somebody else's lock" : `whoever wants ${displayName(declared)} waits`,
    evidence: told.filter((line) => line !== undefined).join("; "),
    cause: `${holders.map(holderLine).join(", ")} keeps the lock until its transaction ends${chain.length === 0 ? "" : `; ${chain.join(", ")}`}`,
    fix: holders.map(endingSql).join("; "),
  };
};
