import { splitComment } from "../../claim.ts";
import type { AbsentView, ActualView } from "../describe.ts";
import type { Replacement } from "../swap/replacement.ts";
import { columnChanges } from "./columnChanges.ts";
import type { DefinitionChange, DependentObject } from "./definitionChange.ts";
import { definitionDiff } from "./definitionDiff.ts";
import { sourceChanges } from "./sourceChanges.ts";

/** What differs between a view and its declared definition; undefined where it is not built anew. */
export async function changeOfView(actual: ActualView | AbsentView): Promise<DefinitionChange | undefined> {
  if (!actual.exists || actual.replacement === undefined) return undefined;
  const { verdict, replacement } = actual;
  const { old, columns, renamed, printed } = replacement;
  const readable = await definitionDiff(printed.live, printed.declared);
  const isOther = verdict.outcome === "different";
  // Brackets that people leave out may be all that differs.
  const diff = readable === "" && isOther ? await definitionDiff(verdict.live, verdict.declared) : readable;
  const isAlike = isOther && diff === "";
  return {
    diff,
    dependsOn: {
      added: isAlike ? verdict.dependencies.onlyDeclared : [],
      removed: isAlike ? verdict.dependencies.onlyLive : [],
    },
    columns: await columnChanges(old.columns, columns, renamed, replacement),
    sources: await sourceChanges(replacement.sources, printed),
    dependents: dependentsOf(replacement),
    grants: grantsOf(replacement),
  };
}

function dependentsOf({ dependsOnIt }: Replacement): DependentObject[] {
  const found = new Map(dependsOnIt.map(({ label, comment }) => [label, splitComment(comment).claim]));
  return [...found].map(([object, claim]) => {
    if (claim === undefined) return { object };
    const { project, stack, resource } = claim;
    return { object, managedBy: { project, stack, resource } };
  });
}

function grantsOf({ old }: Replacement): string[] {
  const whole = old.grants.map((grant) => ({ ...grant, of: "" }));
  const parts = old.columns.flatMap(({ name, grants }) => grants.map((grant) => ({ ...grant, of: ` (${name})` })));
  const texts = [...whole, ...parts]
    .filter(({ grantee }) => grantee !== old.owner)
    .map(({ privilege, of, grantee }) => `${privilege}${of} to ${grantee}`);
  return [...new Set(texts)].sort();
}
