import { allowedText } from "../../kinds/materializedView/compare/expectedChange.ts";
import type { Measures } from "../../kinds/materializedView/cost/measures.ts";
import { statementCost, worse } from "../../kinds/materializedView/cost/statementCost.ts";
import type { Risk, StatementCost } from "../../kinds/materializedView/cost/statementCost.ts";
import { ANY_NUMBER, rowCountText } from "../../kinds/materializedView/swap/gate.ts";
import { displayName } from "../../postgres/names.ts";
import { HAZARDS } from "../../postgres/plan.ts";
import type { Hazard, Step } from "../../postgres/plan.ts";
import type { Swap } from "../../postgres/swap.ts";

/** One step of a plan with what it costs, for people and for policies. */
export interface PreviewedStep {
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly on: "target" | "cron";
  readonly statements: readonly string[];
  readonly risk: Risk;
  /** The strongest lock that others meet, by PostgreSQL's name, or "none". */
  readonly lock: string;
  /** How long that lock is held. */
  readonly lockMs: number;
  readonly durationMs: number;
  /** False where no run of this view stands behind the time. */
  readonly isMeasured: boolean;
  readonly rows: number;
  readonly bytesWritten: number;
  /** Needed beside the view for as long as two copies of it exist. */
  readonly extraDiskBytes: number;
  /** The old view, where it stays aside. */
  readonly kept?: { readonly for: string; readonly bytes: number };
  /** What the new rows must pass before anybody reads them. */
  readonly gate?: string;
  /** As people read them. */
  readonly hazards: readonly string[];
  /** What else is touched. */
  readonly dependents: readonly string[];
}

/** Locks from weak to strong, as far as our statements take them. */
const LOCKS = ["none", "share update exclusive", "exclusive", "access exclusive"];

/** A step with its cost. */
export function previewStep(step: Step, measures: Measures | undefined): PreviewedStep {
  const costs = statementCosts(step, measures);
  const sum = (of: (cost: StatementCost) => number): number => costs.reduce((total, cost) => total + of(cost), 0);
  const strongest = costs.reduce(
    (lock, cost) => (LOCKS.indexOf(cost.lock) > LOCKS.indexOf(lock) ? cost.lock : lock),
    "none",
  );
  const built = Math.max(0, ...costs.map(({ bytes }) => bytes));
  const isTwice = step.swap !== undefined || step.hazards.includes("twice-the-disk");
  return {
    action: step.action,
    target: step.target,
    reason: step.reason,
    on: step.on,
    statements: step.sql,
    risk: riskOf(step, costs),
    lock: strongest,
    lockMs: lockMs(step, costs, strongest),
    durationMs: sum(({ durationMs }) => durationMs) + proofMs(step, costs),
    isMeasured: costs.every(({ isMeasured }) => isMeasured),
    rows: Math.max(0, ...costs.map(({ rows }) => rows)),
    bytesWritten: sum(({ bytes }) => bytes),
    extraDiskBytes: isTwice ? Math.max(built, measures?.totalBytes ?? 0) : 0,
    ...gateText(step.swap),
    ...(step.swap?.keeps === undefined ? {} : { kept: { for: step.swap.keeps, bytes: measures?.totalBytes ?? 0 } }),
    hazards: step.hazards.map((hazard) => HAZARDS[hazard]),
    dependents: (step.swap?.relations ?? []).slice(1).map(displayName),
  };
}

// What is proved is computed once more, as the deployed definition has it.
function proofMs({ sql, swap }: Step, costs: readonly StatementCost[]): number {
  const refresh = swap?.change === undefined ? undefined : swap.built[0]?.refresh;
  return refresh === undefined ? 0 : (costs[sql.indexOf(refresh)]?.durationMs ?? 0);
}

function gateText(swap: Swap | undefined): { gate?: string } {
  if (swap === undefined) return {};
  const { gate, change } = swap;
  const rows = rowCountText(gate.rowCount);
  const conditions = [
    ...(gate.oldIsPopulated && rows !== ANY_NUMBER ? [`it has ${rows} times the rows of now`] : []),
    ...(change === undefined ? [] : [`the edit is proved to do no more than this: ${allowedText(change.allowed)}`]),
  ];
  return conditions.length === 0 ? {} : { gate: `refused unless ${conditions.join(", and ")}` };
}

function statementCosts(step: Step, measures: Measures | undefined): StatementCost[] {
  const { make = [], built = [] } = step.swap ?? {};
  const aside = new Set(
    isUnused(step)
      ? step.sql
      : [...make, ...built.flatMap(({ refresh, finish }) => [...(refresh === undefined ? [] : [refresh]), ...finish])],
  );
  return step.sql.map((sql) => {
    const cost = statementCost(sql, measures, undefined);
    // Nobody uses what is built aside.
    return aside.has(sql) ? { ...cost, lock: "none", risk: "online" } : cost;
  });
}

// A view that is just being created, or what a killed run left, has no readers.
function isUnused({ action }: Step): boolean {
  return action === "create" || action === "remove leftovers";
}

// In a transaction every lock is held to its end, from the statement that takes it on.
function lockMs(step: Step, costs: readonly StatementCost[], strongest: string): number {
  const first = costs.findIndex(({ lock }) => lock === strongest);
  if (strongest === "none" || first < 0) return 0;
  const held = step.transaction ? costs.slice(first) : costs.filter(({ lock }) => lock === strongest);
  return held.reduce((total, { durationMs }) => total + durationMs, 0);
}

function riskOf(step: Step, costs: readonly StatementCost[]): Risk {
  const found = costs.reduce<Risk>((risk, cost) => worse(risk, cost.risk), "none");
  return step.hazards.reduce<Risk>((risk, hazard) => worse(risk, HAZARD_RISKS[hazard]), found);
}

const HAZARD_RISKS: Readonly<Record<Hazard, Risk>> = {
  "readers-wait": "brief lock",
  "prepared-statements": "brief lock",
  "twice-the-disk": "online",
  "empty-view": "online",
  "data-gone": "data gone",
  "index-missing": "brief lock",
  "plain-refreshes": "readers wait",
  "refreshes-stop": "online",
};
