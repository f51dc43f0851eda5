import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { parseDuration } from "../kinds/refreshJob/schedule/duration.ts";
import { isUserError } from "../postgres/errors.ts";
import type { Session } from "../postgres/session.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import type { DeclaredView } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { tally } from "./commandLine/overview.ts";
import { wrapped } from "./commandLine/table.ts";
import { clock, print } from "./commandLine/text.ts";
import { usageError } from "./commandLine/usageError.ts";
import { diagnose } from "./doctor/diagnose.ts";
import { gatherEvidence } from "./doctor/evidence.ts";
import { readFacts } from "./health/facts.ts";
import { escaped, section } from "./report/html.ts";
import { STYLE } from "./report/style.ts";
import { viewReport, viewsPart } from "./report/viewReport.ts";
import type { ViewReport } from "./report/viewReport.ts";

const DEFAULT_FILE = "matview-report.html";

/** `matview report`: one page to hand on. */
export const report = defineVerb({
  verb: "report",
  summary: "write one HTML page about the views, to read anywhere and to hand on",
  words: "[VIEW]",
  says: `An overview of many views, of which the healthy ones are folded. Of each: checks, findings, timeline of runs, charts of duration and age, gaps, size, spot checks and, with --stack, the plan of the next change. One
file that needs no network. No rows of the view are in it.`,
  options: [
    { name: "out", value: "FILE", summary: `where to write it; default ${DEFAULT_FILE}` },
    { name: "since", value: "AGE", summary: "how far back, e.g. 24h (the default) or 7d" },
  ],
  examples: [["report --stack prod --out report.html", "the last day of what the stack declares"]],
  exits: { 0: "written", 1: "it could not be read or written", 2: "used wrongly" },
  reads: false,
  run: async (call) => {
    const age = parseDuration(call.value("since") ?? "24h");
    if (!age.ok) throw usageError(`--since: ${age.problem}`);
    // When the facts are read: the plan takes the engine some seconds more.
    const asOf = clock(new Date());
    const views = await withViews(call, (session, declared) => viewReports(session, declared, age.seconds));
    const stack = call.value("stack");
    const file = call.value("out") ?? DEFAULT_FILE;
    try {
      writeFileSync(file, page(asOf, [viewsPart(views), ...(stack === undefined ? [] : [await planPart(stack)])]));
    } catch (error) {
      throw usageError(`--out ${file}: ${(error as Error).message}`);
    }
    print(wrapped(`${file} is written: ${views.length} ${views.length === 1 ? "view" : "views"}, ${tally(views)}`));
    return 0;
  },
});

async function viewReports(session: Session, views: readonly DeclaredView[], seconds: number): Promise<ViewReport[]> {
  const found = await readFacts(session, views, seconds * 1000);
  return (await gatherEvidence(session, found)).map((evidence) => {
    const span = { since: new Date(evidence.now.getTime() - seconds * 1000), until: evidence.now };
    return viewReport(evidence, diagnose(evidence), span);
  });
}

async function planPart(stack: string): Promise<string> {
  const [{ makePlan }, { planTable }] = await Promise.all([import("./plan.ts"), import("./preview/planText.ts")]);
  try {
    return section(
      "The next change",
      `<pre>${escaped(stripVTControlCharacters(planTable(await makePlan(stack))))}</pre>`,
    );
  } catch (error) {
    if (!isUserError(error)) throw error;
    return section("The next change", `<p>${escaped(`It could not be planned: ${error.message}`)}</p>`);
  }
}

function page(asOf: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Materialized views</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Materialized views</h1>
<p class="soft">As of ${asOf}. Times are UTC.</p>
${parts.join("\n")}
</body>
</html>
`;
}
