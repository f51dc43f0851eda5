import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { holdLockSql } from "./advisoryLock.ts";
import { forgetAnswers } from "./asked.ts";
import { isServerError, isUserError, problemReport, serverText, SQLSTATE, userError } from "./errors.ts";
import { endingSql, holderLine } from "./lockHolders.ts";
import { withLookout } from "./lookout.ts";
import { answersOf, flight, pipelined } from "./pipeline.ts";
import type { Fence, Plan, Step } from "./plan.ts";
import type { Session } from "./session.ts";
import { isStopping, mustGoOn, stopError } from "./stopping.ts";
import type { Blockage } from "./waits.ts";

/** Runs the steps of an action that is more than statements in order. */
export type Runner = (session: Session, step: Step) => Promise<void>;

const HOLDS = "it is as it was before, and nothing half done is left; the next deploy does it";

/** How often a condition is looked at. */
const POLL_MS = 200;

/**
 * Runs a plan step by step and stops at the first step that fails. Actions that `runners` name are run by them. A step
 * that is a transaction leaves nothing behind then; what earlier steps did stays, and the next run plans from there.
 * @throws an error that names the step, its target and PostgreSQL's own words.
 */
export async function applyPlan(
  session: Session,
  plan: Plan,
  runners: Readonly<Record<string, Runner>> = {},
): Promise<void> {
  const refusals = plan.refusals ?? [];
  if (refusals.length > 0) throw problemReport(`${plan.steps[0]?.target ?? "the plan"} is left as it is`, refusals);
  for (const step of plan.steps) {
    let blockage: Blockage | undefined;
    try {
      mustGoOn();
      const runner = runners[step.action];
      await (runner === undefined ? applyWatched(session, step, (seen) => (blockage = seen)) : runner(session, step));
      if (step.wait !== undefined) await waitUntil(session[step.on], step.wait);
    } catch (error) {
      await cleanUp(session[step.on], step, error);
      if (isStopping()) throw stopError(`${step.target}: ${step.action} was stopped: ${HOLDS}`, error);
      if (isUserError(error)) throw userError(`${step.target}: could not ${step.action}: ${error.message}`, error);
      throw userError(
        `${step.target}: could not ${step.action}: ${serverText(error)}.${advice(error, step, blockage)}`,
        error,
      );
    } finally {
      for (const client of [session.target, session.cron]) forgetAnswers(client);
    }
  }
}

// What cannot be undone now is found and mended by the next run; the first error is the one that explains.
async function cleanUp(client: Client, { onFailure = [] }: Step, error: unknown): Promise<void> {
  // A name that was taken meanwhile belongs to somebody else.
  if (isServerError(error, SQLSTATE.duplicateTable)) return;
  for (const statement of onFailure) await client.query(statement).catch(() => undefined);
}

/** A step in the view's database is watched while it waits. */
function applyWatched(session: Session, step: Step, blocked: (blockage: Blockage) => void): Promise<void> {
  if (step.on === "cron") return applyStep(session.cron, step);
  const apply = (): Promise<void> => applyInTurn(session.target, step);
  return withLookout(session, `${step.target}: ${step.action}`, apply, blocked);
}

const turns = new Map<string, Promise<void>>();

async function applyInTurn(client: Client, step: Step): Promise<void> {
  if (step.turn === undefined) return applyStep(client, step);
  const turn = `${client.database ?? ""} ${step.turn}`;
  const before = turns.get(turn) ?? Promise.resolve();
  const own = before.catch(() => undefined).then(() => applyAgain(client, step));
  turns.set(turn, own);
  await own.finally(() => turns.get(turn) === own && turns.delete(turn));
}

const MOST_TRIES = 3;

async function applyAgain(client: Client, step: Step): Promise<void> {
  for (let left = MOST_TRIES - 1; ; left -= 1) {
    try {
      return await applyStep(client, step);
    } catch (error) {
      if (left === 0 || !isServerError(error, SQLSTATE.deadlockDetected)) throw error;
      await cleanUp(client, step, error);
    }
  }
}

async function applyStep(client: Client, { fence, lockTimeoutMs, sql, transaction }: Step): Promise<void> {
  if (transaction) return inOneFlight(client, fence, [`set local lock_timeout = ${lockTimeoutMs}`], sql);
  // One statement per query(), one after the other: no transaction takes back what stands behind one that failed.
  await Promise.all([
    fence === undefined ? undefined : inOneFlight(client, fence, [], []),
    client.query(`set lock_timeout = ${lockTimeoutMs}`),
  ]);
  for (const statement of sql) await client.query(statement);
}

/** A transaction that passes the fence, sent at once; only where the fence may be closed is it looked at before more is sent. */
async function inOneFlight(
  client: Client,
  fence: Fence | undefined,
  before: readonly string[],
  sql: readonly string[],
): Promise<void> {
  const guard = fence === undefined ? [] : [holdLockSql(fence.lockKey), fence.guard];
  const opening = ["begin", ...before, ...guard];
  const settled = await Promise.allSettled(flight(client, [...opening, ...sql, "commit"]));
  const failed = settled.findIndex(({ status }) => status === "rejected");
  if (fence === undefined || failed !== opening.length - 1) return void answersOf(settled);
  await inTransaction(
    client,
    async () => {
      for (const statement of before) await client.query(statement);
      await passFence(client, fence);
    },
    sql,
  );
}

/** Holds the right to say who manages the object until the transaction ends, and looks who does. @throws when it is not who acts. */
export async function passFence(client: Client, fence: Fence | undefined): Promise<void> {
  if (fence === undefined) return;
  // Two statements: what the second one sees is from after the wait.
  const [, found] = await pipelined(client, [holdLockSql(fence.lockKey), fence.query]);
  fence.judge(((found?.rows ?? []) as { text: string | null }[]).map(({ text }) => text ?? ""));
}

async function waitUntil(client: Client, { until, deadlineMs, otherwise }: NonNullable<Step["wait"]>): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const { rows } = await client.query<{ done: boolean }>(until);
    if (rows[0]?.done === true) return;
    mustGoOn();
    if (Date.now() >= deadline) break;
    await delay(POLL_MS);
  }
  for (const statement of otherwise) await client.query(statement);
}

/** Runs `work` and then `last` between begin and commit; rolls back when one throws. */
export async function inTransaction<T>(
  client: Client,
  work: () => Promise<T>,
  last: readonly string[] = [],
  begin: "begin" | "begin isolation level repeatable read" = "begin",
): Promise<T> {
  const begun = client.query(begin);
  try {
    // What work asks first goes in the same flight.
    const [result] = await Promise.all([work(), begun]);
    await pipelined(client, [...last, "commit"]);
    return result;
  } catch (error) {
    // A rollback on a broken connection fails too; the first error is the one that explains.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Lets pg_cron count on from its last job. */
export const MEND_JOB_NUMBERS =
  "select pg_catalog.setval('cron.jobid_seq', (select pg_catalog.max(jobid) from cron.job))";

function isJobNumberTaken(error: unknown): boolean {
  const { schema, constraint } = error as { schema?: string; constraint?: string };
  return isServerError(error, SQLSTATE.uniqueViolation) && schema === "cron" && constraint === "job_pkey";
}

function advice(error: unknown, step: Step, blockage: Blockage | undefined): string {
  if (isServerError(error, SQLSTATE.lockNotAvailable)) {
    const who = blockage === undefined ? "Another session" : blockage.holders.map(holderLine).join(", ");
    const end = blockage === undefined ? "" : `, or end it: ${blockage.holders.map(endingSql).join("; ")}`;
    return ` ${who} holds a lock on it for longer than ${step.lockTimeoutMs} ms; run it again when that session is done${end}.`;
  }
  if (isServerError(error, SQLSTATE.insufficientPrivilege)) {
    return " Connect as a role that owns the object or is a member of its owner.";
  }
  if (isServerError(error, SQLSTATE.readOnlyTransaction))
    return " This server is a standby, or default_transaction_read_only is on for database or role.";
  if (isJobNumberTaken(error))
    return ` pg_cron's sequence of job numbers is behind its table, as after a restore: ${MEND_JOB_NUMBERS}`;
  return "";
}
