import { escapeLiteral } from "pg";
import { sqlIdentifier } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { grantStatements } from "../grantStatements.ts";
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
  const names = { schema: to.schema, view: to.name };
  const file = from.kind === "m" ? "statements/alter_view_owner" : "statements/alter_plain_view_owner";
  return [
    ...defaultGrantees.map((role) => sqlStatement("statements/revoke_all", { names: { ...names, role } })),
    sqlStatement(file, { names: { ...names, owner: from.owner } }),
    ...(defaultGrantees.length === 0
      ? []
      : [sqlStatement("statements/grant_all", { names: { ...names, role: from.owner } })]),
  ];
}

/** Table and column privileges, exactly. */
export function accessSql(to: QualifiedName, from: RelationProperties): string[] {
  const names = { schema: to.schema, view: to.name };
  const { owner } = from;
  const own = from.grants.filter(({ grantor, grantee }) => grantor === owner && grantee === owner);
  const isDefault =
    own.every(({ grantable }) => !grantable) &&
    own
      .map(({ privilege }) => privilege)
      .sort()
      .join() === [...from.ownerDefault].sort().join();
  const grants = isDefault ? from.grants.filter((item) => !own.includes(item)) : from.grants;
  const grant = (privileges: string, role: string, option: string): string =>
    sqlStatement("statements/grant_with_option", { names: { ...names, role }, raw: { privileges, option } });
  return [
    ...(isDefault ? [] : [sqlStatement("statements/revoke_all", { names: { ...names, role: owner } })]),
    ...grantStatements(owner, grants, ({ privileges, grantee, option }) =>
      grant(privileges.join(", "), grantee, option),
    ),
    ...from.columns.flatMap(({ name, grants: items }) =>
      grantStatements(owner, items, ({ privileges, grantee, option }) =>
        grant(privileges.map((privilege) => `${privilege} (${sqlIdentifier(name)})`).join(", "), grantee, option),
      ),
    ),
  ];
}

/** What decides how values are stored, to be set before there are any. */
export function columnStorageSql(to: QualifiedName, columns: readonly ColumnProperties[]): string[] {
  return columns.flatMap(({ name, statistics, options, storage, compression }) => {
    const names = { schema: to.schema, view: to.name, column: name };
    const set = (what: string, raw: Record<string, string>): string =>
      sqlStatement(`statements/set_column_${what}`, { names, raw });
    return [
      ...(storage === null ? [] : [set("storage", { storage })]),
      ...(compression === null ? [] : [set("compression", { compression })]),
      ...(statistics === null ? [] : [set("statistics", { target: String(statistics) })]),
      ...(options.length === 0 ? [] : [set("options", { options: optionList(options) })]),
    ];
  });
}

/** Comments on relation and columns, and security labels. */
export function commentsSql(to: QualifiedName, from: RelationProperties): string[] {
  const names = { schema: to.schema, view: to.name };
  const file = from.kind === "m" ? "statements/comment_on_view" : "statements/comment_on_plain_view";
  return [
    ...(from.comment === null
      ? []
      : [sqlStatement(file, { names, raw: { comment: escapeLiteral(from.comment).trimStart() } })]),
    ...from.columns.flatMap(({ name, comment }) =>
      comment === null
        ? []
        : [sqlStatement("statements/comment_on_column", { names: { ...names, column: name }, literals: { comment } })],
    ),
    ...from.labels.map(({ provider, label, column }) =>
      column === null
        ? sqlStatement("statements/label_view", { names: { ...names, provider }, literals: { label } })
        : sqlStatement("statements/label_column", { names: { ...names, provider, column }, literals: { label } }),
    ),
  ];
}

/** One index under another name on another relation, with its comment, statistics targets and cluster mark. */
export function indexSql(to: QualifiedName, index: IndexProperties, name: string): string[] {
  const names = { schema: to.schema, index: name };
  const tablespace = index.tablespace ?? "";
  const kind = index.isUnique ? "unique index" : "index";
  return [
    sqlStatement("statements/set_default_tablespace", { literals: { tablespace } }),
    sqlStatement("statements/create_index", {
      names: { ...names, view: to.name },
      raw: { kind, elements: index.elements },
    }),
    ...(index.comment === null
      ? []
      : [sqlStatement("statements/comment_on_index", { names, literals: { comment: index.comment } })]),
    ...index.statistics.map(({ column, target }) =>
      sqlStatement("statements/set_index_statistics", {
        names,
        raw: { column: String(column), target: String(target) },
      }),
    ),
    ...(index.isClustered
      ? [sqlStatement("statements/mark_clustered", { names: { schema: to.schema, view: to.name, index: name } })]
      : []),
  ];
}

/** Extended statistics under another name on another relation. */
export function statisticsSql(to: QualifiedName, from: StatisticsProperties, name: string): string[] {
  const names = { schema: from.schema, statistics: name };
  return [
    sqlStatement("statements/create_statistics", {
      names: { statistics_schema: from.schema, statistics: name, schema: to.schema, view: to.name },
      raw: { clause: from.clause },
    }),
    ...(from.target === null
      ? []
      : [sqlStatement("statements/set_statistics_target", { names, raw: { target: String(from.target) } })]),
    ...(from.comment === null
      ? []
      : [sqlStatement("statements/comment_on_statistics", { names, literals: { comment: from.comment } })]),
    sqlStatement("statements/alter_statistics_owner", { names: { ...names, owner: from.owner } }),
  ];
}

// `name=value` as the catalog has it; a value may hold anything.
function optionList(options: readonly string[]): string {
  return options
    .map((option) => {
      const equals = option.indexOf("=");
      return `${option.slice(0, equals)} = ${escapeLiteral(option.slice(equals + 1)).trimStart()}`;
    })
    .join(", ");
}
