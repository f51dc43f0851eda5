import { userError } from "../postgres/errors.ts";
import { displayName, shellWord } from "../postgres/names.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { unknownName } from "../postgres/nearestName.ts";
import type { DesiredView } from "./materializedView/desired.ts";

/** What may be allowed of one named view for one deploy, as the arguments that allow it for ever. */
const CONSENTS = {
  columns: { allowColumnChanges: true },
  dependents: { dependents: "recreate" },
  rows: { rowCount: { min: 0 } },
} as const satisfies Readonly<Record<string, Partial<DesiredView>>>;

type Word = keyof typeof CONSENTS;

/** `columns:public.mv`: a word, and the view as messages name it. */
export type Consent = `${Word}:${string}`;

/** The end of a refusal: how to allow it once. */
export function consentAdvice(word: Word, view: QualifiedName): string {
  return `for this deploy alone, set MATVIEW_ALLOW=${shellWord(`${word}:${displayName(view)}`)}`;
}

/**
 * Reads what is allowed, several with commas between them.
 * @throws where a word is none of ours, or no view is named: nothing is allowed of all views.
 */
export function readConsents(text: string, source = "MATVIEW_ALLOW"): Consent[] {
  // A quoted name may hold anything.
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, word = "", view = ""] = /^([^:]*):?([^]*)$/.exec(part) ?? [];
      if (!Object.hasOwn(CONSENTS, word))
        throw userError(unknownName(`word of ${source}`, word, Object.keys(CONSENTS)));
      if (!view.includes("."))
        throw userError(`${source} must name a view, such as ${word}:public.${/^\w+$/.test(view) ? view : "mv"}`);
      return part as Consent;
    });
}

/** The words that are allowed of a view under any of its names. */
export function wordsFor(names: readonly string[], consents: readonly Consent[]): Word[] {
  const isAllowed = (word: Word): boolean => names.some((name) => consents.includes(`${word}:${name}`));
  return (Object.keys(CONSENTS) as Word[]).filter(isAllowed);
}

/** The declared view with what is allowed of it now; one that is renamed may be named by either name. */
export function withConsents(desired: DesiredView, consents: readonly Consent[], previous = desired): DesiredView {
  const words = wordsFor([desired, previous].map(displayName), consents);
  return words.reduce((allowed, word) => ({ ...allowed, ...CONSENTS[word] }), desired);
}

/** The views that are named. */
export function consentedViews(consents: readonly Consent[]): string[] {
  return consents.map((consent) => consent.slice(consent.indexOf(":") + 1));
}
