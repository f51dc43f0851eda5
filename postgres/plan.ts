import type { Swap } from "./swap.ts";

/** What a step costs those who use the view, by a code that stays; the text is for people. */
export const HAZARDS = {
  "readers-wait": "readers wait for a moment",
  "prepared-statements": "prepared `select *` fails once, as the columns change",
  "twice-the-disk": "twice the disk space until the new one is in place",
  "empty-view": "readers get an error until its first refresh",
  "data-gone": "view is dropped with its data",
  "index-missing": "index is missing until it is built again",
  "plain-refreshes": "readers wait for the whole of each refresh",
  "refreshes-stop": "scheduled refreshes stop",
} as const;

export type Hazard = keyof typeof HAZARDS;

/** One difference between what is declared and what the catalog says. */
export interface Difference {
  readonly property: string;
  readonly declared: string;
  readonly actual: string;
}

/** Asked in the transaction that acts, before it does: the plan was made for an object that may have changed hands since. */
export interface Fence {
  /** Of the advisory lock under which an object changes hands. */
  readonly lockKey: readonly [number, number];
  /** Fails where `judge` might; where it does not, there is nothing to judge. */
  readonly guard: string;
  /** One row with the column `text` for each object that bears one of the names. */
  readonly query: string;
  /** @throws when somebody else manages it now. */
  readonly judge: (texts: readonly string[]) => void;
}

/** Statements that belong together, in the order in which they run. */
export interface Step {
  /** What is done, as a verb: create, alter, swap, rename, drop, schedule, unschedule, ... */
  readonly action: string;
  /** What it is done to, as people name it. */
  readonly target: string;
  /** Why, in words that a reviewer understands. */
  readonly reason: string;
  /** Where: the database that holds the view, or the one that holds pg_cron. */
  readonly on: "target" | "cron";
  readonly sql: readonly string[];
  /** All statements in one transaction, or each on its own (`create index concurrently` refuses a transaction). */
  readonly transaction: boolean;
  /** How long each statement may wait for a lock; others queue behind whoever waits. */
  readonly lockTimeoutMs: number;
  readonly hazards: readonly Hazard[];
  /** Asked after the statements until it answers true; past the deadline `otherwise` runs. */
  readonly wait?: { readonly until: string; readonly deadlineMs: number; readonly otherwise: readonly string[] };
  /**
   * Steps that name the same are run one after the other by this process, and again when they meet a deadlock: a concurrent build waits for
   * whoever waits for it.
   */
  readonly turn?: string;
  /** Run when a statement fails, so that what it left half done is gone. */
  readonly onFailure?: readonly string[];
  readonly fence?: Fence | undefined;
  /** For action "swap": the same statements by phase, with the checks between them; `sql` lists them for people. */
  readonly swap?: Swap;
}

/**
 * The work between declaration and world, as data: printed by a preview, asserted by tests, applied by `applyPlan`.
 * No steps = converged. `differences` are what a takeover must not overwrite unasked; a step without a difference only
 * says the same thing in other words.
 */
export interface Plan {
  readonly steps: readonly Step[];
  readonly differences: readonly Difference[];
  /** Why the plan must not be applied; nothing is run then. */
  readonly refusals?: readonly string[];
  /** Why a part of it is planned when steps before are done. */
  readonly later?: string;
}

export const CONVERGED: Plan = { steps: [], differences: [] };

/** A plan as lines of text: why it is refused, and the steps with their reasons, without the SQL. */
export function planLines(plan: Plan): string[] {
  return [
    ...(plan.refusals ?? []).map((refusal) => `refused: ${refusal}`),
    ...plan.steps.map((step) => `${step.action} ${step.target}: ${step.reason}`),
  ];
}

/** Differences as lines of text. */
export function differenceLines(differences: readonly Difference[]): string[] {
  return differences.map(({ property, declared, actual }) => `${property}: declared ${declared}, found ${actual}`);
}

/** How long a step may wait for a lock where nothing asks for less. */
export const LOCK_TIMEOUT_MS = 5_000;

/** Patience for a refresh that is going: who waits to write a comment keeps no reader waiting. */
const CLAIM_PATIENCE_MS = 60_000;

/** The step that says on the object who manages it; nothing that a preview shows. */
export function claimStep(target: string, sql: string): Step {
  return step("claim", target, "is managed by this entry from now on", [sql], { lockTimeoutMs: CLAIM_PATIENCE_MS });
}

/** A step with what most steps have: one transaction in the view's database, and nothing that anybody notices. */
export function step(
  action: string,
  target: string,
  reason: string,
  sql: readonly string[],
  rest: Partial<Step> = {},
): Step {
  return {
    action,
    target,
    reason,
    on: "target",
    sql,
    transaction: true,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    hazards: [],
    ...rest,
  };
}
