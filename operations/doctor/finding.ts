import type { Evidence } from "./evidence.ts";

/** What the doctor found: from a symptom to its cause and what to do. */
export interface Finding {
  /** Stable name; also the heading in docs/troubleshooting.md. */
  readonly id: string;
  /** What people notice. */
  readonly symptom: string;
  /** What was measured. */
  readonly evidence: string;
  readonly cause: string;
  /** A command or statement. */
  readonly fix: string;
}

/** One thing that can be wrong; undefined when it is not. */
export type Diagnosis = (evidence: Evidence) => Finding | undefined;

/** Where a finding is explained. */
export function docsLink({ id }: Finding): string {
  return `docs/troubleshooting.md#${id}`;
}
