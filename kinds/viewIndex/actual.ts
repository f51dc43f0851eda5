import type { QualifiedName } from "../../postgres/names.ts";
import type { Difference } from "../../postgres/plan.ts";
import type { Claim } from "../claim.ts";
import type { DesiredIndex } from "./desired.ts";

/** An index as the catalog has it. */
export interface ActualIndex extends QualifiedName {
  readonly view: string;
  readonly isUnique: boolean;
  /** False after a concurrent build that failed, or while one is going on. */
  readonly isValid: boolean;
  readonly method: string;
  readonly predicate: string | null;
  readonly definition: string;
  readonly comment: string | null;
  /** Who manages the index, which stands behind the comment. */
  readonly claim: Claim | undefined;
  /** Key columns and expressions, in order, then the included columns. */
  readonly columns: readonly string[];
  readonly include: readonly string[];
  /** True when every part is a plain column with the default order. */
  readonly isPlain: boolean;
  /** True of one that somebody made under another name: nobody manages it, and it serves as what is declared. */
  readonly standsIn?: true;
  /** Of one that was found by its claim under another name: all of its view that have one. Whose they are only their tokens tell. */
  readonly strays?: readonly ActualIndex[];
  /** True of one of these that is the entry's own: a deploy that did not end, or somebody's hand, left it under that name. */
  readonly isStray?: true;
}

/** Where an index is not as declared, its name aside. The words about nulls are no difference: it may be from before they were there. */
export function differencesOf(desired: DesiredIndex, actual: ActualIndex): Difference[] {
  const pairs: [string, string, string][] = [
    ["view", desired.view, actual.view],
    ["columns", desired.columns.join(", "), actual.columns.join(", ")],
    ["include", (desired.include ?? []).join(", ") || "none", actual.include.join(", ") || "none"],
    ["unique", String(desired.unique), String(actual.isUnique)],
    ["predicate", "none", actual.predicate ?? "none"],
    ["method", "btree", actual.method],
    ["elements", "plain columns", actual.isPlain ? "plain columns" : actual.definition],
  ];
  return pairs
    .filter(([, declared, found]) => declared !== found)
    .map(([property, declared, found]) => ({ property, declared, actual: found }));
}
