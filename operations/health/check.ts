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

/** The verdicts of a check; all but a pass say what to do. */
export function checking(
  name: CheckName,
  limit: string,
): Readonly<Record<"warn" | "fail", (found: string, advice: string) => Check>> & {
  readonly pass: (found: string) => Check;
} {
  return {
    pass: (found) => ({ name, limit, verdict: "pass", found }),
    warn: (found, advice) => ({ name, limit, verdict: "warn", found, advice }),
    fail: (found, advice) => ({ name, limit, verdict: "fail", found, advice }),
  };
}

export type CheckName =
  | "refresh blocked"
  | "job active"
  | "last ten runs"
  | "runs with error"
  | "state of the view"
  | "spot checks"
  | "last update"
  | "next run"
  | "summary";
