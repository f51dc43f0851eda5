import { createHash } from "node:crypto";
import { derivedName, sqlIdentifier, sqlName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { dropSql, named, renameSql } from "../../../postgres/objectStatements.ts";
import { packageVersion } from "../../../postgres/packageFolder.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { splitComment } from "../../claim.ts";
import type { TakenBack } from "../../claim.ts";
import { freeTag } from "../../refreshJob/command.ts";
import { parseDuration } from "../../refreshJob/schedule/duration.ts";
import type { GrantItem, RelationProperties } from "./relationProperties.ts";
import { goneName } from "./swapNames.ts";

/** How the names of an old view that is kept aside, and of its parts, end. */
const KEPT = "matview_previous";

/** Where the old view lies while it is kept. */
export function keptName({ schema, name }: QualifiedName): QualifiedName {
  return { schema, name: derivedName(name, KEPT) };
}

/** What an old view that is kept says of itself, in its comment: it needs no table, and is gone when it is. */
export interface KeptRecord {
  /** When it lost its place, and until when it is kept, ISO 8601 by the server's clock. */
  readonly at: string;
  readonly until: string;
  /** The role that deployed what took its place, and from which stack. */
  readonly by: string;
  readonly stack?: string;
  readonly version: string;
  /** Of its query as the server printed it: another one means that a source was renamed since. */
  readonly definition: string;
  /** Indexes and statistics by the names that they had. */
  readonly parts: readonly string[];
  /** Privileges on columns that the one in its place has not. */
  readonly columns?: Readonly<Record<string, readonly GrantItem[]>>;
  /** Set where it is the new one, which was taken back. */
  readonly takenBack?: TakenBack;
}

/** What bears the name under which an old view is kept; without a record it is somebody else's. */
export interface KeptView extends QualifiedName {
  readonly oid: string;
  readonly record: KeptRecord | undefined;
  /** What stands on it, in PostgreSQL's words; read where a swap would drop it. */
  readonly users: readonly string[];
}

const LABEL = "pulumi-matview-previous: ";
const IN_COMMENT = /(?:^|\n\n)pulumi-matview-previous: (\{[^\n]*\})$/;

/** A kept view's comment taken apart. */
export function splitKept(comment: string | null): { comment: string | null; record: KeptRecord | undefined } {
  const match = IN_COMMENT.exec(comment ?? "");
  if (match === null) return { comment, record: undefined };
  const text = (comment ?? "").slice(0, match.index);
  return { comment: text === "" ? null : text, record: parseRecord(match[1] ?? "") };
}

function parseRecord(json: string): KeptRecord | undefined {
  try {
    return JSON.parse(json) as KeptRecord;
  } catch {
    return undefined;
  }
}

/** The comment of a view that is kept, where all of the record is known. */
export function joinKept(comment: string | null, record: KeptRecord): string {
  return `${comment === null ? "" : `${comment}\n\n`}${LABEL}${JSON.stringify(record)}`;
}

/** A query as records keep it: its hash. */
export function definitionHash(printed: string): string {
  return createHash("sha256").update(printed).digest("hex").slice(0, 12);
}

/** What a view's record says of itself, whoever takes its place. */
export function ownRecord(
  view: RelationProperties,
  inItsPlace: Pick<RelationProperties, "columns">,
): Pick<KeptRecord, "definition" | "parts" | "columns"> {
  const there = new Set(inItsPlace.columns.map(({ name }) => name));
  const lost = view.columns.filter(({ name, grants }) => grants.length > 0 && !there.has(name));
  return {
    definition: definitionHash(view.definition),
    parts: [...view.indexes, ...view.statistics].map(({ name }) => name),
    ...(lost.length === 0 ? {} : { columns: Object.fromEntries(lost.map(({ name, grants }) => [name, grants])) }),
  };
}

/** Drops an old view that is kept, where it is still there; refuses where something stands on it. */
export function dropKeptSql(kept: QualifiedName, { unless = "kept is null", settings = "" } = {}): string {
  const { schema, name } = kept;
  const tag = freeTag(sqlName(kept) + schema + name);
  const variables = { names: { schema, name }, literals: { schema, name }, raw: { tag, unless, settings } };
  return sqlStatement("statements/drop_kept", variables).replace(/\n *\n/g, "\n");
}

/** How long a drop of what is overdue waits for whoever reads it; the next run comes. */
const PATIENCE = "perform pg_catalog.set_config('lock_timeout', '5000ms', true);";

/** The command of the job that drops the old view of a view when its time is over. */
export function dropOverdueCommand(view: QualifiedName): string {
  const unless = "kept is null or (kept ->> 'until')::pg_catalog.timestamptz > pg_catalog.now()";
  return dropKeptSql(keptName(view), { unless, settings: PATIENCE });
}

/**
 * In the place of its drop: the old view goes aside. That nothing stands on it any more the server says itself, by a drop that is taken back.
 */
export function keepAsideSql(old: QualifiedName): string[] {
  const gone = named("materialized view", goneName(old));
  return [
    "savepoint matview_free",
    dropSql(gone),
    "rollback to savepoint matview_free",
    renameSql(gone, keptName(old).name),
  ];
}

/** Before that, while it is still read: its parts get other names, and nobody but its owner is to read it once it is aside. */
export function readyToKeepSql(old: RelationProperties): string[] {
  const readers = readersOf(old);
  return [
    ...renamePartsSql(old, ({ schema, name }) => ({ schema, name }), keptName),
    ...(readers.length === 0
      ? []
      : [
          sqlStatement("statements/revoke_all", {
            raw: { view: sqlName(old), roles: readers.map(sqlIdentifier).join(", ") },
          }),
        ]),
  ];
}

/** What `readyToKeepSql` leaves of it, but for the comment. */
export function asReadyToKeep(old: RelationProperties): RelationProperties {
  const own = (grants: readonly GrantItem[]): GrantItem[] => grants.filter(({ grantee }) => grantee === old.owner);
  return {
    ...old,
    comment: null,
    grants: own(old.grants),
    columns: old.columns.map((column) => ({ ...column, grants: own(column.grants) })),
    indexes: old.indexes.map((index) => ({ ...index, name: keptName({ schema: old.schema, name: index.name }).name })),
    statistics: old.statistics.map((one) => ({ ...one, name: keptName(one).name })),
  };
}

/** Gives indexes and statistics other names. */
export function renamePartsSql(
  { schema, indexes, statistics }: Pick<RelationProperties, "schema" | "indexes" | "statistics">,
  from: (name: QualifiedName) => QualifiedName,
  to: (name: QualifiedName) => QualifiedName,
): string[] {
  return [
    ...indexes.map(({ name }) => renameSql(named("index", from({ schema, name })), to({ schema, name }).name)),
    ...statistics.map((one) => renameSql(named("statistics", from(one)), to(one).name)),
  ];
}

function readersOf({ owner, grants, columns }: RelationProperties): string[] {
  const all = [...grants, ...columns.flatMap((column) => column.grants)].map(({ grantee }) => grantee);
  return [...new Set(all)].filter((role) => role !== owner).sort();
}

/** Writes the record; when and by whom the server says, so that equal plans have equal statements. */
export function noteKeptSql(old: RelationProperties, inItsPlace: RelationProperties, keep: string): string[] {
  const { comment, claim } = splitComment(old.comment);
  const length = parseDuration(keep);
  const rest = {
    ...(claim === undefined ? {} : { stack: `${claim.project}/${claim.stack}` }),
    version: packageVersion(),
    ...ownRecord(old, inItsPlace),
  };
  const note = {
    schema: old.schema,
    name: old.name,
    before: `${comment === null ? "" : `${comment}\n\n`}${LABEL}`,
    seconds: length.ok ? length.seconds : 0,
    rest: JSON.stringify(rest).slice(1),
  };
  return [
    sqlStatement("statements/expect_previous", { literals: { note: JSON.stringify(note) } }),
    sqlStatement("statements/note_previous"),
  ];
}
