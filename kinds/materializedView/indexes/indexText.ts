import { sqlIdentifier, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { elementsOf, nullsNotDistinct } from "../keyIndex.ts";
import { parameterList } from "../statements.ts";
import type { IndexPart, IndexParts } from "./declaredIndex.ts";
import type { IndexShape } from "./indexShape.ts";

/**
 * The text behind `on <view>` of the statement that builds the index. A unique one takes nulls for equal where the server can and nothing
 * else is declared: a refresh would lose rows otherwise.
 */
export function indexText(index: IndexParts, serverMajor: number): string {
  if (index.sql !== undefined) return index.sql.trim();
  const { columns = [], method = "btree", include = [], storageParameters, tablespace, where } = index;
  const isDefault = index.nullsNotDistinct === undefined;
  const nulls = isDefault
    ? index.unique
      ? nullsNotDistinct(serverMajor)
      : ""
    : index.nullsNotDistinct
      ? " nulls not distinct"
      : "";
  return [
    `using ${sqlIdentifier(method)} (${columns.map(partText).join(", ")})`,
    include.length === 0 ? "" : ` include (${include.map(sqlIdentifier).join(", ")})`,
    nulls,
    storageParameters === undefined ? "" : ` with (${parameterList(storageParameters)})`,
    tablespace === undefined ? "" : ` tablespace ${sqlIdentifier(tablespace)}`,
    where === undefined ? "" : ` where (${where})`,
  ].join("");
}

/** The same text of an index that is there. The server prints all but the tablespace, which stands before the condition. */
export function printedText({ definition, tablespace, predicate }: IndexShape): string {
  const elements = elementsOf(definition);
  if (tablespace === null) return elements;
  const end = predicate === null ? elements.length : elements.length - ` WHERE ${predicate}`.length;
  return `${elements.slice(0, end)} tablespace ${sqlIdentifier(tablespace)}${elements.slice(end)}`;
}

function partText(part: string | IndexPart): string {
  if (typeof part === "string") return sqlIdentifier(part);
  const { column, expression = "", collation, operatorClass, operatorClassParameters, order, nulls } = part;
  return [
    column === undefined ? `(${expression})` : sqlIdentifier(column),
    collation === undefined ? "" : ` collate ${objectText(collation)}`,
    operatorClass === undefined ? "" : ` ${objectText(operatorClass)}`,
    operatorClassParameters === undefined ? "" : ` (${parameterList(operatorClassParameters)})`,
    order === undefined ? "" : ` ${order}`,
    nulls === undefined ? "" : ` nulls ${nulls}`,
  ].join("");
}

function objectText(name: string | QualifiedName): string {
  return typeof name === "string" ? sqlIdentifier(name) : sqlName(name);
}
