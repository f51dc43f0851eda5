import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withSession } from "../postgres/session.ts";
import { print, printJson } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import type { Verb } from "./commandLine/verb.ts";
import { hasDrifted } from "./drift/driftRow.ts";
import { driftJunit, driftMarkdown, driftTable } from "./drift/driftText.ts";
import { driftReport } from "./drift/report.ts";
import { readDigest } from "./preview/digest.ts";
import { stackConnection } from "./stack/connection.ts";
import { CHANGES_FOUND, runPulumi } from "./stack/run.ts";

const help = `usage: matview drift --stack S [--markdown | --json] [--junit FILE]

Looks whether the database is as the stack declares it: a state refresh and a preview of the engine, both expecting no changes, and
every declared object property by property. Changes nothing; docs/drift.md says which rights are enough.

  --stack S     the stack to check; its program is the one in this folder
  --markdown    for an issue
  --json        everything
  --junit FILE  also write JUnit XML, a test for each resource

examples:
  matview drift --stack prod
  matview drift --stack prod --markdown --junit drift.xml

exit status: 0 no drift, 7 drift, 1 could not tell`;

/** `matview drift`: is the world as declared? */
export const drift: Verb = {
  summary: "say whether the database is as the stack declares it",
  help,
  options: ["--stack", "--markdown", "--json", "--junit"],
  troubleStatus: 1,
  run: async (words) => {
    const { values } = parseArgs({
      args: [...words],
      options: {
        stack: { type: "string" },
        markdown: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        junit: { type: "string" },
      },
    });
    if (values.stack === undefined) throw usageError("which stack? write --stack NAME");
    const report = await checkDrift(values.stack);
    if (values.junit !== undefined) writeFileSync(values.junit, driftJunit(report));
    if (values.json) printJson(report);
    else print(values.markdown ? driftMarkdown(report) : driftTable(report));
    return hasDrifted(report) ? CHANGES_FOUND : 0;
  },
};

async function checkDrift(stack: string): ReturnType<typeof driftReport> {
  const ways = ["--expect-no-changes", "--json", "--stack", stack];
  const quiet = { MATVIEW_PREVIEW: "off" };
  const refreshed = await runPulumi(["refresh", "--preview-only", ...ways], quiet);
  readDigest(`the state refresh of stack ${stack}`, refreshed, [0, CHANGES_FOUND]);
  const previewed = await runPulumi(["preview", ...ways], quiet);
  const preview = readDigest(`the preview of stack ${stack}`, previewed, [0, CHANGES_FOUND]);
  const verdict = {
    stack,
    preview,
    stateRefreshChanged: refreshed.code === CHANGES_FOUND,
    previewChanged: previewed.code === CHANGES_FOUND,
  };
  return withSession(await stackConnection(stack), "matview drift", (session) => driftReport(session, verdict));
}
