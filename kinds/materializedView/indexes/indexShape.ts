import type { Difference } from "../../../postgres/plan.ts";
import type { IndexParts } from "./declaredIndex.ts";

/** What an index is, as the server prints it; what is usual is left out of each part. */
export interface IndexShape {
  readonly isUnique: boolean;
  readonly method: string;
  /** Key columns and expressions, in order, each with what is not usual about it. */
  readonly columns: readonly string[];
  readonly include: readonly string[];
  /** The key's columns by their names; undefined where one part is an expression. */
  readonly keyColumns: readonly string[] | undefined;
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  readonly options: readonly string[];
  readonly tablespace: string | null;
  readonly statistics: NonNullable<IndexParts["statistics"]>;
  /** The whole statement, without the tablespace. */
  readonly definition: string;
}

/** Of describe/indexes.sql. */
export interface ShapeRow extends Omit<IndexShape, "columns" | "include" | "keyColumns" | "statistics"> {
  readonly parts: readonly {
    readonly column: string | null;
    readonly expression: string;
    readonly isKey: boolean;
    readonly collation: string | null;
    readonly operatorClass: string | null;
    readonly parameters: readonly string[] | null;
    readonly isDescending: boolean | null;
    readonly isNullsFirst: boolean | null;
    readonly statistics: number | null;
  }[];
}

export function toShape(row: ShapeRow): IndexShape {
  const { isUnique, method, parts, predicate, nullsNotDistinct, options, tablespace, definition } = row;
  const texts = (isKey: boolean): string[] => parts.filter((part) => part.isKey === isKey).map(partText);
  const statistics = parts.flatMap(({ statistics: target }, index) =>
    target === null ? [] : [{ part: index + 1, target }],
  );
  const rest = { predicate, nullsNotDistinct, options, tablespace, statistics, definition };
  const names = parts.filter(({ isKey }) => isKey).map(({ column }) => column);
  const keyColumns = names.every((column) => column !== null) ? names : undefined;
  return { isUnique, method, columns: texts(true), include: texts(false), keyColumns, ...rest };
}

function partText(part: ShapeRow["parts"][number]): string {
  const { column, expression, collation, operatorClass, parameters, isDescending, isNullsFirst } = part;
  const nulls = isNullsFirst === isDescending ? "" : ` NULLS ${isNullsFirst ? "FIRST" : "LAST"}`;
  return [
    column ?? expression,
    collation === null ? "" : ` COLLATE ${collation}`,
    operatorClass === null ? "" : ` ${operatorClass}`,
    parameters === null ? "" : ` (${parameters.join(", ")})`,
    isDescending === true ? " DESC" : "",
    nulls,
  ].join("");
}

/** Whether a concurrent refresh can use it, as PostgreSQL's own `is_usable_unique_index` has it. */
export function servesRefresh({ isUnique, method, predicate, keyColumns }: IndexShape): boolean {
  return isUnique && method === "btree" && predicate === null && keyColumns !== undefined;
}

/** What an index on plain columns is to be. The rest of one is let alone: it may be from before that could be declared. */
export function plainShape({ unique, columns = [], include = [] }: IndexParts): Partial<IndexShape> {
  return { isUnique: unique, method: "btree", columns: columns as string[], include, predicate: null };
}

/** Where the shape that is there is not the declared one, by the argument that says it. */
export function shapeDifferences(declared: Partial<IndexShape>, found: IndexShape): Difference[] {
  return SAID.flatMap(([property, key, say]) => {
    const wanted = declared[key];
    if (wanted === undefined) return [];
    const [one, other] = [say(wanted), say(found[key])];
    return one === other ? [] : [{ property, declared: one, actual: other }];
  });
}

const list = (value: unknown): string => (value as readonly string[]).join(", ") || "none";
const text = (value: unknown): string => String(value ?? "none");
const sorted = (value: unknown): string => list([...(value as readonly string[])].sort());
const targets = (value: unknown): string =>
  list((value as IndexShape["statistics"]).map(({ part, target }) => `${target} of part ${part}`));

const SAID: readonly (readonly [property: string, key: keyof IndexShape, say: (value: unknown) => string])[] = [
  ["columns", "columns", list],
  ["include", "include", list],
  ["unique", "isUnique", text],
  ["where", "predicate", text],
  ["method", "method", text],
  ["nullsNotDistinct", "nullsNotDistinct", text],
  ["storageParameters", "options", sorted],
  ["tablespace", "tablespace", text],
  ["statistics", "statistics", targets],
];
