import { parseArgs } from "node:util";
import { withSession } from "../postgres/session.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import type { Verb } from "./commandLine/verb.ts";
import { readDigest } from "./preview/digest.ts";
import { planDocument } from "./preview/document.ts";
import { planMarkdown, planSql, planTable } from "./preview/planText.ts";
import { stackConnection } from "./stack/connection.ts";
import { runPulumi } from "./stack/run.ts";

const help = `usage: matview plan --stack S [--sql | --markdown | --json]

Says what \`pulumi up\` would do to the database now: every step with its reason, risk, lock, time and bytes. Changes nothing.

  --stack S    the stack to plan; its program is the one in this folder
  --sql        the statements in order
  --markdown   for a pull request
  --json       everything, with a fingerprint; docs/previews.md describes it. MATVIEW_PLAN=FILE pulumi up deploys that and nothing else

examples:
  matview plan --stack prod
  matview plan --stack prod --json > plan.json && MATVIEW_PLAN=plan.json pulumi up --stack prod --yes --skip-preview

exit status: 0 planned, 1 it could not be planned, or the deploy would be refused, 2 used wrongly`;

/** `matview plan`: what a deploy would do, for people, for pull requests and for policies. */
export const plan: Verb = {
  summary: "say what a deploy would do to the database",
  help,
  options: ["--stack", "--sql", "--markdown", "--json"],
  run: async (words) => {
    const { values } = parseArgs({
      args: [...words],
      options: {
        stack: { type: "string" },
        sql: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    if (values.stack === undefined) throw usageError("which stack? write --stack NAME");
    const document = await makePlan(values.stack);
    if (values.json) printJson(document);
    else if (values.sql) print(planSql(document));
    else print(values.markdown ? planMarkdown(document) : planTable(document));
    return document.resources.some(({ refusals }) => refusals.length > 0) ? 1 : 0;
  },
};

/** The plan of a stack: the engine says which resources, we say which statements. */
export async function makePlan(stack: string): Promise<Awaited<ReturnType<typeof planDocument>>> {
  const run = await runPulumi(["preview", "--json", "--stack", stack], { MATVIEW_PREVIEW: "off" });
  const digest = readDigest(`the preview of stack ${stack}`, run, [0]);
  return withSession(await stackConnection(stack), "matview plan", (session) => planDocument(session, stack, digest));
}
