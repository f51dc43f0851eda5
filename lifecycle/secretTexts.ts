/** What stands in a message where a secret stood; the engine's own words for it. */
export const SECRET = "[secret]";

/** Texts that no message of this run may quote: a provider is handed secrets in clear. */
export interface SecretTexts {
  /** Takes up what some properties hold. */
  readonly note: (props: object, properties: readonly string[]) => void;
  readonly hide: (text: string) => string;
  readonly forget: () => void;
}

/** Shorter ones are no secret, and hiding them would spoil every word that has them. */
const SHORTEST = 3;

export function secretTexts(): SecretTexts {
  const texts = new Set<string>();
  return {
    note: (props, properties) => {
      for (const property of properties) {
        for (const text of leaves((props as Record<string, unknown>)[property])) {
          // As a statement quotes it, and as a message does.
          for (const form of [text, text.replaceAll("'", "''"), JSON.stringify(text).slice(1, -1)]) texts.add(form);
        }
      }
    },
    hide: (text) =>
      [...texts].sort((a, b) => b.length - a.length).reduce((shown, one) => shown.replaceAll(one, SECRET), text),
    forget: () => texts.clear(),
  };
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return value.length < SHORTEST ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}
