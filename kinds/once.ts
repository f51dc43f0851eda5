import { z } from "zod";
import type { Environment } from "../postgres/environment.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import { displayName, shellWord } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { consentedViews, readConsents, withConsents } from "./consent.ts";
import type { Consent } from "./consent.ts";
import { expectedChangeSchema } from "./materializedView/compare/expectedChange.ts";
import type { ExpectedChange } from "./materializedView/compare/expectedChange.ts";
import type { DesiredView } from "./materializedView/desired.ts";

/** What a change may do to the rows of a view, by the view as messages name it. */
export type Expectations = Readonly<Record<string, ExpectedChange>>;

/** What a person says of one deploy alone. */
export interface Once {
  readonly allow: readonly Consent[];
  readonly expect: Expectations;
}

export const NOTHING_SAID: Once = { allow: [], expect: {} };

/** The end of a refusal: how to expect that in this deploy. */
export function expectationAdvice(view: QualifiedName, expected: ExpectedChange): string {
  const text = JSON.stringify({ [displayName(view)]: expected });
  return `for this deploy alone, set MATVIEW_EXPECT=${shellWord(text)}`;
}

const expectationsSchema = z.record(
  z.string(),
  expectedChangeSchema,
  "must be an object with what is expected by view",
);
const EXAMPLE = '{"public.mv":{"rows":"same"}}';

/**
 * Reads expectations, JSON by view.
 * @throws where it is none, or no view is named.
 */
export function readExpectations(text: string, source = "MATVIEW_EXPECT"): Expectations {
  if (text.trim() === "") return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw userError(`${source} is no JSON; write what is expected by view, such as ${EXAMPLE}`);
  }
  const { success, data, error } = expectationsSchema.safeParse(given);
  if (!success) {
    const problems = error.issues.map(
      ({ path, message }) => `${path.join(".")}${path.length > 0 ? ": " : ""}${message}`,
    );
    throw problemReport(`${source} cannot be used; write what is expected by view, such as ${EXAMPLE}`, problems);
  }
  // What was given: a name such as __proto__ is not among the data.
  const bare = Object.keys(given as object).find((view) => !view.includes("."));
  if (bare === undefined) return data;
  throw userError(`${source} must name a view with its schema, such as public.${bare}`);
}

/** The declared view with what is said of it now; one that is renamed may be named by either name. */
export function withOnce(desired: DesiredView, { allow, expect }: Once, previous = desired): DesiredView {
  const change = expectedOf([desired, previous].map(displayName), expect);
  const allowed = withConsents(desired, allow, previous);
  return change === undefined ? allowed : { ...allowed, change };
}

/** What is expected of a view under any of its names. */
export function expectedOf(names: readonly string[], expect: Expectations): ExpectedChange | undefined {
  const name = names.find((one) => Object.hasOwn(expect, one));
  return name === undefined ? undefined : expect[name];
}

/** The views that are named. */
export function viewsSaid({ allow, expect }: Once): string[] {
  return [...consentedViews(allow), ...Object.keys(expect)];
}

/** What an environment says. @throws for what it cannot say. */
export function saidBy({ MATVIEW_ALLOW = "", MATVIEW_EXPECT = "" }: Environment): Once {
  return { allow: readConsents(MATVIEW_ALLOW), expect: readExpectations(MATVIEW_EXPECT) };
}
