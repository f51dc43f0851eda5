import type { QualifiedName } from "../../../postgres/names.ts";
import { dropSql, renameSql, viewObject } from "../../../postgres/objectStatements.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { alterPolicySql, dropFunctionSql, recreateFunctionSql, replaceViewSql } from "./dependentStatements.ts";
import type { Dependent } from "./dependentTrials.ts";
import { renamePartsSql } from "./kept.ts";
import type { RelationProperties } from "./relationProperties.ts";
import type { Replacement } from "./replacement.ts";
import { asideName, goneName } from "./swapNames.ts";

/** How long all locks of one try may be waited for together: readers queue behind whoever waits. */
const TRY_MS = 15;
const TRY_ALL_MS = 20;
const SHORTEST_WAIT_MS = 5;

/** The locks, from the outermost dependent inwards: the other way round readers would meet them crosswise and die of deadlocks. */
export function locksSql(expected: RelationProperties, { dependents }: Replacement): string[] {
  const outermostFirst = [...dependents].reverse();
  const locks = [...outermostFirst.flatMap(lockSql), renameViewSql(expected, goneName(expected))];
  const wait = locks.length === 1 ? TRY_MS : Math.max(SHORTEST_WAIT_MS, Math.floor(TRY_ALL_MS / locks.length));
  return [
    sqlStatement("statements/set_lock_timeout", { raw: { milliseconds: String(wait) } }),
    // Before anything is renamed: the signatures are written with the old names.
    ...outermostFirst.flatMap((dependent) =>
      dependent.how === "recreate function" ? [dropFunctionSql(dependent.function)] : [],
    ),
    ...locks,
  ];
}

/** What puts everything in its place behind the locks: names, dependents, and away with the old ones, or aside as `keeping` says. */
export function exchangeSql(
  expected: RelationProperties,
  replacement: Replacement,
  keeping: readonly string[] = [dropOldSql(expected)],
): string[] {
  const { dependents, defaultGrantees, usesPostgrest } = replacement;
  const asides = dependents.flatMap((dependent) => (dependent.how === "build aside" ? [dependent.view] : []));
  return [
    ...asides.filter(({ kind }) => kind === "v").map((view) => renameViewSql(view, goneName(view))),
    ...[expected, ...asides].map((view) => renameViewSql({ ...view, name: asideName(view).name }, view)),
    ...(dependents.some((dependent) => "function" in dependent) ? [sqlStatement("statements/skip_body_check")] : []),
    ...dependents.flatMap((dependent) => attachSql(dependent, defaultGrantees)),
    ...[...asides].reverse().map(dropOldSql),
    ...keeping,
    ...[expected, ...asides].flatMap(renameNewPartsSql),
    ...(usesPostgrest ? [sqlStatement("statements/notify_postgrest")] : []),
  ];
}

/** What an exchange waits for, outermost first. */
export function lockedRelations({ old, dependents }: Replacement): QualifiedName[] {
  const relations = [...dependents].reverse().flatMap((dependent): QualifiedName[] => {
    if ("view" in dependent) return [{ schema: dependent.view.schema, name: dependent.view.name }];
    if ("policy" in dependent) return [{ schema: dependent.policy.schema, name: dependent.policy.table }];
    return [];
  });
  return [...relations, { schema: old.schema, name: old.name }];
}

// LOCK TABLE refuses materialized views: there the rename takes the lock.
function lockSql(dependent: Dependent): string[] {
  const lock = (schema: string, relation: string): string[] => [
    sqlStatement("statements/lock_relation", { names: { schema, relation } }),
  ];
  if ("function" in dependent) return [];
  if ("policy" in dependent) return lock(dependent.policy.schema, dependent.policy.table);
  const { view } = dependent;
  return view.kind === "m" ? [renameViewSql(view, goneName(view))] : lock(view.schema, view.name);
}

function attachSql(dependent: Dependent, defaultGrantees: Replacement["defaultGrantees"]): string[] {
  switch (dependent.how) {
    case "replace view":
      return [replaceViewSql(dependent.view)];
    case "build aside":
      return [];
    case "replace function":
      return [dependent.function.definition.trim()];
    case "recreate function":
      return recreateFunctionSql(dependent.function, defaultGrantees[dependent.function.schema]?.functions ?? []);
    case "alter policy":
      return [alterPolicySql(dependent.policy)];
  }
}

function renameViewSql(view: RelationProperties, to: QualifiedName): string {
  return renameSql(viewObject(view), to.name);
}

function dropOldSql(view: RelationProperties): string {
  return dropSql(viewObject({ ...view, name: goneName(view).name }));
}

// The old names are free only now.
function renameNewPartsSql(view: RelationProperties): string[] {
  const indexes = view.indexes.filter(({ isValid }) => isValid);
  return renamePartsSql({ ...view, indexes }, asideName, (name) => name);
}
