import colors from "picocolors";
import { parseDuration } from "../kinds/refreshJob/schedule/duration.ts";
import { displayName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import type { DeclaredView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { toldInOrder } from "./commandLine/overview.ts";
import type { Judged } from "./commandLine/overview.ts";
import { table } from "./commandLine/table.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { labelled, namedView } from "./commandLine/viewNames.ts";
import type { NamedView } from "./commandLine/viewNames.ts";
import { awaitRuns } from "./health/awaitRuns.ts";
import { VERDICTS } from "./health/check.ts";
import type { Check, Verdict } from "./health/check.ts";
import { checkView, worst } from "./health/checks.ts";
import { readFacts } from "./health/facts.ts";
import { runSpotChecks } from "./health/spotChecks.ts";

/** `matview verify`: the eight checks. */
export const verify = defineVerb({
  verb: "verify",
  summary: "make the eight checks that say whether readers get fresh data",
  words: "[VIEW]",
  options: [
    {
      name: "wait",
      value: "AGE",
      summary: "first wait, e.g. 6m, until pg_cron has refreshed each view since its deploy",
    },
    {
      name: "since",
      value: "TIME",
      summary: "failed runs before it were seen and do not count, e.g. 2h, or 2026-11-29T10:00Z",
    },
  ],
  says: `Job active, last ten runs, runs with error, state of the view, spot checks, last update, next run, summary: each pass, warn or
fail, with the number, the limit and what to do; of many views those that do not pass. The same in psql: sql/verify/checks.sql. With --wait it proves a deploy: it waits for
the first run of pg_cron itself, and fails as soon as there will be none. With --since a failure that somebody has looked at is told and does not count; the age counts as ever.`,
  examples: [
    ["verify --stack prod", "every view that the stack declares, with its spot checks"],
    ["verify --stack prod --wait 6m", "after a deploy, for a job that runs every five minutes"],
    ["verify --stack prod --since 2h", "a failed run of this morning was looked at"],
    ["verify public.daily_revenue --stamp refreshed_at --spot-check region=north:live", "one view, without a stack"],
  ],
  exits: { 0: "all pass", 1: "a warning", 2: "a failure", 3: "could not be checked, or used wrongly" },
  troubleStatus: 3,
  reads: true,
  run: async (call) => {
    const wait = call.value("wait") === undefined ? undefined : parseDuration(call.value("wait") ?? "");
    if (wait?.ok === false) throw usageError(`--wait: ${wait.problem}`);
    const seenUntil = timeOf(call.value("since"));
    const verified = await withViews(call, async (session, views) => {
      const missed = wait === undefined ? undefined : await awaitRuns(session, views, wait.seconds);
      return verifyViews(session, views, missed, seenUntil);
    });
    if (call.json) printJson(verified);
    const judged = verified.map((one) => ({ ...labelled(one), verdict: verdictOf(one) }));
    if (!call.json && judged.length > 0) print(toldInOrder("verify", judged, { overview, one: viewText }));
    return VERDICTS.indexOf(worst(judged.map(({ verdict }) => verdict)));
  },
});

/** A time, or so long ago. */
function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text);
  if (ago.ok) return new Date(Date.now() - ago.seconds * 1_000);
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/.test(text)
    ? new Date(text)
    : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time;
  throw usageError(`--since ${text}: write an age such as 2h, or a time with its zone such as 2026-11-29T10:00Z`);
}

/** A view and its eight checks. */
interface Verified extends NamedView {
  readonly checks: readonly Check[];
  /** Why pg_cron has not refreshed it since the deploy, where that was waited for. */
  readonly notRefreshed?: string;
}

function verdictOf({ checks, notRefreshed }: Verified): Verdict {
  return notRefreshed === undefined ? worst(checks.map(({ verdict }) => verdict)) : "fail";
}

async function verifyViews(
  session: Session,
  views: readonly DeclaredView[],
  missed: ReadonlyMap<string, string> = new Map(),
  seenUntil?: Date,
): Promise<Verified[]> {
  const found = await readFacts(session, views);
  const spotChecks = await runSpotChecks(
    session,
    found.map((facts) => ({ facts, checks: facts.declared.spotChecks })),
  );
  return found.map((facts, index) => {
    const view = displayName(facts.declared);
    const notRefreshed = missed.get(view);
    const checks = checkView(facts, spotChecks[index] ?? [], seenUntil);
    return { ...namedView(facts.declared), checks, ...(notRefreshed === undefined ? {} : { notRefreshed }) };
  });
}

function overview(unhealthy: readonly (Verified & Judged)[]): string {
  const rows = unhealthy.map(({ view, verdict, checks, notRefreshed }) => [
    coloured(verdict),
    view,
    [
      ...(notRefreshed === undefined ? [] : ["not refreshed since the deploy"]),
      ...notPassed(checks).map(({ name, found }) => `${name}: ${found}`),
    ].join("; "),
  ]);
  return table(["verdict", "view", "checks that do not pass"], rows);
}

function viewText({ checks, notRefreshed }: Verified, isAlone: boolean): string {
  const told = isAlone ? checks : notPassed(checks);
  return [
    "",
    ...(told.length === 0 ? [] : [checkTable(told)]),
    ...(notRefreshed === undefined ? [] : [`pg_cron has not refreshed it since the deploy: ${notRefreshed}`]),
  ].join("\n");
}

function notPassed(checks: readonly Check[]): Check[] {
  return checks.filter(({ name, verdict }) => verdict !== "pass" && name !== "summary");
}

function checkTable(checks: readonly Check[]): string {
  return table(
    ["check", "verdict", "found", "limit", "what to do"],
    checks.map(({ name, verdict, found, limit, advice }) => [name, coloured(verdict), found, limit, advice ?? ""]),
    { least: ["limit"] },
  );
}

function coloured(verdict: Verdict): string {
  const colour = { pass: colors.green, warn: colors.yellow, fail: colors.red }[verdict];
  return colour(verdict);
}
