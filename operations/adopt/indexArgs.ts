import { servesRefresh } from "../../kinds/materializedView/indexes/indexShape.ts";
import { printedText } from "../../kinds/materializedView/indexes/indexText.ts";
import type { ActualIndex } from "../../kinds/viewIndex/actual.ts";

/** The index that concurrent refreshes use, with its columns; undefined where none can. */
export function keyOf(
  indexes: readonly ActualIndex[],
): { readonly index: ActualIndex; readonly columns: readonly string[] } | undefined {
  const usable = indexes.filter((index) => index.isValid && servesRefresh(index));
  const index = usable.find(isPlainIndex) ?? usable[0];
  return index === undefined ? undefined : { index, columns: index.keyColumns ?? [] };
}

/** What is declared of an index besides its name: columns where that says all, else the server's text. */
export function indexArgs(index: ActualIndex): object {
  const { include, statistics, isUnique } = index;
  const unique = isUnique ? { unique: true } : {};
  if (isPlainIndex(index)) return { ...unique, columns: index.columns, ...(include.length === 0 ? {} : { include }) };
  return { ...unique, sql: sqlOf(index), ...(statistics.length === 0 ? {} : { statistics }) };
}

/** The same of the key's index, whose columns are declared as the key; undefined where there is no more to say. */
export function keyIndexArgs(index: ActualIndex): object | undefined {
  const { include, statistics } = index;
  if (isPlainIndex(index)) return include.length === 0 ? undefined : { include };
  return { sql: sqlOf(index), ...(statistics.length === 0 ? {} : { statistics }) };
}

function sqlOf(index: ActualIndex): string {
  return printedText(index).replace(/^USING/, "using");
}

function isPlainIndex({
  method,
  predicate,
  options,
  tablespace,
  statistics,
  columns,
  keyColumns,
}: ActualIndex): boolean {
  return (
    method === "btree" &&
    predicate === null &&
    tablespace === null &&
    options.length + statistics.length === 0 &&
    columns.every((text, at) => text === keyColumns?.[at])
  );
}
