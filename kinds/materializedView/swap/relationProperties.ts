import type { Client } from "pg";
import type { QualifiedName } from "../../../postgres/names.ts";
import { sqlText } from "../../../postgres/sqlFiles.ts";

/** One privilege as the access list has it. */
export interface GrantItem {
  readonly grantor: string;
  /** The role "public" is everybody. */
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** A column with what was set on it; null and empty are the defaults. */
export interface ColumnProperties {
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  readonly comment: string | null;
  readonly statistics: number | null;
  readonly options: readonly string[];
  readonly storage: string | null;
  readonly compression: string | null;
  readonly grants: readonly GrantItem[];
}

export interface IndexProperties {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isValid: boolean;
  readonly isClustered: boolean;
  /** The statement from USING on. */
  readonly elements: string;
  /** Columns of the view that it uses in any way. */
  readonly columns: readonly string[];
  readonly comment: string | null;
  /** Null is the database's own. */
  readonly tablespace: string | null;
  readonly statistics: readonly { readonly column: number; readonly target: number }[];
}

export interface StatisticsProperties extends QualifiedName {
  readonly owner: string;
  /** The statement between the name and FROM. */
  readonly clause: string;
  readonly columns: readonly string[];
  readonly comment: string | null;
  readonly target: number | null;
}

/** Everything that a materialized view or a plain view has besides its data. */
export interface RelationProperties extends QualifiedName {
  readonly oid: string;
  readonly kind: "m" | "v";
  readonly owner: string;
  readonly isPopulated: boolean;
  readonly comment: string | null;
  readonly options: readonly string[];
  readonly toastOptions: readonly string[];
  readonly tablespace: string | null;
  readonly accessMethod: string | null;
  readonly definition: string;
  /** What an owner may do where nothing was granted or revoked. */
  readonly ownerDefault: readonly string[];
  readonly grants: readonly GrantItem[];
  readonly columns: readonly ColumnProperties[];
  readonly indexes: readonly IndexProperties[];
  readonly statistics: readonly StatisticsProperties[];
  readonly labels: readonly { readonly provider: string; readonly label: string; readonly column: string | null }[];
  /** What the module cannot give to another relation. */
  readonly uncarried: readonly string[];
}

/** Reads relations by name; those that are not there are missing from the answer. */
export async function readProperties(client: Client, names: readonly QualifiedName[]): Promise<RelationProperties[]> {
  return (await client.query<RelationProperties>(propertiesQuery(names))).rows;
}

/** The query of `readProperties`; named, so that the server plans it once a session: it takes longer to plan than to run. */
export function propertiesQuery(names: readonly QualifiedName[]): { name: string; text: string; values: unknown[] } {
  const values = [names.map(({ schema }) => schema), names.map(({ name }) => name)];
  return { name: "matview_relation_properties", text: sqlText("describe/relation_properties"), values };
}

/**
 * The same as sentences, each about one thing, so that two relations can be compared as sets: what one has and the other
 * does not. Names of the relation itself and its data are left out.
 */
export function propertyLines(relation: RelationProperties): string[] {
  const { owner, comment, options, toastOptions, tablespace, accessMethod } = relation;
  return [
    `owner ${owner}`,
    ...grantLines(relation.grants, ""),
    ...(comment === null ? [] : [`comment ${JSON.stringify(comment)}`]),
    ...options.map((option) => `option ${option}`),
    ...toastOptions.map((option) => `option toast.${option}`),
    ...(relation.kind === "m"
      ? [`tablespace ${tablespace ?? "default"}`, `access method ${accessMethod ?? "none"}`]
      : []),
    ...relation.columns.flatMap(columnLines),
    ...relation.indexes.filter(({ isValid }) => isValid).flatMap(indexLines),
    ...relation.statistics.flatMap(statisticsLines),
    ...relation.labels.map(({ provider, label, column }) => {
      const what = column === null ? "security label" : `security label of column ${column}`;
      return `${what} for ${provider} ${JSON.stringify(label)}`;
    }),
    ...relation.uncarried,
  ];
}

/** What is no property of the relation itself. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "oid",
  "isPopulated",
  "definition",
  "ownerDefault",
  "type",
  "collation",
]);

/** What says nothing where it is null: it was not set, and may be. */
const SETTABLE: ReadonlySet<string> = new Set(["comment", "statistics", "storage", "compression", "target"]);

/** What the row of another relation must contain to have all that `propertyLines` says of this one, as JSON. */
export function keptProperties(relation: RelationProperties): QualifiedName {
  const indexes = relation.indexes.filter(({ isValid }) => isValid);
  const json = JSON.stringify({ ...relation, indexes }, (key, value: unknown) =>
    LEFT_OUT.has(key) || (value === null && SETTABLE.has(key)) ? undefined : value,
  );
  return JSON.parse(json) as QualifiedName;
}

/** Privileges as sentences; the suffix says of which column. */
export function grantLines(grants: readonly GrantItem[], suffix: string): string[] {
  return grants.map(({ grantor, grantee, privilege, grantable }) => {
    const option = grantable ? " with grant option" : "";
    return `grant ${privilege}${suffix} to ${grantee}${option} by ${grantor}`;
  });
}

function columnLines(column: ColumnProperties): string[] {
  const { name, comment, statistics, options, storage, compression } = column;
  return [
    ...(comment === null ? [] : [`comment ${JSON.stringify(comment)} on column ${name}`]),
    ...(statistics === null ? [] : [`statistics target ${statistics} of column ${name}`]),
    ...options.map((option) => `option ${option} of column ${name}`),
    ...(storage === null ? [] : [`storage ${storage} of column ${name}`]),
    ...(compression === null ? [] : [`compression ${compression} of column ${name}`]),
    ...grantLines(column.grants, ` (${name})`),
  ];
}

function indexLines(index: IndexProperties): string[] {
  const { name, comment, tablespace, statistics } = index;
  return [
    `${index.isUnique ? "unique index" : "index"} ${name} ${index.elements}`,
    `tablespace ${tablespace ?? "default"} of index ${name}`,
    ...(index.isClustered ? [`cluster mark on index ${name}`] : []),
    ...(comment === null ? [] : [`comment ${JSON.stringify(comment)} on index ${name}`]),
    ...statistics.map(({ column, target }) => `statistics target ${target} of part ${column} of index ${name}`),
  ];
}

function statisticsLines({ schema, name, owner, clause, comment, target }: StatisticsProperties): string[] {
  const what = `statistics ${schema}.${name}`;
  return [
    `${what} ${clause}`,
    `owner ${owner} of ${what}`,
    ...(comment === null ? [] : [`comment ${JSON.stringify(comment)} on ${what}`]),
    ...(target === null ? [] : [`target ${target} of ${what}`]),
  ];
}
