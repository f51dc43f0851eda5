import { sqlIdentifier } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import {
  columnObject,
  commentSql,
  grantSql,
  named,
  ownerSql,
  revokeSql,
  viewObject,
} from "../../../postgres/objectStatements.ts";
import type { SqlObject } from "../../../postgres/objectStatements.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { grantStatements } from "../grantStatements.ts";
import { createIndexSql, parameterList, splitParameter } from "../statements.ts";
import type {
  ColumnProperties,
  IndexProperties,
  RelationProperties,
  StatisticsProperties,
} from "./relationProperties.ts";

/** ` using heap with (...) tablespace ...`, for the statement that creates a relation with these properties. */
export function creationClause(from: RelationProperties): string {
  const options = [...from.options, ...from.toastOptions.map((option) => `toast.${option}`)];
  const method = from.accessMethod === null ? "" : ` using ${sqlIdentifier(from.accessMethod)}`;
  const tablespace = from.tablespace === null ? "" : ` tablespace ${sqlIdentifier(from.tablespace)}`;
  return `${method}${optionClause(options)}${tablespace}`;
}

/** ` with (...)`, or nothing where there is no option. */
export function optionClause(options: readonly string[]): string {
  return options.length === 0 ? "" : ` with (${optionList(options)})`;
}

/** Owner and nothing that default privileges added: the first thing that a relation built aside is given. */
export function ownershipSql(
  to: QualifiedName,
  from: RelationProperties,
  defaultGrantees: readonly string[],
): string[] {
  const table = named("table", to);
  return [
    ...defaultGrantees.map((role) => revokeSql("all privileges", table, role)),
    ownerSql(viewObject({ ...to, kind: from.kind }), from.owner),
    ...(defaultGrantees.length === 0 ? [] : [grantSql("all privileges", table, from.owner)]),
  ];
}

/** Table and column privileges, exactly. */
export function accessSql(to: QualifiedName, from: RelationProperties): string[] {
  const table = named("table", to);
  const { owner } = from;
  const own = from.grants.filter(({ grantor, grantee }) => grantor === owner && grantee === owner);
  const isDefault =
    own.every(({ grantable }) => !grantable) &&
    own
      .map(({ privilege }) => privilege)
      .sort()
      .join() === [...from.ownerDefault].sort().join();
  const grants = isDefault ? from.grants.filter((item) => !own.includes(item)) : from.grants;
  return [
    ...(isDefault ? [] : [revokeSql("all privileges", table, owner)]),
    ...grantStatements(owner, grants, ({ privileges, grantee, option }) =>
      grantSql(privileges.join(", "), table, grantee, option),
    ),
    ...from.columns.flatMap(({ name, grants: items }) =>
      grantStatements(owner, items, ({ privileges, grantee, option }) =>
        grantSql(privileges.map((item) => `${item} (${sqlIdentifier(name)})`).join(", "), table, grantee, option),
      ),
    ),
  ];
}

/** What decides how values are stored, to be set before there are any. */
export function columnStorageSql(to: QualifiedName, columns: readonly ColumnProperties[]): string[] {
  const view = named("materialized view", to);
  return columns.flatMap(({ name, statistics, options, storage, compression }) =>
    [
      ...(storage === null ? [] : [`storage ${storage}`]),
      ...(compression === null ? [] : [`compression ${compression}`]),
      ...(statistics === null ? [] : [`statistics ${statistics}`]),
      ...(options.length === 0 ? [] : [`(${optionList(options)})`]),
    ].map((property) => columnSql(view, sqlIdentifier(name), property)),
  );
}

function columnSql(relation: SqlObject, column: string, property: string): string {
  return sqlStatement("statements/alter_column", { raw: { ...relation, column, property } });
}

/** Comments on relation and columns, and security labels. */
export function commentsSql(to: QualifiedName, from: RelationProperties): string[] {
  const view = viewObject({ ...to, kind: from.kind });
  return [
    ...(from.comment === null ? [] : [commentSql(view, from.comment)]),
    ...from.columns.flatMap(({ name, comment }) =>
      comment === null ? [] : [commentSql(columnObject(to, name), comment)],
    ),
    ...from.labels.map(({ provider, label, column }) =>
      sqlStatement("statements/set_security_label", {
        names: { provider },
        raw: { ...(column === null ? named("materialized view", to) : columnObject(to, column)) },
        literals: { label },
      }),
    ),
  ];
}

/** One index under another name on another relation, with its comment, statistics targets and cluster mark. */
export function indexSql(to: QualifiedName, index: IndexProperties, name: string): string[] {
  const object = named("index", { schema: to.schema, name });
  const names = { schema: to.schema, view: to.name, index: name };
  const tablespace = index.tablespace ?? "";
  return [
    sqlStatement("statements/set_default_tablespace", { literals: { tablespace } }),
    createIndexSql(to, { index: name, isUnique: index.isUnique, elements: index.elements }),
    ...(index.comment === null ? [] : [commentSql(object, index.comment)]),
    ...index.statistics.map(({ column, target }) => columnSql(object, String(column), `statistics ${target}`)),
    ...(index.isClustered ? [sqlStatement("statements/mark_clustered", { names })] : []),
  ];
}

/** Extended statistics under another name on another relation. */
export function statisticsSql(to: QualifiedName, from: StatisticsProperties, name: string): string[] {
  const object = named("statistics", { schema: from.schema, name });
  const names = { schema: from.schema, statistics: name };
  return [
    sqlStatement("statements/create_statistics", {
      names: { statistics_schema: from.schema, statistics: name, schema: to.schema, view: to.name },
      raw: { clause: from.clause },
    }),
    ...(from.target === null
      ? []
      : [sqlStatement("statements/set_statistics_target", { names, raw: { target: String(from.target) } })]),
    ...(from.comment === null ? [] : [commentSql(object, from.comment)]),
    ownerSql(object, from.owner),
  ];
}

function optionList(options: readonly string[]): string {
  return parameterList(Object.fromEntries(options.map(splitParameter)));
}
