/** Every key with its default, as text: what `Pulumi.yaml` says too. An empty text is a setting that is not made. */
export const CONFIG_DEFAULTS = {
  databaseUrl: "",
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
  active: "true",
  adopt: "false",
  adoptDatabase: "",
  readers: "[]",
  observers: "[]",
  onDrift: "{}",
  views: "{}",
} as const satisfies Record<string, string>;

/** Without its namespace. */
export type ConfigKey = keyof typeof CONFIG_DEFAULTS;

/** As a stack's configuration has it. */
export type FullConfigKey = `matview:${ConfigKey}`;
