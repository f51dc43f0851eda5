import { explained } from "../../kinds/conditions.ts";
import type { ConditionId, Explanation } from "../../kinds/conditions.ts";
import type { Evidence } from "./evidence.ts";

/** What the doctor found: from a symptom to its cause and what to do. */
export interface Finding extends Explanation {
  /** Stable name; also the heading in docs/troubleshooting.md. */
  readonly id: string;
}

/** One thing that can be wrong; undefined when it is not. */
export type Diagnosis = (evidence: Evidence) => Finding | undefined;

/** A condition that others ask about too. */
export function diagnosisOf(id: ConditionId): Diagnosis {
  return (evidence) => explained(evidence, id);
}

/** A sentence that ends with what to run as a fix. */
export function asFix(sentence: string): Pick<Finding, "fix" | "run"> {
  const [, words, statements] = /^(.*\brun): (.*)$/s.exec(sentence) ?? [];
  return words === undefined || statements === undefined ? { fix: sentence } : { fix: words, run: [statements] };
}

/** Where a finding is explained; the package holds no docs. */
export function docsLink({ id }: Finding): string {
  return `https://github.com/pulumi-matview/pulumi-matview/blob/main/docs/troubleshooting.md#${id}`;
}
