import { z } from "zod";
import { problemReport } from "./postgres/errors.ts";
import { nameSchema } from "./postgres/nameSchema.ts";
import { driftAnswersSchema } from "./provider/driftAnswers.ts";
import type { DriftAnswers } from "./provider/driftAnswers.ts";
import { parseSchedule } from "./refreshJob/schedule.ts";

/** What differs between environments, as read from `Pulumi.<stack>.yaml`. */
export interface Settings {
  /** Database that holds pg_cron, where it is not the one that holds the view. */
  readonly cronDatabase: string | undefined;
  /** Schema that holds the view. */
  readonly schema: string;
  /** Role that owns view and job; the connecting role when undefined. */
  readonly owner: string | undefined;
  /** Whether the stack manages the pg_cron extension, the owner role and its grants on the sources. */
  readonly managePlatform: boolean;
  /** When the job runs. */
  readonly schedule: string;
  /** Whether the job may run. */
  readonly active: boolean;
  /** Take over objects that exist and differ, and change them. */
  readonly adopt: boolean;
  /** Roles that may read the view. */
  readonly readers: readonly string[];
  /** What is done about properties that drifted, by property. */
  readonly onDrift: DriftAnswers;
}

/** Every key with its default, as text: what `Pulumi.yaml` says too. An empty text is a setting that is not made. */
export const DEFAULTS = {
  databaseUrl: "",
  cronDatabase: "",
  schema: "public",
  owner: "",
  managePlatform: "false",
  schedule: "*/5 * * * *",
  active: "true",
  adopt: "false",
  readers: "[]",
  onDrift: "{}",
} as const satisfies Record<string, string>;

type Key = keyof typeof DEFAULTS;

const flag = z.enum(["true", "false"], { error: "must be true or false" }).transform((text) => text === "true");
const optionalName = z.union([z.literal("").transform(() => undefined), nameSchema]);
const schedule = z.string().superRefine((text, context) => {
  const parsed = parseSchedule(text, { seconds: true, lastDay: true });
  if (!parsed.ok) context.addIssue({ code: "custom", message: parsed.problem });
});
const names = z.string().transform((text, context) => {
  const parsed = z.array(nameSchema).safeParse(json(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: "custom", message: 'must be a list of role names such as ["app", "reports"]' });
  return z.NEVER;
});

const driftAnswers = z.string().transform((text, context) => {
  const parsed = driftAnswersSchema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  context.addIssue({
    code: "custom",
    message: 'must be fix, warn or ignore by property, such as {"comment": "ignore"}',
  });
  return z.NEVER;
});

const settingsSchema = z.object({
  cronDatabase: optionalName,
  schema: nameSchema,
  owner: optionalName,
  managePlatform: flag,
  schedule,
  active: flag,
  adopt: flag,
  readers: names,
  onDrift: driftAnswers,
});

/**
 * Checks a stack's configuration, `{ "matview:schedule": "...", ... }`, and fills in the defaults. Keys of other
 * namespaces are left alone.
 * @throws one report with every problem, each with its key and what is allowed.
 */
export function readSettings(config: Readonly<Record<string, string>>): Settings {
  const given = Object.entries(config)
    .filter(([key]) => key.startsWith("matview:"))
    .map(([key, value]) => [key.slice("matview:".length), value] as const);
  const unknown = given.filter(([key]) => !(key in DEFAULTS)).map(([key]) => unknownKey(key));
  const parsed = settingsSchema.safeParse({ ...DEFAULTS, ...Object.fromEntries(given) });
  const wrong = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `matview:${path.join(".")} ${message}`);
  const rules = parsed.success ? rulesBroken(parsed.data) : [];
  const problems = [...unknown, ...wrong, ...rules];
  if (!parsed.success || problems.length > 0) throw problemReport("configuration of this stack", problems);
  return parsed.data;
}

function rulesBroken({ managePlatform, owner }: Settings): string[] {
  return managePlatform && owner === undefined
    ? [
        "matview:owner is empty, and matview:managePlatform is true: name the role that is to own the view, e.g. matview_owner",
      ]
    : [];
}

function unknownKey(key: string): string {
  const known = Object.keys(DEFAULTS) as Key[];
  const near = known.find((candidate) => candidate.toLowerCase() === key.toLowerCase()) ?? nearest(key, known);
  const suggestion = near === undefined ? `known are ${known.join(", ")}` : `did you mean matview:${near}?`;
  return `matview:${key} is no setting; ${suggestion}`;
}

function nearest(key: string, known: readonly Key[]): Key | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: distance(key, candidate) }));
  return ranked.filter((one) => one.distance <= 3).sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

// Levenshtein: how many letters must be added, left out or changed.
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
