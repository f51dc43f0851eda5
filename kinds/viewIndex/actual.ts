import type { QualifiedName } from "../../postgres/names.ts";
import type { Difference } from "../../postgres/plan.ts";
import type { Claim } from "../claim.ts";
import { isPlain } from "../materializedView/indexes/declaredIndex.ts";
import { plainShape, shapeDifferences } from "../materializedView/indexes/indexShape.ts";
import type { IndexShape } from "../materializedView/indexes/indexShape.ts";
import type { IndexTrial } from "../materializedView/indexes/tryIndex.ts";
import type { DesiredIndex } from "./desired.ts";

/** An index as the catalog has it. */
export interface ActualIndex extends QualifiedName, IndexShape {
  readonly view: string;
  /** False after a concurrent build that failed, or while one is going on. */
  readonly isValid: boolean;
  readonly comment: string | null;
  /** Who manages the index, which stands behind the comment. */
  readonly claim: Claim | undefined;
  /** True of one that somebody made under another name: nobody manages it, and it serves as what is declared. */
  readonly standsIn?: true;
  /** Of one that was found by its claim under another name: all of its view that have one. Whose they are only their tokens tell. */
  readonly strays?: readonly ActualIndex[];
  /** True of one of these that is the entry's own: a deploy that did not end, or somebody's hand, left it under that name. */
  readonly isStray?: true;
  /** What the server makes of the declaration, where that is more than plain columns. */
  readonly declared?: IndexTrial | undefined;
}

/** A name that no index bears, with what the server makes of the declaration. */
export interface AbsentIndex {
  readonly isAbsent: true;
  readonly declared: IndexTrial;
}

export function isThere(actual: ActualIndex | AbsentIndex | undefined): actual is ActualIndex {
  return actual !== undefined && !("isAbsent" in actual);
}

/** Where an index is not as declared, its name aside. The words about nulls of a plain one are no difference: it may be from before they were there. */
export function differencesOf(desired: DesiredIndex, actual: ActualIndex): Difference[] {
  const declared = isPlain(desired) ? plainShape(desired) : actual.declared?.shape;
  const view = desired.view === actual.view ? [] : [{ property: "view", declared: desired.view, actual: actual.view }];
  return [...view, ...shapeDifferences(declared ?? {}, actual)];
}
