import type { Question } from "../../postgres/asked.ts";
import { jobSettingProblems, jobSettingsQuestion } from "../../postgres/jobSession.ts";
import type { Session } from "../../postgres/session.ts";
import { parseDefinition } from "./definition/parseDefinition.ts";
import type { DesiredView } from "./desired.ts";
import { findingText } from "./lint/finding.ts";
import { lintDefinition, lintQuestions } from "./lint/lintDefinition.ts";
import { explainNoKey } from "./lint/noKey.ts";

/** What the lint finds in a declared view (what, its cost, the way out), and what a deploy cannot compute as the job will. */
export async function warnOfView(session: Session, desired: DesiredView): Promise<string[]> {
  await parseDefinition(desired.definition);
  const [findings, settings] = await Promise.all([
    lintDefinition(session.target, desired, session.capabilities.serverMajor),
    jobSettingProblems(session.target, desired.owner),
  ]);
  const noKey = (desired.uniqueKey ?? []).length > 0 ? [] : await explainNoKey(session, desired);
  return [...findings, ...noKey].map(findingText).concat(settings);
}

/** What `warnOfView` asks first. */
export async function warningQuestions(desired: DesiredView): Promise<Question[]> {
  return [...(await lintQuestions(desired)), jobSettingsQuestion(desired.owner)];
}
