import { readConsents } from "../kinds/consent.ts";
import { NOTHING_SAID, readExpectations, saidBy } from "../kinds/once.ts";
import type { Once } from "../kinds/once.ts";
import { environment } from "../postgres/environment.ts";
import { stackOf } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import type { Call } from "./commandLine/defineVerb.ts";
import { STACK_OPTIONS } from "./commandLine/options.ts";
import { print, printJson } from "./commandLine/text.ts";
import { limitOf, TIME_LIMIT } from "./diff/limit.ts";
import { readStackViews } from "./diff/stackViews.ts";
import { diffStack, unknownText } from "./diff/viewDiff.ts";
import { databasesOf, previewDigest } from "./preview/digest.ts";
import { nameOfView, viewsOfDigest } from "./preview/digestSteps.ts";
import type { DigestView } from "./preview/digestSteps.ts";
import { planDocument } from "./preview/document.ts";
import type { PlanDocument } from "./preview/document.ts";
import { planMarkdown, planSql, planTable } from "./preview/planText.ts";
import { stackServers } from "./stack/connection.ts";
import { withSessions } from "./stack/sessions.ts";
import type { Sessions } from "./stack/sessions.ts";

/** `matview plan`: what a deploy would do, for people, for pull requests and for policies. */
export const plan = defineVerb({
  verb: "plan",
  summary: "say what a deploy would do to the database",
  words: "",
  says: `Says what \`pulumi up\` would do to the database now: every step with its reason, risk, lock, time and bytes. Changes nothing. The
JSON has a fingerprint (docs/previews.md): MATVIEW_PLAN=FILE pulumi up deploys what it says and nothing else.`,
  options: [
    { name: "sql", summary: "the statements in order" },
    { name: "markdown", summary: "for a pull request" },
    {
      name: "allow",
      value: "WORD:VIEW",
      multiple: true,
      summary: "plan with this allowed, as MATVIEW_ALLOW does; the deploy of the plan allows it too",
    },
    {
      name: "expect",
      value: "JSON",
      summary: "plan with this expected of the rows, as MATVIEW_EXPECT does; the deploy of the plan proves it",
    },
    { name: "data", summary: "also what it does to the rows, as matview diff says, in counts; reads the sources" },
    TIME_LIMIT,
  ],
  common: STACK_OPTIONS,
  examples: [
    ["plan --stack prod", "a table"],
    ["plan --stack prod --data --markdown", "with what it does to the rows, for a pull request"],
    ["plan --stack prod --json > plan.json", "then MATVIEW_PLAN=plan.json pulumi up --stack prod --yes --skip-preview"],
  ],
  exits: { 0: "planned", 1: "it could not be planned, or the deploy would be refused", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const document = await makePlan(stackOf(call), saidIn(call), call.has("data") ? limitOf(call) : undefined);
    if (call.json) printJson(document);
    else if (call.has("sql")) print(planSql(document));
    else print(call.has("markdown") ? planMarkdown(document) : planTable(document));
    const isRefused =
      document.resources.some(({ refusals }) => refusals.length > 0) ||
      (document.data ?? []).some((one) => "refusals" in one && one.refusals.length > 0);
    return isRefused || document.unreached.length > 0 ? 1 : 0;
  },
});

function saidIn(call: Call): Once {
  const { allow, expect } = saidBy(environment);
  const more = readConsents(call.values("allow").join(","), "--allow");
  return {
    allow: [...allow, ...more],
    expect: { ...expect, ...readExpectations(call.value("expect") ?? "", "--expect") },
  };
}

/** The plan of a stack: the engine says which resources, we say which statements, and, within so many milliseconds a view, which rows. */
export async function makePlan(stack: string, once = NOTHING_SAID, limitMs?: number): Promise<PlanDocument> {
  const digest = await previewDigest(stack);
  const work = async (sessions: Sessions): Promise<PlanDocument> => {
    const document = await planDocument(sessions, stack, digest, { once });
    return limitMs === undefined
      ? document
      : { ...document, data: await dataOf(sessions, viewsOfDigest(digest, once), limitMs) };
  };
  return withSessions(databasesOf(digest), stackServers(stack), "matview plan", work);
}

/** What a deploy does to the rows in each of its databases that can be looked at. */
async function dataOf(
  sessions: Sessions,
  all: readonly DigestView[],
  limitMs: number,
): Promise<NonNullable<PlanDocument["data"]>> {
  const data: NonNullable<PlanDocument["data"]>[number][] = [];
  for (const connection of new Set(all.map(({ database }) => database.connection))) {
    const views = all.filter(({ database }) => database.connection === connection);
    const session = sessions(views[0]?.database ?? {});
    if (session instanceof Error) continue;
    const options = { limitMs, share: 1, explain: false, rows: 0 };
    const found = await diffStack(session, await readStackViews(session, views), options);
    const unknown = views.filter(({ isKnown, isIdle }) => !isKnown && !isIdle).map(nameOfView);
    const told = [...found, ...unknown.map((view) => ({ view, problem: unknownText(view) }))];
    data.push(...told.map((one) => ({ ...one, connection: connection ?? null })));
  }
  return data;
}
