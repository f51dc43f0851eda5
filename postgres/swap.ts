import type { QualifiedName } from "./names.ts";

/** A relation that takes part in a swap, and what must be found of it. */
export interface SwappedRelation extends QualifiedName {
  /** Everything that it had when the swap was planned, a line each: when it has not, somebody changed it since. */
  readonly before: readonly string[];
  /** What it must have in the end. */
  readonly after: readonly string[];
  /** `before` and `after` for the server, which finds each in what it knows of the relation, behind the locks and in the end. */
  readonly locked: QualifiedName;
  readonly kept: QualifiedName;
  /** `before` as `ready` leaves it, where that changes it; without its comment. */
  readonly asReady?: readonly string[];
}

/** A materialized view that is built aside: when the old one was refreshed meanwhile, the new one has older data. */
export interface BuiltView {
  readonly old: QualifiedName;
  readonly aside: QualifiedName;
  /** Whose sessions refresh it: what computes its rows runs under the settings of theirs. */
  readonly user: string;
  /** Undefined for one without data, which gets none. */
  readonly refresh: string | undefined;
  /** What is easier done when the data are there, indexes among it. */
  readonly finish: readonly string[];
}

/** What the new data must be like before anybody reads them. */
export interface Gate {
  readonly old: QualifiedName;
  readonly aside: QualifiedName;
  readonly uniqueKey: readonly string[];
  /** Rows of the new view as a multiple of the old one's. */
  readonly rowCount: { readonly min: number; readonly max?: number | undefined };
  readonly oldIsPopulated: boolean;
}

/** At most so many rows: a number, a text such as "1 %" of the rows before, or "any". */
export type RowLimit = number | string;

/** How much the new rows may differ from those of the old definition. */
export interface AllowedChange {
  readonly gone: RowLimit;
  readonly added: RowLimit;
  readonly changed: RowLimit;
  /** The columns that may differ, each in so many rows. Default: any of those that both have. */
  readonly columns?: readonly (readonly [name: string, limit: RowLimit])[];
}

/** A change that was expected, and is proved on the rows that were built. */
export interface ProvedChange {
  readonly allowed: AllowedChange;
  readonly view: QualifiedName;
  /** The deployed query, as the server prints it: computed again, in the snapshot of the build. */
  readonly definition: string;
  readonly owner: string;
  /** Whose sessions compute it. */
  readonly user: string;
  readonly key: readonly string[];
  readonly aside: QualifiedName;
}

/**
 * A relation that is built aside and takes another's place in a moment, as data: the statements of each phase, in order,
 * and what is checked between them.
 */
export interface Swap {
  readonly view: QualifiedName;
  /** Oid of the relation that the plan was made for; another one under its name was put there by somebody else. */
  readonly oid: string;
  /** Of the session advisory lock that keeps two swaps of a view apart. */
  readonly lockKey: readonly [number, number];
  /** Run on their own before anything is built. */
  readonly before?: readonly string[];
  /** Views without data that the new definition reads, those that others read first: filled before it is built. */
  readonly unfilled?: readonly (QualifiedName & { readonly owner: string })[];
  /** Creates all that is built aside, empty. In the same transaction it is refreshed, passes the gate and is finished. */
  readonly make: readonly string[];
  readonly gate: Gate;
  /** Proved behind the gate, once: what a refresh brings in later is no change of the definition. */
  readonly change?: ProvedChange;
  /** Take the locks that keep refreshes out and let readers pass. */
  readonly hold: readonly string[];
  /** Run behind them, once the data are up to date: what readers need not wait for. */
  readonly ready: readonly string[];
  /** Innermost first. */
  readonly built: readonly BuiltView[];
  /** Take the locks that readers wait for; tried again while somebody is in the way. */
  readonly locks: readonly string[];
  /** Run behind the locks, in one transaction with `hold`. */
  readonly exchange: readonly string[];
  readonly relations: readonly SwappedRelation[];
  /** Whose sessions are in the way when a try fails. */
  readonly locked: readonly QualifiedName[];
  readonly deadlineMs: number;
  /** True where nothing is built: what was kept aside takes its place again. */
  readonly putsBack?: true;
  /** How long the old one stays aside, a duration as it is declared; undefined where it is dropped. */
  readonly keeps?: string | undefined;
  /** How long a refresh of the old one takes, which the swap waits for; undefined where that is not known. */
  readonly usualRunMs?: number | undefined;
}
