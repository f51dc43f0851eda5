/** In the order of how bad it is; the place is the number that sql/verify prints. */
export const VERDICTS = ["pass", "warn", "fail"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** One of the eight checks. */
export interface Check {
  readonly name: CheckName;
  readonly verdict: Verdict;
  /** What was found, as a number with its unit. */
  readonly found: string;
  /** What is allowed. */
  readonly limit: string;
  /** What to do; undefined when it passes. */
  readonly advice?: string | undefined;
}

export type CheckName =
  | "job active"
  | "last ten runs"
  | "runs with error"
  | "state of the view"
  | "spot checks"
  | "last update"
  | "next run"
  | "summary";
