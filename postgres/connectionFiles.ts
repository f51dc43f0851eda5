import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { userError } from "./errors.ts";

/** Where a service's parameters stand, and what they are. */
export interface Service {
  readonly origin: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * What PostgreSQL's service files say of a service: `PGSERVICEFILE`, else `~/.pg_service.conf`, then `pg_service.conf` in `PGSYSCONFDIR`.
 * @throws when none has it.
 */
export function readService(source: string, name: string, { PGSERVICEFILE, PGSYSCONFDIR }: Environment): Service {
  const files = [
    PGSERVICEFILE || join(homedir(), ".pg_service.conf"),
    ...(PGSYSCONFDIR ? [join(PGSYSCONFDIR, "pg_service.conf")] : []),
  ];
  for (const file of files) {
    const lines = (textOf(file) ?? "").split("\n").map((line) => line.trim());
    const start = lines.indexOf(`[${name}]`);
    if (start < 0) continue;
    const origin = `service ${JSON.stringify(name)} in ${file}`;
    const parameters = new Map<string, string>();
    for (const line of lines.slice(start + 1)) {
      if (line.startsWith("[")) break;
      if (line === "" || line.startsWith("#")) continue;
      const [, key, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined || key === "service")
        throw userError(`${origin} has a line that cannot be used: write keyword=value, and no other service`);
      // The first of two lines holds.
      if (!parameters.has(key)) parameters.set(key, value);
    }
    return { origin, parameters };
  }
  throw userError(
    `${source}: service ${JSON.stringify(name)} is in none of: ${files.join(", ")}; set PGSERVICEFILE to the file that has it`,
  );
}

/** For which login a password is looked up. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password that PostgreSQL's password file has for a login; undefined where there is none, or no such file.
 * @throws when others may read the password.
 */
export function filedPassword(file = join(homedir(), ".pgpass"), login: Login): string | undefined {
  // As libpq has it for the folders where it looks for a socket.
  const host = DEFAULT_SOCKET_FOLDERS.includes(login.host) ? "localhost" : login.host;
  const wanted = [host, String(login.port), login.database, login.user];
  for (const line of (textOf(file) ?? "").split(/\r?\n/)) {
    const fields = line.startsWith("#")
      ? []
      : [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g)].map(([, field]) => field ?? "");
    const isFor = wanted.every((value, at) => fields[at] === "*" || unescaped(fields[at]) === value);
    if (!isFor || fields[4] === undefined) continue;
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0)
      throw userError(`password file ${file} may be read by others, so it is not used: run: chmod 600 ${file}`);
    return unescaped(fields[4]);
  }
  return undefined;
}

const DEFAULT_SOCKET_FOLDERS = ["/var/run/postgresql", "/tmp"];

function unescaped(field: string | undefined): string | undefined {
  return field?.replace(/\\(.)/g, "$1");
}

// Who may not read a file has none, as libpq has it.
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
