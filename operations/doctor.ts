import colors from "picocolors";
import { displayName } from "../postgres/names.ts";
import { withViews } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { print, printJson } from "./commandLine/text.ts";
import { diagnose } from "./doctor/diagnose.ts";
import { gatherEvidence } from "./doctor/evidence.ts";
import { docsLink } from "./doctor/finding.ts";
import type { Finding } from "./doctor/finding.ts";
import { readFacts } from "./health/facts.ts";

/** `matview doctor`: from symptoms to cause to fix. */
export const doctor = defineVerb({
  verb: "doctor",
  summary: "say why a view is stale or its job fails, and what to do",
  words: "[VIEW]",
  says: `Looks at job, launcher, runs, view, index, sources, rights, size and spot checks, and names causes, not what follows from them: each
with the symptom, the evidence, the fix as a command or statement, and where docs explain it. Changes nothing.`,
  examples: [["doctor --stack prod", "everything that the stack declares, with its stamp and spot checks"]],
  exits: { 0: "nothing found", 1: "something found", 3: "could not look, or used wrongly" },
  troubleStatus: 3,
  reads: true,
  run: async (call) => {
    const told = await withViews(call, async (session, views) => {
      const found: { view: string; findings: Finding[] }[] = [];
      for (const facts of await readFacts(session, views))
        found.push({ view: displayName(facts.declared), findings: diagnose(await gatherEvidence(session, facts)) });
      return found;
    });
    if (call.json)
      printJson(
        told.map(({ view, findings }) => ({
          view,
          findings: findings.map((one) => ({ ...one, docs: docsLink(one) })),
        })),
      );
    else
      for (const { view, findings } of told)
        print(
          `${view}: ${findings.length === 0 ? colors.green("nothing found") : ""}${findings.map(findingText).join("")}`,
        );
    return told.some(({ findings }) => findings.length > 0) ? 1 : 0;
  },
});

function findingText(finding: Finding): string {
  return [
    `\n  ${colors.red(finding.symptom)} (${finding.id})`,
    `    evidence  ${finding.evidence}`,
    `    cause     ${finding.cause}`,
    `    fix       ${finding.fix}`,
    `    more      ${docsLink(finding)}\n`,
  ].join("\n");
}
