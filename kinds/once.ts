import type { Environment } from "../postgres/environment.ts";
import { problemReport, userError } from "../postgres/errors.ts";
import { displayName, shellWord } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { consentedViews, readConsents, withConsents } from "./consent.ts";
import type { Consent } from "./consent.ts";
import { expectedChangeSchema } from "./materializedView/compare/expectedChange.ts";
import type { ExpectedChange } from "./materializedView/compare/expectedChange.ts";
import type { DesiredView } from "./materializedView/desired.ts";

/** What a change may do to the rows of a view, by the view as messages name it; "any" where nothing is to be proved. */
export type Expectations = Readonly<Record<string, ExpectedChange | "any">>;

/** A view that a deploy with expectations is told nothing of: the views that it is told of. */
export type SaidView = DesiredView & { readonly unsaid?: readonly string[] };

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
  const byView = isRecord(given) ? Object.entries(given) : [];
  const read = byView.map(
    ([view, value]) => [view, value === "any" ? value : expectedChangeSchema.safeParse(value)] as const,
  );
  const wrong = read.flatMap(([view, one]) =>
    (one === "any" ? [] : (one.error?.issues ?? [])).map(
      ({ path, message }) => `${[view, ...path].join(".")}: ${message}`,
    ),
  );
  const problems = isRecord(given) ? wrong : ["must be an object with what is expected by view"];
  if (problems.length > 0)
    throw problemReport(`${source} cannot be used; write what is expected by view, such as ${EXAMPLE}`, problems);
  const data = Object.fromEntries(read.map(([view, one]) => [view, one === "any" ? one : one.data!] as const));
  const bare = Object.keys(data).find((view) => !view.includes("."));
  if (bare === undefined) return data;
  throw userError(`${source} must name a view with its schema, such as public.${bare}`);
}

/** The declared view with what is said of it now; one that is renamed may be named by either name. */
export function withOnce(desired: DesiredView, { allow, expect }: Once, previous = desired): SaidView {
  const expected = expectedOf([desired, previous].map(displayName), expect);
  const allowed = withConsents(desired, allow, previous);
  if (expected === "any") return { ...allowed, change: undefined };
  if (expected !== undefined) return { ...allowed, change: expected };
  // A name that is misspelt must not leave a view unproved.
  const others = Object.keys(expect);
  return others.length === 0 || allowed.change !== undefined ? allowed : { ...allowed, unsaid: others };
}

/** Why a view must not change in a deploy with expectations. */
export function unsaidProblem({ unsaid, ...view }: SaidView): string | undefined {
  if (unsaid === undefined) return undefined;
  const name = displayName(view);
  return (
    `its definition changes, and MATVIEW_EXPECT speaks of ${unsaid.join(", ")} only: add what is expected of ${JSON.stringify(name)} to it, ` +
    'or "any" where nothing is to be proved'
  );
}

/** What is expected of a view under any of its names. */
export function expectedOf(names: readonly string[], expect: Expectations): ExpectedChange | "any" | undefined {
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
