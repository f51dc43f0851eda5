import { z } from "zod";
import { connectionNameProblem, resolveConnection } from "../postgres/connection.ts";
import type { ConnectionConfig, HandedConfig } from "../postgres/connection.ts";
import { isUserError, problemReport } from "../postgres/errors.ts";
import { exactly } from "../postgres/exactly.ts";
import type { CheckFailure } from "./resourceProvider.ts";
import { isUnknown } from "./unknowns.ts";

/** The inputs by which a resource says which of a program's databases it lives in. */
export interface Where {
  /** Name of the connection; that of the program's one database where it is left out. */
  readonly connection?: string;
  /** Its URL, where the program has it and not the configuration; a secret, encrypted in the state. */
  readonly databaseUrl?: string;
  readonly cronDatabase?: string;
}

/** Those of a resource. */
export function whereOf({ connection, databaseUrl, cronDatabase }: object & Where): Where {
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(cronDatabase === undefined ? {} : { cronDatabase }),
  };
}

/** One text for each connection of a program, for this process alone: it may hold a URL. */
export function placeOf({ connection = "", databaseUrl = "", cronDatabase = "" }: Where): string {
  return connection + databaseUrl + cronDatabase === "" ? "" : JSON.stringify([connection, databaseUrl, cronDatabase]);
}

/** A title, with the database where there are several. */
export function titleIn({ connection }: { readonly connection?: string | null }, title: string): string {
  return connection === undefined || connection === null ? title : `${title} in ${connection}`;
}

/** Why they cannot be taken, before any database is asked. */
export function whereFailures({ connection, databaseUrl }: Where): CheckFailure[] {
  const name = connection === undefined || isUnknown(connection) ? undefined : connection;
  const problem = name === undefined ? undefined : connectionNameProblem(name);
  if (problem !== undefined) return [{ property: "connection", reason: problem }];
  if (databaseUrl === undefined || isUnknown(databaseUrl)) return [];
  try {
    resolveConnection({ name, databaseUrl }, {});
    return [];
  } catch (error) {
    if (!isUserError(error)) throw error;
    return [{ property: "connection.databaseUrl", reason: error.message }];
  }
}

const SETTING = "matview:databases";

const entrySchema = z.union([
  z.string().transform((url) => ({ url })),
  exactly({ url: z.string(), cronDatabase: z.string().optional() }),
]);

type Databases = Readonly<Record<string, z.infer<typeof entrySchema>>>;

/** What is wrong with the setting `matview:databases`; no value of it is quoted. */
export function databasesProblems(text: string | undefined): string[] {
  const parsed = parse(text);
  if (!isObject(parsed))
    return [`${SETTING} must be an object: by the connection's name its URL, or { "url": ..., "cronDatabase": ... }`];
  return Object.entries(parsed).flatMap(([name, entry]) => {
    const problem = connectionNameProblem(name);
    if (problem !== undefined) return [`${SETTING}: ${problem}`];
    return entrySchema.safeParse(entry).success
      ? []
      : [`${SETTING}.${name} must be a URL, or an object with url and, where pg_cron lives elsewhere, cronDatabase`];
  });
}

/** What a resource's inputs and the configuration say about its connection; the environment comes before both. */
export function connectionConfig(
  { connection, databaseUrl, cronDatabase }: Where,
  config: HandedConfig & { readonly databases?: string | undefined },
): HandedConfig {
  if (databaseUrl !== undefined) return { name: connection, databaseUrl, cronDatabase };
  if (connection === undefined) return cronDatabase === undefined ? config : { ...config, cronDatabase };
  const { url, cronDatabase: configured }: ConfiguredDatabase = configuredDatabase(connection, config.databases);
  const { isOfLastUp = false } = config;
  return { name: connection, databaseUrl: url, cronDatabase: cronDatabase ?? configured, isOfLastUp };
}

interface ConfiguredDatabase {
  readonly url?: string | undefined;
  readonly cronDatabase?: string | undefined;
}

function configuredDatabase(name: string, text: string | undefined): ConfiguredDatabase {
  const problems = databasesProblems(text);
  if (problems.length > 0) throw problemReport("configuration of this stack", problems);
  const all = parse(text) as Databases;
  return Object.hasOwn(all, name) ? entrySchema.parse(all[name]) : {};
}

/** The same for a program, which names its connections. */
export function namedConfig(name: string, databases: string | undefined): ConnectionConfig {
  const { databaseUrl, cronDatabase } = connectionConfig({ connection: name }, { databases });
  return { name, databaseUrl, cronDatabase };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
