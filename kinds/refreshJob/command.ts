import { lockKeyOf } from "../../postgres/advisoryLock.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { sqlIdentifier, sqlName } from "../../postgres/names.ts";
import { sqlStatement } from "../../postgres/sqlFiles.ts";

/** What a refresh does beside refreshing; nothing of it is on unless it is asked for. */
export interface RefreshOptions {
  /** For a view without a unique key: its readers wait while it is refreshed. */
  readonly plain?: boolean | undefined;
  /** How long the refresh may wait for a lock that somebody else holds on the view. */
  readonly lockTimeoutMs?: number | undefined;
  /** Leave a run out while another one is going, or while the view is younger than `minAgeSeconds` by its stamp column. */
  readonly backlogGuard?: { readonly minAgeSeconds: number; readonly stampColumn: string } | undefined;
}

/** The command that refreshes a view, beside its readers unless it is plain: one statement, qualified, for pg_cron uses no search_path of ours. */
export function refreshCommand(
  view: QualifiedName,
  { plain, lockTimeoutMs, backlogGuard }: RefreshOptions = {},
): string {
  if (backlogGuard !== undefined) return guardedCommand(view, backlogGuard, { plain, lockTimeoutMs });
  const refresh = `REFRESH MATERIALIZED VIEW ${plain === true ? "" : "CONCURRENTLY "}${sqlName(view)}`;
  // Both of pg_cron's modes honour a lock timeout that the command sets; a statement timeout only one of them.
  return lockTimeoutMs === undefined ? refresh : `SET lock_timeout = '${lockTimeoutMs}ms'; ${refresh}`;
}

/** The command that removes the dead rows of a view's refreshes; alone, for it refuses a transaction. */
export function vacuumCommand(view: QualifiedName): string {
  return `VACUUM ${sqlName(view)}`;
}

/** The lock timeout that a command of ours sets, in milliseconds. */
export function lockTimeoutOf(command: string): number | undefined {
  const match = /\block_timeout(?:\s*=\s*'|',\s*')(\d+)ms'/i.exec(command);
  return match === null ? undefined : Number(match[1]);
}

/** What makes a guarded refresh return at once, as an expression; undefined for other commands. */
export function guardOf(command: string): string | undefined {
  return /^do \$matview\d*\$\nbegin\n {2}if ([^;]*?) then\n/.exec(command)?.[1];
}

function guardedCommand(
  view: QualifiedName,
  { minAgeSeconds, stampColumn }: NonNullable<RefreshOptions["backlogGuard"]>,
  { plain, lockTimeoutMs }: RefreshOptions,
): string {
  // Taken in the view's database.
  const [key1, key2] = lockKeyOf(JSON.stringify(["refresh", view.schema, view.name]));
  const age = `pg_catalog.clock_timestamp() - (select pg_catalog.max(v.${sqlIdentifier(stampColumn)}) from ${sqlName(view)} v)`;
  const conditions = `not pg_catalog.pg_try_advisory_xact_lock(${key1}, ${key2})\n    or ${age} < interval '${minAgeSeconds} seconds'`;
  const settings =
    lockTimeoutMs === undefined ? "" : `perform pg_catalog.set_config('lock_timeout', '${lockTimeoutMs}ms', true);`;
  const how = plain === true ? "" : "concurrently ";
  const tag = freeTag(`${conditions}${sqlName(view)}`);
  const names = { schema: view.schema, view: view.name };
  return sqlStatement("statements/guarded_refresh", { names, raw: { tag, conditions, settings, how } }).replace(
    /\n *\n/g,
    "\n",
  );
}

/** What quotes a body in which it does not occur. */
export function freeTag(body: string): string {
  let tag = "$matview$";
  for (let index = 1; body.includes(tag); index++) tag = `$matview${index}$`;
  return tag;
}

/** Which view a command refreshes; the schema is undefined where the command leaves it to the search_path. */
export interface RefreshTarget {
  readonly schema: string | undefined;
  readonly name: string;
  readonly concurrently: boolean;
  /** True when the command is that one statement and nothing else. */
  readonly isAlone: boolean;
}

const NAME = String.raw`("(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const REFRESH = new RegExp(
  String.raw`\brefresh\s+materialized\s+view\s+(concurrently\s+)?${NAME}(?:\s*\.\s*${NAME})?(\s+with\s+data)?`,
  "i",
);

/** The view that a job's command refreshes, or undefined when it refreshes none. */
export function refreshTarget(command: string): RefreshTarget | undefined {
  const match = REFRESH.exec(command);
  if (match === null) return undefined;
  const [whole, concurrently, first = "", second] = match;
  const rest = command.slice(0, match.index) + command.slice(match.index + whole.length);
  return {
    schema: second === undefined ? undefined : unquoted(first),
    name: unquoted(second ?? first),
    concurrently: concurrently !== undefined,
    isAlone: /^[\s;]*$/.test(rest),
  };
}

/** True when the job refreshes this view: in this database, by its qualified name or by the bare one. */
export function refreshedBy(
  job: { readonly command: string; readonly database: string },
  view: QualifiedName,
  database: string,
): boolean {
  const target = refreshTarget(job.command);
  return (
    target !== undefined &&
    job.database === database &&
    target.name === view.name &&
    (target.schema === undefined || target.schema === view.schema)
  );
}

/** True when the live command says the same as the declared one in other words: another layout, or the bare name of the view. */
export function saysTheSame(live: string, declared: string): boolean {
  const [a, b] = [refreshTarget(live), refreshTarget(declared)];
  return (
    a?.isAlone === true &&
    b?.isAlone === true &&
    a.concurrently === b.concurrently &&
    a.name === b.name &&
    (a.schema === undefined || a.schema === b.schema)
  );
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}
