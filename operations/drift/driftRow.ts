/** How a deploy answers to a property that drifted. */
export type Answer = "fix" | "warn" | "ignore";

/** One property that is not as declared, or something that nobody declared. */
export interface DriftRow {
  /** "materialized view public.daily_revenue" */
  readonly resource: string;
  readonly property: string;
  readonly declared: string;
  readonly actual: string;
  /** Of a definition: both as the server prints them, the declared one second, as a unified diff. */
  readonly diff?: string;
  /** Of a definition: what else differs, a sentence each. */
  readonly changes?: readonly string[];
  /** When the object was last changed, where the server keeps such times. */
  readonly since: string | undefined;
  /** What the next `pulumi up` would do about it. */
  readonly upWould: string;
  /** `drift` counts, `warning` is declared to be let alone, `extra` is undeclared and let alone. */
  readonly severity: "drift" | "warning" | "extra";
}

/** A drift check of one stack. */
export interface DriftReport {
  readonly stack: string;
  readonly database: string;
  readonly checked: readonly string[];
  readonly rows: readonly DriftRow[];
  /** What the engine would do besides: to resources of other kinds, and to ours where the world is as declared. */
  readonly others: readonly string[];
  /** Old views that are kept aside for a while, a sentence each: as declared. */
  readonly kept: readonly string[];
  /** What this role may not look at, a sentence each. */
  readonly unseen: readonly string[];
  /** Databases that could not be looked at, and why. */
  readonly unreached: readonly string[];
  /** The engine's own verdict. */
  readonly previewChanged: boolean;
}

/** Whether the world or the program differs from what was deployed. */
export function hasDrifted({ rows, previewChanged }: DriftReport): boolean {
  return previewChanged || rows.some(({ severity }) => severity === "drift");
}
