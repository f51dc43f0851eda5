import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { passFence } from "../../../postgres/applyPlan.ts";
import { isServerError, SQLSTATE, userError } from "../../../postgres/errors.ts";
import type { ServerError } from "../../../postgres/errors.ts";
import { endingSql, holderLine, lockHolders } from "../../../postgres/lockHolders.ts";
import { displayName } from "../../../postgres/names.ts";
import type { QualifiedName } from "../../../postgres/names.ts";
import { inOneMessage, pipelined } from "../../../postgres/pipeline.ts";
import type { Fence } from "../../../postgres/plan.ts";
import { walPosition } from "../../../postgres/replicas.ts";
import { sqlStatement } from "../../../postgres/sqlFiles.ts";
import { mustGoOn } from "../../../postgres/stopping.ts";
import type { Swap, SwappedRelation } from "../../../postgres/swap.ts";
import { passGate } from "./gate.ts";
import { refreshAsides } from "./refreshAsides.ts";
import { propertiesQuery, propertyLines, readProperties } from "./relationProperties.ts";
import type { RelationProperties } from "./relationProperties.ts";
import type { ReplicaReaders } from "./replicaReaders.ts";
import { marksOf, marksQuery, wereRefreshed } from "./swapMarks.ts";
import type { RefreshMarks } from "./swapMarks.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 400;

/** Less, and an autovacuum of the old view would never be cancelled in our favour (deadlock_timeout is a second). */
const LEAST_PATIENCE_MS = 2_000;

/** What an exchange goes by. */
interface Circumstances {
  /** From before the build. */
  readonly marks: RefreshMarks;
  readonly fence: Fence | undefined;
  /** Of the replicas that are named. */
  readonly readers: ReplicaReaders | undefined;
}

/**
 * Puts the new view in its place, in one transaction: refreshes are kept out while readers pass, the new data are brought up to
 * date, then short tries until no reader is in the way.
 * @throws past the deadline, with the sessions in the way; and when anything would be lost, with the list.
 */
export async function exchange(client: Client, swap: Swap, { marks, fence, readers }: Circumstances): Promise<void> {
  const deadline = Date.now() + swap.deadlineMs;
  // Before refreshes are kept out, as far as it can be known then.
  await untilQuiet(client, swap, readers, deadline);
  // Before the transaction: printing definitions locks their sources, and waiting with those locks could end in a deadlock.
  const before = readProperties(client, swap.relations);
  const fenced = Promise.all([client.query("begin"), passFence(client, fence)]);
  fenced.catch(() => undefined);
  try {
    mustBeAsPlanned(swap, await before);
    await fenced;
    const { found, now } = await holdRefreshes(client, swap);
    mustBeAsPlanned(swap, found);
    const isLate = wereRefreshed(marks, now);
    if (isLate) await catchUp(client, swap);
    if (isLate || swap.ready.length > 0) await pipelined(client, [...swap.ready, TRY]);
    await tryUntil(client, swap, readers, deadline);
  } catch (error) {
    // Past the commit, or on a broken connection, there is nothing to roll back; the first error is the one that explains.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Readers of a replica that come and go all the time are waited for this long; then only those who stay longer than a moment. */
const PREFER_NOBODY_MS = 2_000;
const MOMENT_MS = 50;

const TRY = "savepoint matview_try";

/** What is found behind the hold can change no more. */
async function holdRefreshes(client: Client, swap: Swap): Promise<{ found: RelationProperties[]; now: RefreshMarks }> {
  const patience = Math.max(swap.deadlineMs, LEAST_PATIENCE_MS);
  const hold = [`set local lock_timeout = ${patience}`, "savepoint matview_hold", ...swap.hold];
  // What is looked at while readers wait is planned before; and what a first look at nothing prepares, no reader waits for.
  const look = [
    sqlStatement("statements/plan_once"),
    marksQuery(swap.built),
    propertiesQuery(swap.relations),
    ...lookSql("", []),
    TRY,
  ];
  try {
    const answers = await pipelined(client, [...hold, ...look]);
    const [marks = [], found = []] = answers.slice(hold.length + 1).map(({ rows }) => rows as unknown[]);
    return { found: found as RelationProperties[], now: marksOf(marks) };
  } catch (error) {
    if (!isServerError(error, SQLSTATE.lockNotAvailable)) throw error;
    await client.query("rollback to savepoint matview_hold");
    throw await inTheWay(client, swap, "it was being refreshed or changed all the time");
  }
}

/** Dependents are built on the new view, so all are refreshed, from the innermost outwards. */
async function catchUp(client: Client, swap: Swap): Promise<void> {
  await refreshAsides(client, swap.built);
  await passGate(client, swap.gate);
}

/**
 * Each try is one message, with the look at its result and the commit in it: however far away the server is, readers do not wait for the
 * way there and back. The server runs nothing behind what fails; then the locks of the try are gone, and what was held before is still held.
 */
async function tryUntil(
  client: Client,
  swap: Swap,
  readers: ReplicaReaders | undefined,
  deadline: number,
): Promise<void> {
  const again = "rollback to savepoint matview_try";
  // A grant takes no lock: on the old view, it is seen behind the rename, which it cannot follow.
  const attempt = inOneMessage([
    again,
    ...swap.locks,
    ...lookSql(
      CHANGED,
      swap.relations.map(({ locked }) => locked),
    ),
    ...swap.exchange,
    ...lookSql(
      LOST,
      swap.relations.map(({ kept }) => kept),
    ),
    "commit",
  ]);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    await untilQuiet(client, swap, readers, deadline);
    try {
      await client.query(attempt);
      return;
    } catch (error) {
      if (isServerError(error, SQLSTATE.notKept))
        throw error.message === LOST ? lossError(swap, error) : changeError(swap, error);
      if (!isServerError(error, SQLSTATE.lockNotAvailable)) throw error;
    }
    mustGoOn();
    // What looks at replicas asks this server too, which answers nothing before.
    const isOver = Date.now() + pauseMs > deadline;
    if (isOver || readers !== undefined) await client.query(again);
    if (isOver) throw await inTheWay(client, swap, "there was no moment without a reader");
    await delay(pauseMs);
  }
}

/**
 * Until nobody on the replicas is in the way. Where somebody always is, those go for nobody who are there only for a moment.
 * @throws past the deadline, with who is.
 */
async function untilQuiet(
  client: Client,
  swap: Swap,
  readers: ReplicaReaders | undefined,
  deadline: number,
): Promise<void> {
  const startedAt = Date.now();
  while (readers !== undefined) {
    const toleratedMs = Date.now() - startedAt > PREFER_NOBODY_MS ? MOMENT_MS : 0;
    const inTheWay = await readers(swap.locked, await walPosition(client), toleratedMs);
    if (inTheWay.length === 0) return;
    if (Date.now() + FIRST_PAUSE_MS > deadline)
      throw notSwapped(swap, "there was no moment without a reader", inTheWay);
    await delay(FIRST_PAUSE_MS);
  }
}

/** What the server says where it does not find what it must. */
const CHANGED = "it was changed by somebody else meanwhile";
const LOST = "the new one would not keep all that the old one has";

function lookSql(problem: string, relations: readonly QualifiedName[]): string[] {
  const kept = JSON.stringify({ problem, relations });
  return [sqlStatement("statements/expect_kept", { literals: { kept } }), sqlStatement("statements/must_have_kept")];
}

function mustBeAsPlanned(swap: Swap, found: readonly RelationProperties[]): void {
  const problem = changeIn(swap, found);
  if (problem !== undefined) throw problem;
}

function changeIn(
  swap: Swap,
  found: readonly RelationProperties[],
  linesOf = ({ before }: SwappedRelation): readonly string[] => before,
): Error | undefined {
  for (const relation of swap.relations) {
    const now = find(found, relation);
    const lines = now === undefined ? [] : [`definition ${now.definition}`, ...propertyLines(now)];
    const wanted = linesOf(relation);
    const changed = [...missing(wanted, lines), ...missing(lines, wanted)];
    if (changed.length === 0) continue;
    return userError(
      `${displayName(relation)} was changed by somebody else meanwhile (${changed.join("; ")}); nothing was changed here, run it again`,
    );
  }
  return undefined;
}

/** What the server found changed behind the locks, in words. */
function changeError(swap: Swap, error: ServerError): Error {
  const found = JSON.parse(error.detail ?? "[]") as RelationProperties[];
  const named = swap.relations.flatMap(({ schema, name, locked, asReady }) => {
    const now = find(found, locked);
    return now === undefined ? [] : [{ ...now, schema, name, ...(asReady === undefined ? {} : { comment: null }) }];
  });
  return changeIn(swap, named, ({ before, asReady = before }) => asReady) ?? error;
}

/** What the server found missing, or too much, in words. */
function lossError(swap: Swap, error: ServerError): Error {
  const found = JSON.parse(error.detail ?? "[]") as RelationProperties[];
  const problems = swap.relations.flatMap((relation) => {
    const now = find(found, relation);
    if (now === undefined) return [`${displayName(relation)} itself`];
    const lines = propertyLines(now);
    const gained = missing(lines, relation.after).filter((line) => line.startsWith("grant "));
    return [
      ...missing(relation.after, lines).map((line) => `${displayName(relation)}: ${line}`),
      ...gained.map((line) => `${displayName(relation)}: not the additional ${line}`),
    ];
  });
  return userError(`${error.message}, so the old one stays:\n  - ${problems.join("\n  - ")}`, error);
}

async function inTheWay(client: Client, swap: Swap, what: string): Promise<Error> {
  const holders = await lockHolders(client, swap.locked);
  return notSwapped(swap, what, holders.map(holderLine), holders.map(endingSql));
}

function notSwapped(swap: Swap, what: string, sessions: readonly string[], endings: readonly string[] = []): Error {
  const who = sessions.length === 0 ? "sessions that are gone now" : sessions.join(", ");
  const end = endings.length === 0 ? "" : ` (${endings.join("; ")})`;
  return userError(
    `${what} for ${swap.deadlineMs / 1_000} s; ${swap.putsBack ? "nothing was changed" : "the old one still serves and the new one is removed"}. In the way: ${who}. ` +
      `End those transactions${end} or set swapDeadlineSeconds higher, and run it again`,
  );
}

function find(found: readonly RelationProperties[], { schema, name }: QualifiedName): RelationProperties | undefined {
  return found.find((one) => one.schema === schema && one.name === name);
}

function missing(wanted: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found);
  return wanted.filter((line) => !there.has(line));
}
