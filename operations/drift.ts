import { writeFileSync } from "node:fs";
import { CHANGES_FOUND, runPulumi } from "../provider/runPulumi.ts";
import { stackOf } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { STACK_OPTIONS } from "./commandLine/options.ts";
import { print, printJson } from "./commandLine/text.ts";
import { hasDrifted } from "./drift/driftRow.ts";
import { driftJunit, driftMarkdown, driftTable } from "./drift/driftText.ts";
import { driftReport } from "./drift/report.ts";
import { databasesOf, readDigest } from "./preview/digest.ts";
import { stackServers } from "./stack/connection.ts";
import { withSessions } from "./stack/sessions.ts";
import type { Sessions } from "./stack/sessions.ts";

/** `matview drift`: is the world as declared? */
export const drift = defineVerb({
  verb: "drift",
  summary: "say whether the database is as the stack declares it",
  words: "",
  says: `Looks whether the database is as the stack declares it: a preview of the engine with a state refresh, which expects no changes, and
every declared object property by property. Changes nothing; docs/drift.md says which rights are enough.`,
  options: [
    { name: "markdown", summary: "for an issue" },
    { name: "junit", value: "FILE", summary: "also write JUnit XML, a test for each resource" },
  ],
  common: STACK_OPTIONS,
  examples: [
    ["drift --stack prod", "a table"],
    ["drift --stack prod --markdown --junit drift.xml", "for an issue, and for a test report"],
  ],
  exits: { 0: "no drift", 7: "drift", 1: "it could not be told, or used wrongly" },
  troubleStatus: 1,
  reads: false,
  run: async (call) => {
    const report = await checkDrift(stackOf(call));
    const file = call.value("junit");
    if (file !== undefined) writeFileSync(file, driftJunit(report));
    if (call.json) printJson(report);
    else print(call.has("markdown") ? driftMarkdown(report) : driftTable(report));
    if (hasDrifted(report)) return CHANGES_FOUND;
    return report.unreached.length > 0 ? 1 : 0;
  },
});

async function checkDrift(stack: string): ReturnType<typeof driftReport> {
  // With a state refresh, also where the project does not always refresh: else the program is compared with the state alone.
  const args = ["preview", "--refresh", "--expect-no-changes", "--json", "--stack", stack];
  // What cannot be reached is told by the report.
  const run = await runPulumi(args, { MATVIEW_PREVIEW: "off", MATVIEW_UNREACHABLE: "skip" });
  const preview = readDigest(`the preview of stack ${stack}`, run, [0, CHANGES_FOUND]);
  const verdict = { stack, preview, previewChanged: run.code === CHANGES_FOUND };
  const work = (sessions: Sessions) => driftReport(sessions, verdict);
  return withSessions(databasesOf(preview), stackServers(stack), "matview drift", work);
}
