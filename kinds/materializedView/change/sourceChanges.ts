import { displayName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { treeNodes } from "../definition/definitionTree.ts";
import { parseDefinition } from "../definition/parseDefinition.ts";

/** A row of describe/view_sources.sql. */
export interface ReadSource extends QualifiedName {
  readonly kind: string;
  readonly columns: readonly { readonly name: string; readonly isNotNull: boolean }[];
  readonly isLive: boolean;
  readonly isDeclared: boolean;
  /** Whether it got its name after the view was built, and whether it was made after that. */
  readonly isRenamed: boolean;
  readonly isMade: boolean;
  /** When; null where the server does not keep it. */
  readonly since: Date | null;
}

/** A source that was renamed under the view, so that its name in the declaration means another one. */
export interface RenamedSource {
  /** What the view reads, as it is called now. */
  readonly reads: string;
  /** What the declaration means. */
  readonly means: string;
  readonly kind: string;
  readonly isMade: boolean;
  /** When that was made, or got its name, ISO 8601. */
  readonly since: string | null;
}

/** What a change of a definition does to the relations that it reads. */
export interface SourceChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly renamed: readonly RenamedSource[];
}

/**
 * Compares what a view reads with what its declared definition does, by both as the server prints them. A source was renamed under the view
 * where another one stands in its place in the query and both got their names since.
 */
export async function sourceChanges(
  sources: readonly ReadSource[],
  { live, declared }: { readonly live: string; readonly declared: string },
): Promise<SourceChanges> {
  const added = sources.filter(({ isLive }) => !isLive);
  const removed = sources.filter(({ isDeclared }) => !isDeclared);
  const [before, after] = await Promise.all([places(live), places(declared)]);
  const pairs = removed.flatMap((was) => {
    const is = added.find((one) => was.isRenamed && one.isRenamed && shareAPlace(before, after, was, one));
    return is === undefined ? [] : [{ was, is }];
  });
  const names = (some: readonly ReadSource[], paired: readonly ReadSource[]): string[] =>
    some.filter((one) => !paired.includes(one)).map(displayName);
  return {
    added: names(
      added,
      pairs.map(({ is }) => is),
    ),
    removed: names(
      removed,
      pairs.map(({ was }) => was),
    ),
    renamed: pairs.map(({ was, is }) => ({
      reads: displayName(was),
      means: displayName(is),
      kind: is.kind,
      isMade: is.isMade,
      since: is.since?.toISOString() ?? null,
    })),
  };
}

/** By relation, as what the rest of a query speaks of it. */
async function places(definition: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  const parsed = await parseDefinition(definition);
  if (!parsed.ok) return found;
  for (const { kind, fields } of treeNodes(parsed.definition.tree)) {
    if (kind !== "RangeVar") continue;
    const { schemaname: schema = "", relname: name, alias } = fields as unknown as RangeVar;
    const key = displayName({ schema, name });
    found.set(key, (found.get(key) ?? new Set()).add(alias?.aliasname ?? name));
  }
  return found;
}

interface RangeVar {
  readonly schemaname?: string;
  readonly relname: string;
  readonly alias?: { readonly aliasname: string };
}

function shareAPlace(
  before: ReadonlyMap<string, ReadonlySet<string>>,
  after: ReadonlyMap<string, ReadonlySet<string>>,
  was: QualifiedName,
  is: QualifiedName,
): boolean {
  const aliases = after.get(displayName(is));
  return [...(before.get(displayName(was)) ?? [])].some((alias) => aliases?.has(alias));
}
