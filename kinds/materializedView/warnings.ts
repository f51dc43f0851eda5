import type { Question } from "../../postgres/asked.ts";
import { jobSettingProblems, jobSettingsQuestion } from "../../postgres/jobSession.ts";
import type { Session } from "../../postgres/session.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { DesiredView } from "./desired.ts";
import { findingText } from "./lint/finding.ts";
import type { Finding } from "./lint/finding.ts";
import { lintDefinition, lintQuestions } from "./lint/lintDefinition.ts";
import { explainNoKey } from "./lint/noKey.ts";

/** What the lint finds in a declared view (what, its cost, the way out), and what a deploy cannot compute as the job will. */
export async function warnOfView(session: Session, desired: DesiredView): Promise<string[]> {
  await parseDefinition(desired.definition);
  const [findings, settings] = await Promise.all([
    lintDefinition(session.target, desired, session.capabilities.serverMajor),
    jobSettingProblems(session.target, desired.owner),
  ]);
  const told: Finding[] = [];
  for (const finding of findings)
    told.push(finding.rule === "no-key" ? await noKey(session, desired, finding) : finding);
  return [...told.map(findingText), ...settings];
}

/** What `warnOfView` asks first. */
export async function warningQuestions(desired: DesiredView): Promise<Question[]> {
  return [...(await lintQuestions(desired)), jobSettingsQuestion(desired.owner)];
}

async function noKey(session: Session, desired: DesiredView, finding: Finding): Promise<Finding> {
  const parsed = await parseDefinition(desired.definition);
  return parsed.ok
    ? explainNoKey(session, desired, { definition: parsed.definition.sql, owner: desired.owner })
    : finding;
}
