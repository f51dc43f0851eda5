/** Rules of the lint, by the names that people see and may switch off. */
export const LINT_RULES = [
  "volatile-function",
  "changing-value",
  "frozen-literal",
  "zoneless-timestamp",
  "select-star",
  "no-key",
  "unstable-key",
  "function-search-path",
  "exposed-to-api",
] as const;

/** One warning about a definition: what is the matter, what it costs, and the way out. */
export interface Finding {
  readonly rule: (typeof LINT_RULES)[number];
  readonly message: string;
  readonly cost: string;
  readonly fix: string;
}

/** A finding as text: three sentences, the rule last. */
export function findingText({ rule, message, cost, fix }: Finding): string {
  return `${message}. ${cost}. ${fix} [${rule}]`;
}
