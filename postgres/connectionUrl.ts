import { userError } from "./errors.ts";

/** How a database's URL is written. */
export const URL_EXAMPLE = "write postgresql://user:password@host:5432/database?sslmode=verify-full";

/**
 * The parameters that a URL gives, by libpq's names and with its reading: several hosts with commas between them, `+` is a plus, and a
 * parameter behind the ? comes before what stands at its own place. What is in no place of a URL is not in the map.
 * @throws when it cannot be read; without repeating any of it, as each part may be one of a password.
 */
export function urlParameters(source: string, text: string): Map<string, string> {
  const refuse = (problem: string): Error => userError(`${source} ${problem}; ${URL_EXAMPLE}`);
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(text)?.[1];
  if (rest === undefined) {
    const isKeywords = /^\s*\w+\s*=/.test(text);
    throw refuse(`is not a postgresql:// URL${isKeywords ? ", but keywords with values" : ""}`);
  }
  const decode = (part: string): string => {
    try {
      const decoded = decodeURIComponent(part);
      if (!decoded.includes("\0")) return decoded;
    } catch {
      // Told below.
    }
    throw refuse("has a % without two digits of a character behind it (write % itself as %25)");
  };
  const found = new Map<string, string>();
  const put = (key: string, part: string | undefined): void => {
    if (part !== undefined && part !== "") found.set(key, decode(part));
  };

  const login = /^([^@/:]*)(?::([^@/]*))?@/.exec(rest);
  put("user", login?.[1]);
  put("password", login?.[2]);
  const [, servers = "", database, query] = SECTIONS.exec(rest.slice(login?.[0].length ?? 0)) ?? [];
  if (servers.includes("@")) throw refuse("has a second @ before the host (in a password write it as %40)");
  if (database?.includes("@"))
    throw refuse("has an @ behind a / (in a password write / as %2F, and @ anywhere else as %40)");
  const places = servers.split(",").map((server) => SERVER.exec(server));
  if (places.includes(null))
    throw refuse("has a host in brackets or a port that cannot be read (in a password write [ as %5B, and : as %3A)");
  put("host", joined(places.map((place) => place?.[1] ?? place?.[2])));
  put("port", joined(places.map((place) => place?.[3])));
  put("dbname", database);

  for (const pair of query === undefined || query === "" ? [] : query.split("&")) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw refuse("has a parameter without a value behind the ?");
    const [name, decoded] = [decode(key), decode(value)];
    // As drivers for Java write it.
    if (name === "ssl" && decoded === "true") found.set("sslmode", "require");
    else found.set(name, decoded);
  }
  return found;
}

const SECTIONS = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s;

const SERVER = /^(?:\[([^\]]+)\]|([^[\]:]*))(?::(.*))?$/s;

// An empty list is none.
function joined(parts: readonly (string | undefined)[]): string {
  return parts.every((part) => part === undefined || part === "") ? "" : parts.map((part) => part ?? "").join(",");
}
