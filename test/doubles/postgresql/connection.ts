import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { localDirectory } from "../../../scripts/checkout.ts";
import type { Properties } from "../values.ts";

/** The provider's configuration, with the defaults of the real one. */
interface Settings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string | undefined;
  readonly superuser: boolean;
}

const known = ["host", "port", "database", "username", "password", "superuser", "sslmode", "connectTimeout"];
const ignored = ["version", "maxConnections", "expectedVersion", "pluginDownloadURL"];
const loopback = ["127.0.0.1", "localhost", "::1"];

let configured: Settings | undefined;

/** Takes the provider's configuration; everything in it is text or JSON in a text. */
export function configure(config: Properties): void {
  const env = process.env;
  const unknown = Object.keys(config).filter((key) => !key.startsWith("__") && ![...known, ...ignored].includes(key));
  if (unknown.length > 0) throw new Error(`This stand-in does not know the provider setting ${unknown.join(", ")}.`);
  const text = (key: string, fallback: string) => String(config[key] ?? fallback);
  const sslmode = text("sslmode", env["PGSSLMODE"] ?? "require");
  if (sslmode !== "disable") {
    throw new Error(`sslmode is ${sslmode}, but the servers of this checkout have no TLS: set sslmode to disable.`);
  }
  configured = {
    host: text("host", env["PGHOST"] ?? ""),
    port: Number(text("port", env["PGPORT"] ?? "5432")),
    database: text("database", env["PGDATABASE"] ?? "postgres"),
    username: text("username", env["PGUSER"] ?? "postgres"),
    password: (config["password"] as string | undefined) ?? env["PGPASSWORD"],
    superuser: text("superuser", env["PGSUPERUSER"] ?? "true") === "true",
  };
}

/** The configuration; a resource that comes before it is the engine's mistake. */
export function settings(): Settings {
  if (!configured) throw new Error("The provider is not configured yet.");
  return configured;
}

/** Runs `work` in one transaction on a database of a server that this checkout's scripts started, and on no other. */
export async function inTransaction<T>(
  work: (client: pg.Client) => Promise<T>,
  database = settings().database,
): Promise<T> {
  const { host, port, username, password } = settings();
  const token = serverToken(host, port);
  const client = new pg.Client({ host, port, database, user: username, password, ssl: false });
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ cluster_name: string }>("show cluster_name");
    if (rows[0]?.cluster_name !== `matview-local-${token}`) throw refusal(host, port);
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } finally {
    // An open transaction ends with its connection.
    await client.end();
  }
}

/** What the scripts wrote down when they started the server on this port. */
function serverToken(host: string, port: number): string {
  if (!loopback.includes(host)) throw refusal(host, port);
  try {
    const text = readFileSync(join(localDirectory, "servers", `${port}.json`), "utf8");
    return (JSON.parse(text) as { token: string }).token;
  } catch {
    throw refusal(host, port);
  }
}

function refusal(host: string, port: number): Error {
  return new Error(
    `${host}:${port} is not a server that this checkout's scripts started, and the stand-in for @pulumi/postgresql ` +
      "changes no other. Install the real plugin to use this database: " +
      "pulumi plugin install resource postgresql, with the version of the installed package @pulumi/postgresql.",
  );
}
