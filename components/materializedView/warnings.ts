import type { Session } from "../postgres/session.ts";
import type { DesiredView } from "./desired.ts";
import { findingText } from "./lint/finding.ts";
import { lintDefinition } from "./lint/lintDefinition.ts";

/** What the lint finds in a declared view: each a sentence on what, one on its cost, and the way out. */
export async function warnOfView({ target, capabilities }: Session, desired: DesiredView): Promise<string[]> {
  return (await lintDefinition(target, desired, capabilities.serverMajor)).map(findingText);
}
