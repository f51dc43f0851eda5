import type { QualifiedName } from "../postgres/names.ts";
import { sqlName } from "../postgres/names.ts";

/** The command that refreshes a view beside its readers: one statement, qualified, for pg_cron uses no search_path of ours. */
export function refreshCommand(view: QualifiedName): string {
  return `REFRESH MATERIALIZED VIEW CONCURRENTLY ${sqlName(view)}`;
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
