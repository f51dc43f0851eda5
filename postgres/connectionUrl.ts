import type { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { userError } from "./errors.ts";

/** TLS as libpq names it. `verify-full` checks the certificate and the host name and is the default for other hosts. */
export const TLS_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** A connection as a URL or the PG* variables say it. */
export type Parsed = Omit<Connection, "cronDatabase" | "source"> & { readonly source: string };

/** @throws when the URL cannot be used; without repeating it. */
export function parseUrl(source: string, text: string): Parsed {
  const refuse = (problem: string): Error =>
    userError(`${source} ${problem}; write postgresql://user:password@host:5432/database?sslmode=verify-full`);
  if (!/^postgres(ql)?:\/\//.test(text)) throw refuse("is not a postgresql:// URL");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse("cannot be read as a URL (a #, /, ? or @ in the password must be percent-encoded)");
  }
  if (url.hash !== "") throw refuse("contains a # (in a password write it as %23)");
  if (url.hostname.includes(",")) throw refuse("names several hosts, and one is allowed");
  const options = new Map(url.searchParams);
  const allowed = ["sslmode", "sslrootcert", "host", "application_name"];
  const unknown = [...options.keys()].filter((key) => !allowed.includes(key));
  if (unknown.length > 0)
    throw refuse(`has the parameter ${unknown.join(", ")}, and allowed are ${allowed.join(", ")}`);
  const host = options.get("host") ?? decodeURIComponent(url.hostname);
  const user = decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (host === "") throw refuse("names no host");
  if (user === "") throw refuse("names no user");
  if (database === "") throw refuse("names no database");
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 5432 : Number(url.port),
    database,
    user,
    ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
    tls: tlsSettings(source, host, options.get("sslmode"), options.get("sslrootcert")),
    source,
  };
}

/** @throws when the PG* variables cannot be used. */
export function fromVariables(variables: Environment): Parsed {
  const host = variables.PGHOST ?? "";
  const user = variables.PGUSER;
  if (!user) throw userError("PGHOST is set but PGUSER is not: set PGUSER, or use MATVIEW_DATABASE_URL instead");
  const port = Number(variables.PGPORT ?? 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw userError("PGPORT must be a port number from 1 to 65535");
  return {
    host,
    port,
    database: variables.PGDATABASE ?? user,
    user,
    ...(variables.PGPASSWORD ? { password: variables.PGPASSWORD } : {}),
    tls: tlsSettings("PGSSLMODE", host, variables.PGSSLMODE, variables.PGSSLROOTCERT),
    source: "PGHOST (with the other PG* variables)",
  };
}

function tlsSettings(
  source: string,
  host: string,
  mode: string | undefined,
  rootCertFile: string | undefined,
): Connection["tls"] {
  const chosen = mode ?? (isLocal(host) ? "disable" : "verify-full");
  const known = TLS_MODES.find((candidate) => candidate === chosen);
  if (known === undefined) {
    throw userError(
      `${source}: sslmode ${JSON.stringify(chosen)} is not supported; allowed are ${TLS_MODES.join(", ")}`,
    );
  }
  return { mode: known, ...(rootCertFile ? { rootCertFile } : {}) };
}

/** True for this computer: the loopback addresses and socket folders. */
function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);
}
