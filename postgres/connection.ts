import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import nodeTls from "node:tls";
import type { ConnectionOptions } from "node:tls";
import type { ClientConfig } from "pg";
import { connectionOf, isSocket } from "./connectionParameters.ts";
import type { Parsed } from "./connectionParameters.ts";
import type { Connection } from "./connectionParts.ts";
import { urlParameters } from "./connectionUrl.ts";
import { environment } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { SQLSTATE, userError } from "./errors.ts";

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
 * The connection: `MATVIEW_DATABASE_URL`, else the PG* variables (when PGHOST, PGHOSTADDR or PGSERVICE is set), else the secret config
 * `matview:databaseUrl`. One with a name: `MATVIEW_DATABASE_URL_<NAME>`, else what the config says of it. What a URL leaves out, the PG*
 * variables say. No message ever contains the URL or the password.
 * @throws when none is set, or what is set cannot be used.
 */
export function resolveConnection(
  config: HandedConfig,
  variables: Environment = environment,
): Connection & Pick<Parsed, "source"> {
  const cronDatabase = variables[variableOf("MATVIEW_CRON_DATABASE", config.name)] ?? config.cronDatabase;
  if (config.name !== undefined) return namedConnection(config.name, config, variables, cronDatabase);
  const place = placeVariable(variables);
  const connection = variables.MATVIEW_DATABASE_URL
    ? fromUrl("MATVIEW_DATABASE_URL", variables.MATVIEW_DATABASE_URL, variables)
    : place !== undefined
      ? connectionOf(`${place} (with the other PG* variables)`, new Map(), variables)
      : config.databaseUrl
        ? {
            ...fromUrl("matview:databaseUrl", config.databaseUrl, variables),
            ...(config.isOfLastUp === true ? OF_LAST_UP : {}),
          }
        : undefined;
  if (connection === undefined) {
    throw userError(
      "no database: set MATVIEW_DATABASE_URL (or PGHOST and the other PG* variables) in the environment, or " +
        "`pulumi config set --secret matview:databaseUrl postgresql://user:password@host:5432/database`",
    );
  }
  return { ...connection, cronDatabase: cronDatabase || connection.database };
}

function fromUrl(source: string, url: string, variables: Environment): Parsed {
  return connectionOf(source, urlParameters(source, url), variables);
}

/** What says where the database of the views is says nothing of its standbys. */
function elsewhere(variables: Environment): Environment {
  return {
    ...variables,
    ...{ PGHOST: undefined, PGHOSTADDR: undefined, PGPORT: undefined },
    ...{ PGSERVICE: undefined, PGTARGETSESSIONATTRS: undefined },
  };
}

/** Nor of a database with a name, into which another role may well go with another password. */
function ofNamed(variables: Environment): Environment {
  return {
    ...elsewhere(variables),
    ...{ PGUSER: undefined, PGPASSWORD: undefined, PGDATABASE: undefined, PGOPTIONS: undefined },
  };
}

/** The variable that says where the database is. */
function placeVariable(variables: Environment): keyof Environment | undefined {
  return (["PGHOST", "PGHOSTADDR", "PGSERVICE"] as const).find((name) => variables[name]);
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
    ? fromUrl(variable, url, ofNamed(variables))
    : databaseUrl
      ? fromUrl(`the connection ${name}`, databaseUrl, ofNamed(variables))
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
  const others = elsewhere(variables);
  return urls.map((url, index) => {
    const name = `${source}, URL ${index + 1}`;
    const replica = fromUrl(`${name},`, url, others);
    if (replica.hosts !== undefined) throw userError(`${name}, names several hosts: write a URL for each standby`);
    return { ...replica, cronDatabase: replica.database, source: name };
  });
}

// A comma also stands between the hosts of one URL.
function urlsIn(text: string): readonly string[] {
  return text.split(/[\s,]*\s[\s,]*|,+(?=postgres(?:ql)?:)/).filter((url) => url !== "");
}

/** True when the connection comes from the stack's configuration or the program, so that a command must be handed it as a secret. */
export function isFromConfig(name?: string, variables: Environment = environment): boolean {
  return (
    !variables[variableOf("MATVIEW_DATABASE_URL", name)] &&
    (name !== undefined || placeVariable(variables) === undefined)
  );
}

/** @internal Arguments of a node-postgres Client for one server; all is explicit, nothing is left to URL parameters or to variables. */
export function clientConfig(
  connection: Connection,
  applicationName: string,
  database = connection.database,
): ClientConfig & Pick<Connection, "channelBinding"> {
  const { host, hostAddress, port, user, password, options, channelBinding, tls } = connection;
  const { connectTimeoutSeconds = 15, keepAliveSeconds = 10 } = connection;
  return {
    host: hostAddress ?? host,
    port,
    database,
    user,
    password: password ?? noPassword,
    ssl: tlsOptions(connection),
    sslnegotiation: tls.isDirect === true ? "direct" : "postgres",
    ...(options === undefined ? {} : { options }),
    ...(channelBinding === undefined ? {} : { channelBinding, enableChannelBinding: channelBinding !== "disable" }),
    application_name: connection.applicationName ?? applicationName,
    connectionTimeoutMillis: connectTimeoutSeconds * 1_000,
    keepAlive: keepAliveSeconds !== false,
    keepAliveInitialDelayMillis: Number(keepAliveSeconds) * 1_000,
  };
}

// Without a function here node-postgres would look for one by its own rules.
function noPassword(): never {
  throw Object.assign(new Error("the server asks for a password, and none is given"), {
    code: SQLSTATE.invalidPassword,
    hint: "Name one in the URL, in PGPASSWORD or in the file that PGPASSFILE names",
  });
}

function tlsOptions(connection: Connection): false | ConnectionOptions {
  const { tls, host } = connection;
  if (tls.mode === "disable" || isSocket(connection)) return false;
  const { rootCertFile, certFile, keyFile, minVersion, maxVersion } = tls;
  const options = {
    ...(rootCertFile === undefined ? {} : { ca: authorities(rootCertFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile, "utf8") }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile, "utf8") }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    // The name of an address is the address.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
  if (tls.mode === "require") return { rejectUnauthorized: false, ...options };
  if (tls.mode === "verify-ca") return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...options };
  return { rejectUnauthorized: true, ...options };
}

function authorities(file: string): string | string[] {
  if (file !== "system") return readFileSync(file, "utf8");
  if (!("getCACertificates" in nodeTls)) throw userError("sslrootcert=system needs Node.js 22.15 or newer");
  return nodeTls.getCACertificates("system");
}
