import type { QueryColumn } from "../swap/dependentTrials.ts";
import { nullnessOf } from "./nullability.ts";
import type { ReadSource } from "./sourceChanges.ts";

/** A column that is not as it was, with what is told of it before and after. */
export interface ColumnChange {
  readonly column: string;
  readonly before?: string;
  readonly after?: string;
}

/** What a change of a definition does to the columns of its view. */
export interface ColumnChanges {
  /** With their types. */
  readonly added: readonly ColumnChange[];
  readonly removed: readonly ColumnChange[];
  /** The same expression in the same place under another name. */
  readonly renamed: readonly ColumnChange[];
  /** With their places, from 1; those that others only push aside are not in it. */
  readonly moved: readonly ColumnChange[];
  readonly retyped: readonly ColumnChange[];
  readonly recollated: readonly ColumnChange[];
  /** Where the text tells it: could not be null and can be now, or the other way round. */
  readonly nullable: readonly ColumnChange[];
  readonly neverNull: readonly ColumnChange[];
}

type Renamed = readonly (readonly [before: string, after: string])[];

/** Both queries as the server prints them, and what they read. */
interface Queries {
  readonly printed: { readonly live: string; readonly declared: string };
  readonly sources: readonly ReadSource[];
}

/** Compares the columns of a view with those of its declared definition. */
export async function columnChanges(
  old: readonly QueryColumn[],
  now: readonly QueryColumn[],
  renamed: Renamed,
  { printed, sources }: Queries,
): Promise<ColumnChanges> {
  const [nullBefore, nullNow] = await Promise.all([
    nullnessOf(printed.live, sources),
    nullnessOf(printed.declared, sources),
  ]);
  const nameNow = new Map<string, string>([...old.map(({ name }) => [name, name] as const), ...renamed]);
  const found = new Map(now.map((column) => [column.name, column]));
  const kept = old.flatMap((was) => {
    const is = found.get(nameNow.get(was.name) ?? "");
    return is === undefined ? [] : [{ was, is }];
  });
  const different = (of: (column: QueryColumn) => string): ColumnChange[] =>
    kept
      .filter(({ was, is }) => of(was) !== of(is))
      .map(({ was, is }) => ({ column: is.name, before: of(was), after: of(is) }));
  const nulls = (before: string, after: string): ColumnChange[] =>
    kept
      .filter(({ was, is }) => nullBefore[old.indexOf(was)] === before && nullNow[now.indexOf(is)] === after)
      .map(({ is }) => ({ column: is.name }));
  const carried = new Set(kept.map(({ is }) => is.name));
  const gone = old.filter(({ name }) => !kept.some(({ was }) => was.name === name));
  return {
    added: now.filter(({ name }) => !carried.has(name)).map(({ name, type }) => ({ column: name, after: type })),
    removed: gone.map(({ name, type }) => ({ column: name, before: type })),
    renamed: renamed.map(([before, after]) => ({ column: after, before, after })),
    moved: await movedColumns(
      kept.map(({ is }) => is.name),
      old.map(({ name }) => nameNow.get(name) ?? name),
      now.map(({ name }) => name),
    ),
    retyped: different(({ type }) => type),
    recollated: different(({ collation }) => collation ?? "the type's own"),
    nullable: nulls("never", "may"),
    neverNull: nulls("may", "never"),
  };
}

async function movedColumns(
  kept: readonly string[],
  before: readonly string[],
  after: readonly string[],
): Promise<ColumnChange[]> {
  const { diffArrays } = await import("diff");
  const order = after.filter((name) => kept.includes(name));
  const place = (names: readonly string[], name: string): string => String(names.indexOf(name) + 1);
  return diffArrays([...kept], order)
    .filter(({ added }) => added)
    .flatMap(({ value }) => value)
    .map((column) => ({ column, before: place(before, column), after: place(after, column) }));
}
