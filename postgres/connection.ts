import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { ClientConfig } from "pg";
import { fromVariables, parseUrl } from "./connectionUrl.ts";
import type { Parsed, TlsMode } from "./connectionUrl.ts";
import { environment } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { userError } from "./errors.ts";

/** Where PostgreSQL is and who connects. One object builds our client and the `postgresql.Provider`. */
export interface Connection {
  /** Host name, address, or folder of a socket. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** Database of the views. */
  readonly database: string;
  /** Database that holds pg_cron (`cron.database_name`); the same as `database` on most hosts. */
  readonly cronDatabase: string;
  /** Role that connects. */
  readonly user: string;
  /** Its password, where one is needed. */
  readonly password?: string;
  /** How the connection is encrypted, and the file of the certificate authority where it is not a public one. */
  readonly tls: { readonly mode: TlsMode; readonly rootCertFile?: string };
  /** What said so, as messages name it. */
  readonly source?: string;
  /** Its name, where a program has several. */
  readonly name?: string;
}

/** What the stack's configuration says about the connection; the environment comes first. */
export interface ConnectionConfig {
  /**
   * Name of the connection, where a program has several: lower-case letters, digits and _. Its environment variables end with it:
   * `MATVIEW_DATABASE_URL_VENTAS` for `ventas`.
   * @default that of the program's one database
   */
  readonly name?: string | undefined;
  /** `postgresql://user:password@host:5432/database?sslmode=verify-full`. It bears a password, so make it a secret. */
  readonly databaseUrl?: string | undefined;
  /**
   * Database that holds pg_cron (`cron.database_name`).
   * @default that of the connection
   */
  readonly cronDatabase?: string | undefined;
}

/** The same as an engine run has it. */
export interface HandedConfig extends ConnectionConfig {
  /** True where it is what the last run of the program had, and may be old. */
  readonly isOfLastUp?: boolean;
}

/** Why a connection cannot be called so; undefined where it can. */
export function connectionNameProblem(name: unknown): string | undefined {
  return typeof name === "string" && /^[a-z][a-z0-9_]{0,62}$/.test(name)
    ? undefined
    : `${JSON.stringify(name)} is no name of a connection: a lower-case letter, then lower-case letters, digits and _, at most 63`;
}

/** The variable of a connection: that of a named one ends with its name. */
export function variableOf(variable: keyof Environment, name: string | undefined): keyof Environment {
  return (name === undefined ? variable : `${variable}_${name.toUpperCase()}`) as keyof Environment;
}

/**
 * The connection: `MATVIEW_DATABASE_URL`, else the PG* variables (when PGHOST is set), else the secret config
 * `matview:databaseUrl`. One with a name: `MATVIEW_DATABASE_URL_<NAME>`, else what the config says of it. No message ever contains the URL or
 * the password.
 * @throws when none is set, or what is set cannot be used.
 */
export function resolveConnection(
  config: HandedConfig,
  variables: Environment = environment,
): Connection & Pick<Parsed, "source"> {
  const cronDatabase = variables[variableOf("MATVIEW_CRON_DATABASE", config.name)] ?? config.cronDatabase;
  if (config.name !== undefined) return namedConnection(config.name, config, variables, cronDatabase);
  const connection = variables.MATVIEW_DATABASE_URL
    ? parseUrl("MATVIEW_DATABASE_URL", variables.MATVIEW_DATABASE_URL)
    : variables.PGHOST
      ? fromVariables(variables)
      : config.databaseUrl
        ? { ...parseUrl("matview:databaseUrl", config.databaseUrl), ...(config.isOfLastUp === true ? OF_LAST_UP : {}) }
        : undefined;
  if (connection === undefined) {
    throw userError(
      "no database: set MATVIEW_DATABASE_URL (or PGHOST and the other PG* variables) in the environment, or " +
        "`pulumi config set --secret matview:databaseUrl postgresql://user:password@host:5432/database`",
    );
  }
  return { ...connection, cronDatabase: cronDatabase || connection.database };
}

const OF_LAST_UP = {
  source:
    "matview:databaseUrl as the last pulumi up had it (to use what is set now: MATVIEW_DATABASE_URL, or the flag --run-program)",
};

function namedConnection(
  name: string,
  { databaseUrl, isOfLastUp }: HandedConfig,
  variables: Environment,
  cronDatabase: string | undefined,
): Connection & Pick<Parsed, "source"> {
  const problem = connectionNameProblem(name);
  if (problem !== undefined) throw userError(problem);
  const variable = variableOf("MATVIEW_DATABASE_URL", name);
  const url = variables[variable];
  const connection = url
    ? parseUrl(variable, url)
    : databaseUrl
      ? parseUrl(`the connection ${name}`, databaseUrl)
      : undefined;
  if (connection === undefined) {
    throw userError(
      `no database for the connection ${name}: set ${variable} in the environment, or ` +
        `\`pulumi config set --secret --path matview:databases.${name} postgresql://user:password@host:5432/database\``,
    );
  }
  const ofLastUp =
    isOfLastUp === true && !url
      ? {
          source: `the connection ${name} as the last pulumi up had it (to use what is set now: ${variable}, or the flag --run-program)`,
        }
      : {};
  return { ...connection, ...ofLastUp, name, cronDatabase: cronDatabase || connection.database };
}

/** Where read replicas are named, beside the environment. */
export interface ReplicaConfig {
  /** Of one view, by its argument. */
  readonly argument?: readonly string[] | undefined;
  /** Of the stack, by its secret config `matview:readReplicas`: URLs with spaces between them. */
  readonly config?: string | undefined;
  /** Name of the connection to their primary. */
  readonly name?: string | undefined;
}

/**
 * The standbys on which readers read: `MATVIEW_READ_REPLICAS`, else the argument, else the secret config `matview:readReplicas`; of a named
 * connection `MATVIEW_READ_REPLICAS_<NAME>`, else the argument. No message ever contains a URL or a password.
 * @throws when what is set cannot be used.
 */
export function resolveReplicas(
  { argument, config, name }: ReplicaConfig,
  variables: Environment = environment,
): Connection[] {
  const variable = variableOf("MATVIEW_READ_REPLICAS", name);
  const [source, urls] = variables[variable]
    ? [variable, urlsIn(variables[variable])]
    : argument !== undefined
      ? ["readReplicas", argument]
      : ["matview:readReplicas", urlsIn((name === undefined ? config : undefined) ?? "")];
  return urls.map((url, index) => {
    const replica = parseUrl(`${source}, URL ${index + 1},`, url);
    return { ...replica, cronDatabase: replica.database, source: `${source}, URL ${index + 1}` };
  });
}

function urlsIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((url) => url !== "");
}

/** True when the connection comes from the stack's configuration or the program, so that a command must be handed it as a secret. */
export function isFromConfig(name?: string, variables: Environment = environment): boolean {
  return !variables[variableOf("MATVIEW_DATABASE_URL", name)] && (name !== undefined || !variables.PGHOST);
}

/** @internal Arguments of a node-postgres Client; TLS is explicit, nothing is left to URL parameters. */
export function clientConfig(
  connection: Connection,
  applicationName: string,
  database = connection.database,
): ClientConfig {
  return {
    host: connection.host,
    port: connection.port,
    database,
    user: connection.user,
    ...(connection.password === undefined ? {} : { password: connection.password }),
    ssl: tlsOptions(connection),
    application_name: applicationName,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

function tlsOptions({ tls, host }: Connection): false | ConnectionOptions {
  if (tls.mode === "disable") return false;
  const ca = tls.rootCertFile === undefined ? {} : { ca: readFileSync(tls.rootCertFile, "utf8") };
  if (tls.mode === "require") return { rejectUnauthorized: false, ...ca };
  if (tls.mode === "verify-ca") return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...ca };
  return { rejectUnauthorized: true, servername: host, ...ca };
}
