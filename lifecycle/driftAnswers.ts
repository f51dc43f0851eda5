import { z } from "zod";
import { canonical } from "./canonical.ts";

/** @internal What is done about a property that drifted: made as declared again, told and let alone, or let alone. */
export const driftAnswersSchema = z.record(
  z.string(),
  z.enum(["fix", "warn", "ignore"], { error: "must be fix, warn or ignore" }),
  { error: 'must say fix, warn or ignore for each property, e.g. { comment: "ignore" }' },
);

/** By property; what is not named is fixed. */
export type DriftAnswers = Record<string, "fix" | "warn" | "ignore">;

type Props = Readonly<Record<string, unknown>>;

/** The inputs as a state refresh is to find them: what is let alone is reported as it was declared. */
export function withoutAnswered(answers: DriftAnswers, declared: object, observed: object): object {
  const found: Record<string, unknown> = { ...observed };
  for (const property of letAlone(answers)) {
    const value = (declared as Props)[property];
    if (value === undefined) delete found[property];
    else found[property] = value;
  }
  return found;
}

/**
 * The declaration that is applied: what drifted and is let alone stays as it was found, unless the declaration itself has
 * changed there.
 */
export function withAnswered<Desired extends object>(
  answers: DriftAnswers,
  desired: Desired,
  previous: Desired,
  observed: object,
): Desired {
  const kept = letAlone(answers).filter(
    (property) =>
      property in desired &&
      property in observed &&
      canonical((previous as Props)[property] ?? null) === canonical((desired as Props)[property] ?? null) &&
      canonical((observed as Props)[property] ?? null) !== canonical((desired as Props)[property] ?? null),
  );
  if (kept.length === 0) return desired;
  return { ...desired, ...Object.fromEntries(kept.map((property) => [property, (observed as Props)[property]])) };
}

function letAlone(answers: DriftAnswers): string[] {
  return Object.keys(answers).filter((property) => answers[property] !== "fix");
}
