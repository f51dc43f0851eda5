import colors from "picocolors";
import { withViews } from "./commandLine/declaredViews.ts";
import { defineVerb } from "./commandLine/defineVerb.ts";
import { toldInOrder } from "./commandLine/overview.ts";
import type { Judged } from "./commandLine/overview.ts";
import { screenWidth, table, wrapped } from "./commandLine/table.ts";
import { print, printJson } from "./commandLine/text.ts";
import { labelled, namedView } from "./commandLine/viewNames.ts";
import type { NamedView } from "./commandLine/viewNames.ts";
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
with the symptom, the evidence, the fix in words and as statements and commands to be copied, and where docs explain it. Views for which it says the same are told
together. Changes nothing.`,
  examples: [["doctor --stack prod", "everything that the stack declares, with its stamp and spot checks"]],
  exits: { 0: "nothing found", 1: "something found", 3: "could not look, or used wrongly" },
  troubleStatus: 3,
  reads: true,
  run: async (call) => {
    const told = await withViews(call, async (session, views) => {
      const evidence = await gatherEvidence(session, await readFacts(session, views));
      return evidence.map((one) => ({ ...namedView(one.declared), findings: diagnose(one) }));
    });
    if (call.json)
      printJson(
        told.map(({ findings, ...view }) => ({
          ...view,
          findings: findings.map((one) => ({ ...one, docs: docsLink(one) })),
        })),
      );
    else if (told.length > 0) print(toldInOrder("doctor", told.map(judged), { overview, one: findingsText }));
    return told.some(({ findings }) => findings.length > 0) ? 1 : 0;
  },
});

interface Told extends NamedView {
  readonly findings: readonly Finding[];
}

function judged(told: Told): Told & Judged {
  return { ...labelled(told), verdict: told.findings.length === 0 ? "pass" : "fail" };
}

function overview(unhealthy: readonly Told[]): string {
  return table(
    ["view", "found"],
    unhealthy.map(({ view, findings }) => [view, findings.map(({ id }) => id).join(", ")]),
  );
}

function findingsText({ findings }: Told): string {
  return `:${findings.length === 0 ? ` ${colors.green("nothing found")}` : findings.map(findingText).join("\n")}`;
}

const LABEL_WIDTH = 14;

function findingText(finding: Finding): string {
  const line = (label: string, text: string): string => `    ${label.padEnd(LABEL_WIDTH - 4)}${text}`;
  const prose = (label: string, text: string): string =>
    line(label, indented(wrapped(text, screenWidth() - LABEL_WIDTH), LABEL_WIDTH));
  return [
    `\n  ${colors.red(indented(wrapped(`${finding.symptom} (${finding.id})`, screenWidth() - 2), 2))}`,
    prose("evidence", finding.evidence),
    prose("cause", finding.cause),
    prose("fix", finding.fix),
    ...runLines(finding),
    line("more", docsLink(finding)),
  ].join("\n");
}

// What is to be copied is not broken; a text of several lines, which may hold one in quotes, not even indented.
function runLines({ run = [] }: Finding): string[] {
  const marked = run.map((one) => (/^(?:matview|pulumi|export) /.test(one) ? one : `${one};`));
  return marked.map((one) => (one.includes("\n") ? one : `${" ".repeat(LABEL_WIDTH)}${one}`));
}

function indented(text: string, columns: number): string {
  return text.replaceAll("\n", `\n${" ".repeat(columns)}`);
}
