import { userInfo } from "node:os";
import { filedPassword, readService } from "./connectionFiles.ts";
import type { Connection, TargetSessionAttrs, TlsMode, TlsVersion } from "./connectionParts.ts";
import { URL_EXAMPLE } from "./connectionUrl.ts";
import type { Environment } from "./environment.ts";
import { userError } from "./errors.ts";

/** What is done with a parameter of libpq. */
interface Rule {
  /** The variable that says it where nothing else does. */
  readonly variable?: keyof Environment;
  /** The values that are taken; any where left out, none where it is empty. */
  readonly values?: readonly string[];
  /** Of what is refused: the reason, or what to do. */
  readonly why?: string;
}

const DECRYPTED = "write the key into a file without a passphrase: openssl pkey -in KEY -out FILE";
const KERBEROS = "login by Kerberos is not supported: use a password or a certificate";
const REVOCATION = "certificates are not looked up in revocation lists: leave it out";
const TLS_VERSIONS: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const OFF = ["0", "false", "no", "off"];

/** The parameters of libpq, as its manual lists them. */
export const PARAMETERS: Readonly<Record<string, Rule>> = {
  host: { variable: "PGHOST" },
  hostaddr: { variable: "PGHOSTADDR" },
  port: { variable: "PGPORT" },
  dbname: { variable: "PGDATABASE" },
  user: { variable: "PGUSER" },
  password: { variable: "PGPASSWORD" },
  passfile: { variable: "PGPASSFILE" },
  service: { variable: "PGSERVICE" },
  target_session_attrs: {
    variable: "PGTARGETSESSIONATTRS",
    values: ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
  },
  load_balance_hosts: {
    variable: "PGLOADBALANCEHOSTS",
    values: ["disable"],
    why: "a run works with one server, the first that fits",
  },
  connect_timeout: { variable: "PGCONNECT_TIMEOUT" },
  options: { variable: "PGOPTIONS" },
  application_name: { variable: "PGAPPNAME" },
  sslmode: {
    variable: "PGSSLMODE",
    values: ["disable", "require", "verify-ca", "verify-full"] satisfies readonly TlsMode[],
  },
  sslrootcert: { variable: "PGSSLROOTCERT" },
  sslcert: { variable: "PGSSLCERT" },
  sslkey: { variable: "PGSSLKEY" },
  sslnegotiation: { variable: "PGSSLNEGOTIATION", values: ["postgres", "direct"] },
  ssl_min_protocol_version: { variable: "PGSSLMINPROTOCOLVERSION", values: TLS_VERSIONS },
  ssl_max_protocol_version: { variable: "PGSSLMAXPROTOCOLVERSION", values: TLS_VERSIONS },
  channel_binding: { variable: "PGCHANNELBINDING", values: ["disable", "prefer", "require"] },
  keepalives: { values: ["0", "1"] },
  keepalives_idle: {},
  // What Node.js has no word for, as on systems where libpq has none.
  keepalives_interval: {},
  keepalives_count: {},
  tcp_user_timeout: {},
  // Each connection has a name of its own, and text is exchanged as UTF-8.
  fallback_application_name: {},
  client_encoding: {},
  gssencmode: { variable: "PGGSSENCMODE", values: ["disable", "prefer"], why: "connections are encrypted by TLS" },
  krbsrvname: { values: [], why: KERBEROS },
  gsslib: { values: [], why: KERBEROS },
  gssdelegation: { values: OFF, why: KERBEROS },
  require_auth: {
    variable: "PGREQUIREAUTH",
    values: [],
    why: "channel_binding=require asks for a password that no one in between can use",
  },
  requirepeer: {
    variable: "PGREQUIREPEER",
    values: [],
    why: "Node.js does not tell who listens at a socket: put the socket into a folder that nobody else may write",
  },
  requiressl: { variable: "PGREQUIRESSL", values: ["0"], why: "write sslmode=require" },
  sslcertmode: { variable: "PGSSLCERTMODE", values: ["allow"], why: "a certificate is shown where sslcert names it" },
  sslcompression: { values: ["0"], why: "TLS does not compress" },
  sslcrl: { variable: "PGSSLCRL", values: [], why: REVOCATION },
  sslcrldir: { variable: "PGSSLCRLDIR", values: [], why: REVOCATION },
  sslpassword: { values: [], why: DECRYPTED },
  sslsni: { variable: "PGSSLSNI", values: ["1"], why: "TLS always names the host" },
  replication: { values: OFF, why: "the connection is for SQL" },
  min_protocol_version: { values: ["3.0"], why: "node-postgres speaks 3.0" },
  max_protocol_version: { values: ["3.0", "3.2", "latest"] },
};

type Server = NonNullable<Connection["hosts"]>[number];

/** A connection as parameters and variables say it. */
export type Parsed = Omit<Connection, "cronDatabase" | "source"> & { readonly source: string };

/**
 * The connection that parameters make, with what a service and the PG* variables say beside them, as libpq has it. What they leave out:
 * TLS is `disable` on this computer and else `verify-full`, the user is the one of the operating system, the database has the user's name.
 * @throws when they cannot be used; no message has a password.
 */
export function connectionOf(source: string, given: ReadonlyMap<string, string>, variables: Environment): Parsed {
  const { settings, refusal } = settle(source, given, variables);
  const text = (key: string): string | undefined => settings.get(key)?.value;
  const number = (key: string, least = 0): number | undefined => {
    const value = text(key);
    if (value !== undefined && !(/^-?\d+$/.test(value) && Number(value) >= least))
      throw refusal(key, "must be a whole number");
    return value === undefined ? undefined : Number(value);
  };

  const user = text("user") ?? userInfo().username;
  const database = text("dbname") ?? user;
  const servers = serversOf(text, refusal);
  const withPasswords = servers.map((server): Server => {
    const password = text("password") ?? filedPassword(text("passfile"), { ...server, database, user });
    return password ? { ...server, password } : server;
  });
  const [first] = withPasswords as [Server];
  const seconds = number("connect_timeout", -1);
  const idle = number("keepalives_idle");
  return defined({
    ...first,
    ...(withPasswords.length === 1 ? {} : { hosts: withPasswords }),
    database,
    user,
    tls: tlsOf(servers, text, refusal),
    targetSessionAttrs: text("target_session_attrs") as TargetSessionAttrs | undefined,
    options: text("options"),
    applicationName: text("application_name"),
    // Zero and less is for ever.
    connectTimeoutSeconds: seconds === undefined ? undefined : Math.max(seconds, 0),
    keepAliveSeconds: text("keepalives") === "0" ? false : idle === 0 ? undefined : idle,
    channelBinding: text("channel_binding") as Connection["channelBinding"],
    source,
  });
}

type Text = (key: string) => string | undefined;
type Refusal = (key: string, problem: string) => Error;

/** What each parameter is, by whom, once all have spoken; a value that is empty is none. */
function settle(
  source: string,
  given: ReadonlyMap<string, string>,
  variables: Environment,
): { readonly settings: ReadonlyMap<string, { readonly value: string }>; readonly refusal: Refusal } {
  const settings = new Map<string, { readonly value: string; readonly origin: string }>();
  const put = (key: string, value: string | undefined, origin: string): void => {
    if (!settings.has(key) && value) settings.set(key, { value, origin });
  };
  const take = (parameters: ReadonlyMap<string, string>, origin: string): void => {
    for (const [key, value] of parameters) {
      // Whatever is no word may be a part of a password.
      if (!(key in PARAMETERS))
        throw userError(
          `${origin} has ${/^\w{1,40}$/.test(key) ? `the parameter ${key}` : "a parameter"} that PostgreSQL does not have or that is not ` +
            `supported; ${URL_EXAMPLE}`,
        );
      put(key, value, origin);
    }
  };
  const name = source.replace(/,$/, "");
  take(given, name);
  const service = given.get("service") || variables.PGSERVICE;
  if (service) {
    const { origin, parameters } = readService(given.has("service") ? name : "PGSERVICE", service, variables);
    take(parameters, origin);
  }
  for (const [key, { variable }] of Object.entries(PARAMETERS))
    if (variable !== undefined) put(key, variables[variable], variable);

  for (const [key, { value, origin }] of settings) {
    const { values, why = "" } = PARAMETERS[key] ?? {};
    if (values === undefined || values.includes(value)) continue;
    const reason = why === "" ? "" : `: ${why}`;
    if (values.length === 0) throw userError(`${origin}: ${key} is not supported${reason}`);
    throw userError(
      `${origin}: ${key} ${JSON.stringify(value)} is not supported; allowed are ${values.join(", ")}${reason}`,
    );
  }
  return {
    settings,
    refusal: (key, problem) => userError(`${settings.get(key)?.origin ?? name}: ${key} ${problem}`),
  };
}

/** Hosts and addresses in pairs, each with its port, or all with the one that there is. */
function serversOf(text: Text, refusal: Refusal): readonly Server[] {
  const list = (key: string): readonly string[] | undefined => text(key)?.split(",");
  const [hosts, addresses, ports = []] = [list("host"), list("hostaddr"), list("port")];
  const count = (hosts ?? addresses ?? []).length;
  const noHost = (): Error =>
    refusal(
      "host",
      "is missing: write the server's name or address, or the folder of its socket (?host=/var/run/postgresql)",
    );
  if (count === 0) throw noHost();
  if (addresses !== undefined && addresses.length !== count)
    throw refusal(
      "hostaddr",
      `has ${addresses.length} addresses for ${count} hosts: write one for each, with commas between them`,
    );
  if (ports.length > 1 && ports.length !== count)
    throw refusal("port", `has ${ports.length} ports for ${count} hosts: write one for each, or one for all`);
  return Array.from({ length: count }, (_, at): Server => {
    const hostAddress = addresses?.[at] || undefined;
    const host = hosts?.[at] || hostAddress;
    if (host === undefined) throw noHost();
    const port = Number((ports.length === 1 ? ports[0] : ports[at]) || 5432);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw refusal("port", "must be a number from 1 to 65535 (in a password write / as %2F, and : as %3A)");
    return hostAddress === undefined || hostAddress === host ? { host, port } : { host, port, hostAddress };
  });
}

function tlsOf(servers: readonly Server[], text: Text, refusal: Refusal): Connection["tls"] {
  const [rootCertFile, certFile, keyFile] = [text("sslrootcert"), text("sslcert"), text("sslkey")];
  const isSystem = rootCertFile === "system";
  const wanted = (text("sslmode") ?? (!isSystem && servers.every(isLocal) ? "disable" : "verify-full")) as TlsMode;
  if (isSystem && wanted !== "verify-full")
    throw refusal("sslmode", `${wanted} is too weak for sslrootcert=system: write sslmode=verify-full`);
  if ((certFile === undefined) !== (keyFile === undefined))
    throw refusal(certFile === undefined ? "sslkey" : "sslcert", "needs the other one too: name sslcert and sslkey");
  // Encrypted by nobody: who can read what goes through a socket can read the server's memory. An authority that is named is asked.
  const mode = servers.every(isSocket)
    ? "disable"
    : wanted === "require" && rootCertFile !== undefined
      ? "verify-ca"
      : wanted;
  const isDirect = text("sslnegotiation") === "direct";
  if (isDirect && mode === "disable") throw refusal("sslnegotiation", "direct needs TLS: write sslmode=verify-full");
  return defined({
    mode,
    rootCertFile,
    certFile,
    keyFile,
    minVersion: text("ssl_min_protocol_version") as TlsVersion | undefined,
    maxVersion: text("ssl_max_protocol_version") as TlsVersion | undefined,
    isDirect: isDirect || undefined,
  });
}

/** True for the folder of a socket. */
export function isSocket({ host }: Pick<Server, "host">): boolean {
  return host.startsWith("/");
}

/** True for this computer: the loopback addresses and socket folders. */
function isLocal({ host, hostAddress = host }: Server): boolean {
  return [host, hostAddress].every(
    (one) => isSocket({ host: one }) || one === "localhost" || one === "::1" || /^127\./.test(one),
  );
}

/** Without what is not there. */
function defined<T extends object>(properties: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as T;
}
