import { z } from "zod";
import { refusing } from "../kinds/refreshJob/desired.ts";
import { DEFAULT_SCHEDULE } from "../kinds/refreshJob/refreshSettings.ts";
import type { RefreshSettings } from "../kinds/refreshJob/refreshSettings.ts";
import { parseDuration } from "../kinds/refreshJob/schedule/duration.ts";
import { checkMaxAge } from "../kinds/refreshJob/schedule/scheduleFromMaxAge.ts";
import { parseSchedule, readSchedule } from "../kinds/refreshJob/schedule.ts";
import { CONFIG_DEFAULTS, ownSettings } from "../lifecycle/configKeys.ts";
import { databasesProblems } from "../lifecycle/databases.ts";
import { driftAnswersSchema } from "../lifecycle/driftAnswers.ts";
import type { DriftAnswers } from "../lifecycle/driftAnswers.ts";
import { problemReport } from "../postgres/errors.ts";
import { nameSchema } from "../postgres/nameSchema.ts";

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
  /** When the job runs; undefined where it is derived from maxAge. */
  readonly schedule: string | undefined;
  /** How old the view may become; what a refresh does beside refreshing. */
  readonly refresh: RefreshSettings;
  /** How long the old view stays aside after a change of the definition; undefined where it is dropped. */
  readonly keepPrevious: string | undefined;
  /** Whether the job may run. */
  readonly active: boolean;
  /** Take over objects that exist and differ, and change them. */
  readonly adopt: boolean;
  /** Roles that may read the view. */
  readonly readers: readonly string[];
  /** Roles that may see the owner's jobs and runs, and the record of refreshes by hand. */
  readonly observers: readonly string[];
  /** What is done about properties that drifted, by property. */
  readonly onDrift: DriftAnswers;
}

const flag = z.enum(["true", "false"], { error: "must be true or false" }).transform((text) => text === "true");
const optionalName = z.union([z.literal("").transform(() => undefined), nameSchema]);
const read = (reader: Parameters<typeof refusing>[0]) =>
  z.string().transform((text, context) => {
    if (text === "") return undefined;
    refusing(reader)(text, context);
    return text;
  });
const [schedule, duration] = [read(parseSchedule), read(parseDuration)];
const fromJson = <T>(schema: z.ZodType<T>, message: string) =>
  z.string().transform((text, context) => {
    const parsed = schema.safeParse(json(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
const names = fromJson(z.array(nameSchema), 'must be a list of role names such as ["app", "reports"]');
const driftAnswers = fromJson(
  driftAnswersSchema,
  'must be fix, warn or ignore by property, such as {"comment": "ignore"}',
);

const settingsSchema = z.object({
  cronDatabase: optionalName,
  schema: nameSchema,
  owner: optionalName,
  managePlatform: flag,
  schedule,
  maxAge: duration,
  lockTimeout: duration,
  statementTimeout: duration,
  minAge: duration,
  vacuum: schedule,
  keepRuns: duration,
  keepPrevious: duration,
  active: flag,
  adopt: flag,
  adoptDatabase: z.string().regex(/^(|false|.+@.+)$/s, {
    error:
      "must name the database that the stack may be moved to, as the refusal of that database does: database@host#system",
  }),
  readers: names,
  observers: names,
  onDrift: driftAnswers,
  databases: z.string(),
  // Read by refreshedViews.
  views: z.string(),
});

type Parsed = z.infer<typeof settingsSchema>;

/**
 * Checks a stack's configuration, `{ "matview:schedule": "...", ... }`, and fills in the defaults. Keys of other
 * namespaces are left alone.
 * @throws one report with every problem, each with its key and what is allowed.
 */
export function readSettings(config: Readonly<Record<string, string>>): Settings {
  const { given, unknown } = ownSettings(config);
  const parsed = settingsSchema.safeParse({ ...CONFIG_DEFAULTS, ...given });
  const wrong = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `matview:${path.join(".")} ${message}`);
  const rules = parsed.success ? rulesBroken(parsed.data) : [];
  const problems = [...unknown, ...wrong, ...rules, ...databasesProblems(given["databases"])];
  if (!parsed.success || problems.length > 0) throw problemReport("configuration of this stack", problems);
  return settingsOf(parsed.data);
}

function settingsOf({
  schedule,
  maxAge,
  lockTimeout,
  statementTimeout,
  minAge,
  vacuum,
  keepRuns,
  adoptDatabase,
  databases,
  views,
  ...rest
}: Parsed): Settings {
  // Read by the provider, which opens the connections; here they are only checked.
  void [adoptDatabase, databases, views];
  return {
    ...rest,
    schedule: schedule ?? (maxAge === undefined ? DEFAULT_SCHEDULE : undefined),
    refresh: { maxAge, lockTimeout, statementTimeout, minAge, vacuum, keepRuns },
  };
}

function rulesBroken({ managePlatform, owner, observers, schedule, maxAge }: Parsed): string[] {
  const parsed = readSchedule(schedule);
  const late = parsed === undefined || maxAge === undefined ? undefined : checkMaxAge(parsed, maxAge);
  return [
    ...(managePlatform && owner === undefined
      ? [
          "matview:owner is empty, and matview:managePlatform is true: name the role that is to own the view, e.g. matview_owner",
        ]
      : []),
    ...(observers.length > 0 && !managePlatform
      ? ["matview:observers are given what they see by the platform: set matview:managePlatform to true"]
      : []),
    ...(late === undefined ? [] : [`matview:maxAge ${late}`]),
  ];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
