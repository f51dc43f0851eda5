import colors from "picocolors";
import { named } from "../../kinds/quantities.ts";
import { VERDICTS } from "../health/check.ts";
import type { Verdict } from "../health/check.ts";
import { wrapped } from "./table.ts";

/** A view in an overview of many. With a warning it is healthy. */
export interface Judged {
  readonly view: string;
  readonly verdict: Verdict;
}

/** Views that are told one by one below an overview; of more it says how to see them. */
const MOST_TOLD = 10;

/** Views in the order of how bad they are. */
export function worstFirst<View extends Judged>(views: readonly View[]): View[] {
  return [...views].sort((a, b) => VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict));
}

/** `198 healthy, 2 of them with a warning, 2 not: public.a, public.b`. */
export function tally(views: readonly Judged[]): string {
  const [failing, warned] = (["fail", "warn"] as const).map((verdict) =>
    views.filter((one) => one.verdict === verdict).map(({ view }) => view),
  ) as [string[], string[]];
  const healthy = views.length - failing.length;
  return [
    `${healthy} healthy`,
    ...(warned.length === 0 ? [] : [`${warned.length === healthy ? "all" : warned.length} of them with a warning`]),
    ...(failing.length === 0 ? [] : [`${failing.length} not: ${named(failing)}`]),
  ].join(", ");
}

/** A verdict on a view as a word in its colour. */
export function healthWord(verdict: Verdict): string {
  return { pass: colors.green("healthy"), warn: colors.yellow("warning"), fail: colors.red("failing") }[verdict];
}

/** How a verb tells of views. */
interface Telling<View> {
  /** A table of those that are not healthy, or only with a warning. */
  readonly overview: (unhealthy: readonly View[]) => string;
  /** What stands behind a view's name; `isAlone` where it is the only one. */
  readonly one: (view: View, isAlone: boolean) => string;
}

/**
 * Many views: how many are healthy, an overview of the others, and each of these by itself, those that are alike together; the rest is folded
 * into a line. One view is told by itself.
 */
export function toldInOrder<View extends Judged>(verb: string, views: readonly View[], telling: Telling<View>): string {
  if (views.length < 2) return views.map((one) => headed(one.view, telling.one(one, true))).join("");
  const unhealthy = worstFirst(views).filter(({ verdict }) => verdict !== "pass");
  const alike = new Map<string, string[]>();
  for (const one of unhealthy) {
    const text = telling.one(one, false);
    alike.set(text, [...(alike.get(text) ?? []), one.view]);
  }
  const told = [...alike].slice(0, MOST_TOLD);
  const untold = unhealthy.length - told.reduce((count, [, names]) => count + names.length, 0);
  const healthy = views.length - unhealthy.length;
  const folded = [
    ...(untold > 0 ? [`${untold} more of these`] : []),
    ...(healthy > 0 ? [`${healthy} that are healthy`] : []),
  ];
  return [
    wrapped(tally(views)),
    ...(unhealthy.length === 0 ? [] : [telling.overview(unhealthy)]),
    ...told.map(([text, names]) => headed(named(names), text)),
    ...(folded.length === 0 ? [] : [wrapped(`Not shown: ${folded.join(", ")}. matview ${verb} VIEW shows one.`)]),
  ].join("\n\n");
}

// The rest of the text may hold what is to be copied.
function headed(names: string, text: string): string {
  const [first = "", ...more] = text.split("\n");
  return [wrapped(`${names}${first}`), ...more].join("\n");
}
