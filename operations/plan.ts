import { readConsents } from "../kinds/consent.ts";
import type { Consent } from "../kinds/consent.ts";
import { environment } from "../postgres/environment.ts";
import { runPulumi } from "../provider/runPulumi.ts";
import { stackOf } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { STACK_OPTIONS } from "./commandLine/options.ts";
import { print, printJson } from "./commandLine/text.ts";
import { databasesOf, readDigest } from "./preview/digest.ts";
import { planDocument } from "./preview/document.ts";
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
  ],
  common: STACK_OPTIONS,
  examples: [
    ["plan --stack prod", "a table"],
    ["plan --stack prod --json > plan.json", "then MATVIEW_PLAN=plan.json pulumi up --stack prod --yes --skip-preview"],
  ],
  exits: { 0: "planned", 1: "it could not be planned, or the deploy would be refused", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const allow = readConsents([environment.MATVIEW_ALLOW ?? "", ...call.values("allow")].join(","), "--allow");
    const document = await makePlan(stackOf(call), allow);
    if (call.json) printJson(document);
    else if (call.has("sql")) print(planSql(document));
    else print(call.has("markdown") ? planMarkdown(document) : planTable(document));
    const isRefused = document.resources.some(({ refusals }) => refusals.length > 0);
    return isRefused || document.unreached.length > 0 ? 1 : 0;
  },
});

/** The plan of a stack: the engine says which resources, we say which statements. */
export async function makePlan(
  stack: string,
  allow: readonly Consent[] = [],
): Promise<Awaited<ReturnType<typeof planDocument>>> {
  // What cannot be reached is told by the plan.
  const variables = { MATVIEW_PREVIEW: "off", MATVIEW_UNREACHABLE: "skip" };
  const run = await runPulumi(["preview", "--json", "--stack", stack], variables);
  const digest = readDigest(`the preview of stack ${stack}`, run, [0]);
  const work = (sessions: Sessions) => planDocument(sessions, stack, digest, { allow });
  return withSessions(databasesOf(digest), stackServers(stack), "matview plan", work);
}
