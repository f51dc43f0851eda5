import { unknownName } from "../postgres/nearestName.ts";

/** Every key with its default, as text: what `Pulumi.yaml` says too. An empty text is a setting that is not made. */
export const CONFIG_DEFAULTS = {
  databaseUrl: "",
  databases: "{}",
  cronDatabase: "",
  readReplicas: "",
  schema: "public",
  owner: "",
  managePlatform: "false",
  schedule: "",
  maxAge: "",
  lockTimeout: "",
  statementTimeout: "",
  minAge: "",
  vacuum: "",
  keepRuns: "",
  keepPrevious: "",
  active: "true",
  adopt: "false",
  adoptDatabase: "",
  readers: "[]",
  observers: "[]",
  onDrift: "{}",
  views: "{}",
} as const satisfies Record<string, string>;

const NAMESPACE = "matview:";

/** What of a configuration is in our namespace, without that, and what is wrong with keys that there are none of. */
export function ownSettings(config: Readonly<Record<string, string>>): {
  readonly given: Readonly<Record<string, string>>;
  readonly unknown: readonly string[];
} {
  const given = Object.entries(config)
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const);
  const unknown = given
    .filter(([key]) => !Object.hasOwn(CONFIG_DEFAULTS, key))
    .map(([key]) => unknownName("setting", key, Object.keys(CONFIG_DEFAULTS), NAMESPACE));
  return { given: Object.fromEntries(given), unknown };
}

/** Without its namespace. */
export type ConfigKey = keyof typeof CONFIG_DEFAULTS;

/** As a stack's configuration has it. */
export type FullConfigKey = `matview:${ConfigKey}`;
