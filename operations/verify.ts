import colors from "picocolors";
import { displayName } from "../postgres/names.ts";
import type { Session } from "../postgres/session.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import type { DeclaredView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { print, printJson, table } from "./commandLine/text.ts";
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
  says: `Job active, last ten runs, runs with error, state of the view, spot checks, last update, next run, summary: each pass, warn or
fail, with the number, the limit and what to do. The same in psql: sql/verify/checks.sql.`,
  examples: [
    ["verify --stack prod", "every view that the stack declares, with its spot checks"],
    ["verify public.daily_revenue --stamp refreshed_at --spot-check region=north:live", "one view, without a stack"],
  ],
  exits: { 0: "all pass", 1: "a warning", 2: "a failure", 3: "could not be checked, or used wrongly" },
  troubleStatus: 3,
  reads: true,
  run: async (call) => {
    const verified = await withViews(call, verifyViews);
    if (call.json) printJson(verified);
    else for (const { view, checks } of verified) print(`${view}\n${checkTable(checks)}`);
    return VERDICTS.indexOf(worst(verified.flatMap(({ checks }) => checks.map(({ verdict }) => verdict))));
  },
});

/** A view and its eight checks. */
interface Verified {
  readonly view: string;
  readonly checks: readonly Check[];
}

async function verifyViews(session: Session, views: readonly DeclaredView[]): Promise<Verified[]> {
  const verified: Verified[] = [];
  for (const facts of await readFacts(session, views)) {
    const spotChecks = await runSpotChecks(session, facts, facts.declared.spotChecks);
    verified.push({ view: displayName(facts.declared), checks: checkView(facts, spotChecks) });
  }
  return verified;
}

function checkTable(checks: readonly Check[]): string {
  return table(
    ["check", "verdict", "found", "limit", "what to do"],
    checks.map(({ name, verdict, found, limit, advice }) => [name, coloured(verdict), found, limit, advice ?? ""]),
  );
}

/** A verdict in its colour. */
export function coloured(verdict: Verdict): string {
  const colour = { pass: colors.green, warn: colors.yellow, fail: colors.red }[verdict];
  return colour(verdict);
}
