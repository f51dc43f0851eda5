import { jobSettingProblems } from "../postgres/jobSession.ts";
import type { Session } from "../postgres/session.ts";
import type { DesiredView } from "./desired.ts";
import { findingText } from "./lint/finding.ts";
import { lintDefinition } from "./lint/lintDefinition.ts";

/** What the lint finds in a declared view (what, its cost, the way out), and what a deploy cannot compute as the job will. */
export async function warnOfView({ target, capabilities }: Session, desired: DesiredView): Promise<string[]> {
  return [
    ...(await lintDefinition(target, desired, capabilities.serverMajor)).map(findingText),
    ...(await jobSettingProblems(target, desired.owner)),
  ];
}
