import { inOneMessage } from "../../../postgres/pipeline.ts";
import type { LoggedStatement } from "../../../test/support/statementLog.ts";

/** What changes something that outlives its transaction. */
const CHANGING =
  /^(create|alter|drop|comment|grant|revoke|refresh|analyze|insert|update|delete|notify|security|select cron\.)/i;

/** Statements of one session (of which a connection has several one after another) that changed something and were not rolled back, in order. */
export interface Sequence {
  readonly statements: readonly { readonly text: string; readonly durationMs: number }[];
}

/** A session begins with it, also one on a connection that was used before. */
const BEGINNING = /^set statement_timeout = 0/m;

/** The sessions of a deploy, each as what it changed. */
export function sequencesOf(log: readonly LoggedStatement[]): Sequence[] {
  const sessions: LoggedStatement[][] = [];
  const byPid = new Map<number, LoggedStatement[]>();
  for (const one of log) {
    if (!/^(pulumi-matview|matview refresh)/.test(one.application)) continue;
    const known = BEGINNING.test(one.text) ? undefined : byPid.get(one.pid);
    const session = known ?? [];
    if (known === undefined) sessions.push(session);
    session.push(one);
    byPid.set(one.pid, session);
  }
  return sessions.map((own) => ({ statements: kept(own) })).filter(({ statements }) => statements.length > 0);
}

/** The statements that change something, as a plan lists them. */
export function changingOf(statements: readonly string[]): string[] {
  return statements.map(normal).filter((text) => CHANGING.test(text));
}

function kept(statements: readonly LoggedStatement[]): { text: string; durationMs: number }[] {
  const done: { text: string; durationMs: number }[] = [];
  let open: { text: string; durationMs: number }[] | undefined;
  let savepoints = new Map<string, number>();
  for (const one of statements.flatMap(singles)) {
    const savepoint = /^(rollback to )?savepoint (\w+)/i.exec(one.text);
    if (/^begin/i.test(one.text)) [open, savepoints] = [[], new Map()];
    else if (/^commit/i.test(one.text)) {
      done.push(...(open ?? []));
      open = undefined;
    } else if (savepoint !== null) {
      const name = savepoint[2] ?? "";
      if (savepoint[1] === undefined) savepoints.set(name, open?.length ?? 0);
      else open?.splice(savepoints.get(name) ?? 0);
    } else if (/^rollback/i.test(one.text)) open = undefined;
    else if (CHANGING.test(one.text)) (open ?? done).push(one);
  }
  return done;
}

/** The statements of one message, which share its time; of several none is kept where one failed. */
function singles({ text, durationMs }: LoggedStatement): { text: string; durationMs: number }[] {
  const parts = text.split(inOneMessage(["", ""]));
  if (parts.length > 1 && durationMs === undefined) return [];
  return parts.map((part) => ({ text: normal(part), durationMs: (durationMs ?? 0) / parts.length }));
}

function normal(text: string): string {
  return text.trim().replace(/;$/, "");
}
