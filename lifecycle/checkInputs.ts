import type { z } from "zod";
import type { Kind } from "../kinds/kind.ts";
import { driftAnswersSchema } from "./driftAnswers.ts";
import { declaration, extra } from "./props.ts";
import type { Props } from "./props.ts";
import type { CheckFailure } from "./resourceProvider.ts";
import type { Keeps } from "./resourceRequest.ts";
import { isUnknown, unknownProperties, valueAt } from "./unknowns.ts";

/** Inputs as they go into the state, and what is wrong with them. */
export interface Checked<Desired> {
  readonly inputs: Props;
  readonly desired: Desired;
  readonly failures: readonly CheckFailure[];
  /** Properties that only the deploy will know. */
  readonly unknown: readonly string[];
  readonly isNew: boolean;
}

/**
 * Checks what the program asks for, as far as it is known, and completes it from the inputs of before: what a kind derives from them, such
 * as a view's incarnation, must not look changed because something else is not known yet.
 */
export async function checkInputs<Desired extends object, Actual>(
  kind: Kind<Desired, Actual>,
  olds: Props,
  asked: Props,
  keeps: Keeps = {},
): Promise<Checked<Desired>> {
  const isNew = Object.keys(olds).length === 0;
  const news = isNew ? asked : asBefore(olds, asked, keeps);
  const unknown = unknownProperties(news);
  const parsed = kind.schema.safeParse(declaration(news));
  const answers = driftAnswersSchema.optional().safeParse(news["onDrift"]);
  const failures = [
    ...(parsed.success ? [] : checkFailures(parsed.error, declaration(news))),
    ...(answers.success ? [] : checkFailures(answers.error, news, ["onDrift"])),
  ];
  const desired = parsed.success ? parsed.data : (declaration(news) as Desired);
  if (failures.length > 0) return { inputs: news, desired, failures, unknown, isNew };
  const previous = isNew ? undefined : (declaration(olds) as Desired);
  const settled = kind.settle === undefined ? desired : await kind.settle(previous, desired);
  return { inputs: { ...extra(news), ...settled }, desired, failures, unknown, isNew };
}

/** What a declaration says of one moment, or leaves to convention, and so is no change of what is there. */
function asBefore(olds: Props, asked: Props, keeps: Keeps): Props {
  // Whether to take over is asked at the creation alone.
  const { adopt, ...rest } = asked;
  void adopt;
  // What the program or a transform says instead of the convention is taken.
  const kept = Object.entries(keeps)
    .filter(([, pair]) => !isUnknown(pair))
    .filter(([key, [made, earlier]]) => olds[key] === earlier && asked[key] === made)
    .map(([key, [, earlier]]) => [key, earlier] as const);
  return { ...rest, ...("adopt" in olds ? { adopt: olds["adopt"] } : {}), ...Object.fromEntries(kept) };
}

function checkFailures(error: z.ZodError, props: Props, within: readonly string[] = []): CheckFailure[] {
  return error.issues
    .map((issue) => ({ path: [...within, ...issue.path], names: unknownNames(issue), reason: issue.message }))
    .filter(({ path, names }) => names.length > 0 || !isUnknown(valueAt(props, path)))
    .map(({ path, names, reason }) => ({ property: [...path, ...names].join("."), reason }));
}

// A name that there is none of is a mistake whatever its value is.
function unknownNames(issue: z.core.$ZodIssue): string[] {
  return issue.code === "unrecognized_keys" ? [issue.keys.join(", ")] : [];
}
