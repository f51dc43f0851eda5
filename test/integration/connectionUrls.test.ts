import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { refuseOtherDatabase } from "../../lifecycle/databaseIdentity.ts";
import { resolveConnection } from "../../postgres/connection.ts";
import type { Environment } from "../../postgres/environment.ts";
import { chosenServer, withSession } from "../../postgres/session.ts";
import type { Purpose } from "../../postgres/session.ts";
import { sessionPool } from "../../postgres/sessionPool.ts";
import { giveToServer } from "../../scripts/database/account.ts";
import { both, HOST, TAKEN } from "../support/connectionUrls.ts";
import type { UrlCase, World } from "../support/connectionUrls.ts";
import { withServer } from "../support/database.ts";
import { shared } from "../support/lent.ts";
import { psql } from "../support/psql.ts";
import { withStandbyOf } from "../support/standby.ts";
import type { Replicated } from "../support/standby.ts";

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "matview-urls-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o600 });
  return path;
};
const certificate = join(folder, "server.crt");
const key = join(folder, "server.key");

/** Rules by which each way of login can be had: by role. */
const RULES = [
  "local all all scram-sha-256",
  "hostssl all plain 127.0.0.1/32 password",
  "hostssl all trusted 127.0.0.1/32 trust",
  "host all all 127.0.0.1/32 scram-sha-256",
  "host replication all 127.0.0.1/32 scram-sha-256",
];

const lent = shared<Replicated>(async (use) => {
  const subject = ["-subj", "/CN=db.example.com", "-addext", "subjectAltName=DNS:db.example.com"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, ...subject],
    {
      stdio: "ignore",
    },
  );
  const settings = { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key, hba_file: file("hba.conf", RULES) };
  for (const path of [folder, certificate, key, settings.hba_file]) giveToServer(path);
  await withServer({ sample: false, settings }, async (database) => {
    await database.client.query(`create role "us er@x" login superuser password 'p:a/s%s?w#d+'`);
    await database.client.query("create role plain login password 'secreto'");
    await database.client.query("create role trusted login");
    await withStandbyOf(database, use, settings);
  });
});

const WHERE = `
  select concat_ws(' ', coalesce(inet_server_port()::text, 'socket'), current_database(), current_user, pg_is_in_recovery(),
    nullif(current_setting('application_name'), 'psql'), current_setting('work_mem'))`;

/** Where our own connection leads to, with what the session says of itself, or why it is refused. */
async function ours(url: string, variables: Environment, purpose: Purpose = "look"): Promise<string> {
  try {
    const connection = resolveConnection({}, { ...variables, MATVIEW_DATABASE_URL: url });
    return await withSession(
      connection,
      "psql",
      async ({ target }) => String(Object.values((await target.query<Record<string, string>>(WHERE)).rows[0] ?? {})[0]),
      purpose,
    );
  } catch (error) {
    // Node.js's own errors are of another realm than a test's.
    return `refused: ${(error as Error).message.replaceAll(/(?<=: )Error(?: \[\w+\])?: /g, "")}`;
  }
}

/** A port at which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function world(): Promise<World> {
  const { database, name } = lent();
  const { port, socketDirectory } = database.server;
  const password = encodeURIComponent(database.server.password());
  const standby = Number(name.split(":")[1]);
  return { primary: port, standby, dead: await deadPort(), password, socket: socketDirectory, certificate, file };
}

describe("a URL leads where psql is led by it", () => {
  test.each(TAKEN)("%s", async (_name, url, lands, variables = () => ({})) => {
    const it = await world();
    const environment = variables(it);
    // What psql is not told it would look for in the home folder.
    const theirs = psql(url(it), WHERE, { HOME: folder, ...environment });
    expect(await ours(url(it), environment)).toBe(lands(it));
    expect(theirs).toBe(lands(it));
  });
});

describe("who is refused by both", () => {
  const REFUSED: readonly UrlCase[] = [
    [
      "no server fits: each is told",
      ({ dead, standby, password }) =>
        `postgresql://postgres:${password}@${HOST}:${dead},${HOST}:${standby}/postgres?target_session_attrs=primary`,
      ({ dead, standby }) =>
        `refused: cannot connect to PostgreSQL at any of 2 servers, database "postgres", user "postgres": ${HOST}:${dead}: connect ECONNREFUSED ` +
        `${HOST}:${dead}; ${HOST}:${standby}: it is a standby, and target_session_attrs is primary; the connection is from MATVIEW_DATABASE_URL`,
    ],
    [
      "a login is tried at no other host once one refuses it",
      ({ standby, primary }) => `postgresql://postgres:geheim@${HOST}:${standby},${HOST}:${primary}/postgres`,
      ({ standby }) =>
        `refused: cannot connect to PostgreSQL at any of 2 servers, database "postgres", user "postgres": ${HOST}:${standby}: password ` +
        `authentication failed for user "postgres" [28P01]; the connection is from MATVIEW_DATABASE_URL`,
    ],
    [
      "no password",
      ({ primary }) => `postgresql://postgres@${HOST}:${primary}/postgres?passfile=/nowhere`,
      ({ primary }) =>
        `refused: cannot connect to PostgreSQL at ${HOST}:${primary}, database "postgres", user "postgres": the server asks for a password, and ` +
        "none is given. Name one in the URL, in PGPASSWORD or in the file that PGPASSFILE names [28P01]; the connection is from MATVIEW_DATABASE_URL",
    ],
    [
      "channel binding that a server does without",
      ({ primary }) => `postgresql://plain:geheim@${HOST}:${primary}/postgres?sslmode=require&channel_binding=require`,
      ({ primary }) =>
        `refused: cannot connect to PostgreSQL at ${HOST}:${primary}, database "postgres", user "plain": the server offers a login without ` +
        "channel binding, and channel_binding is require; the connection is from MATVIEW_DATABASE_URL",
    ],
    [
      "channel binding with nothing to bind",
      ({ primary }) => `postgresql://trusted@${HOST}:${primary}/postgres?sslmode=require&channel_binding=require`,
      ({ primary }) =>
        `refused: cannot connect to PostgreSQL at ${HOST}:${primary}, database "postgres", user "trusted": the server offers a login without ` +
        "channel binding, and channel_binding is require; the connection is from MATVIEW_DATABASE_URL",
    ],
    [
      "a certificate for another name",
      ({ primary, password }) =>
        `postgresql://postgres:${password}@localhost:${primary}/postgres?hostaddr=${HOST}&sslmode=verify-full&sslrootcert=${certificate}`,
      ({ primary }) =>
        `refused: cannot connect to PostgreSQL at localhost:${primary}, database "postgres", user "postgres": Hostname/IP does not match ` +
        "certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:db.example.com; the connection is from MATVIEW_DATABASE_URL",
    ],
  ];

  test.each(REFUSED)("%s", async (_name, url, refusal) => {
    const it = await world();
    expect(psql(url(it), WHERE, { HOME: folder })).toMatch(/^refused: /);
    expect(await ours(url(it), {})).toBe(refusal(it));
  });
});

test("all connections of a session are to the server that was taken, and its messages name that one", async () => {
  const it = await world();
  const connection = resolveConnection({ cronDatabase: "template1" }, { MATVIEW_DATABASE_URL: both(it, "primary") });
  const port = "select inet_server_port() as port";
  await withSession(connection, "test", async ({ target, cron, another, capabilities }) => {
    const third = await another();
    const ports = await Promise.all([target, cron, third].map((client) => client.query<{ port: number }>(port)));
    await third.end();
    expect(ports.map(({ rows }) => rows[0]?.port)).toEqual([it.primary, it.primary, it.primary]);
    expect(capabilities.identity).toMatchObject({ host: HOST, among: [HOST, HOST] });
  });
  const pool = sessionPool("test", 100);
  const pooled = () =>
    pool(connection, async ({ target }) => (await target.query<{ port: number }>(port)).rows[0]?.port);
  expect([await pooled(), await pooled()]).toEqual([it.primary, it.primary]);
  expect(await chosenServer(connection, "test")).toMatchObject({ host: HOST, port: it.primary, hosts: undefined });
  expect(await ours(both(it, "any"), {}, "change")).toBe(
    `refused: the server at ${HOST} is a standby, which takes no changes and runs no jobs: add target_session_attrs=primary to the URL, ` +
      "which names several hosts",
  );
});

test("a cluster that moved to another of its hosts is the same database, and one on a host that is not named is not", () => {
  const recorded = { databaseIdentity: ["ventas", "h1", "7"] };
  const refuse = (among: readonly string[] | undefined, systemIdentifier: string) => () =>
    refuseOtherDatabase(
      "view v",
      recorded,
      { identity: { database: "ventas", host: "h2", systemIdentifier, among } } as never,
      { source: "MATVIEW_DATABASE_URL", adoptDatabase: undefined },
    );
  expect(refuse(["h1", "h2"], "7")).not.toThrow();
  expect(refuse(["h1", "h2"], "8")).toThrow("a restored copy, another server");
  expect(refuse(undefined, "7")).toThrow("a restored copy, another server");
});
