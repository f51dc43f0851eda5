import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { clientConfig, resolveConnection } from "../../../postgres/connection.ts";
import { PARAMETERS } from "../../../postgres/connectionParameters.ts";
import type { Connection } from "../../../postgres/connectionParts.ts";
import type { Environment } from "../../../postgres/environment.ts";
import { checkout } from "../../../scripts/checkout.ts";

const folder = mkdtempSync(join(tmpdir(), "matview-url-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

const SERVICES = file(
  "services",
  "[one]\nhost=s1\nport=1\nuser=su\n\n# note\n[two]\nhost=s2\n[bad]\nhost=h\ncolour=red\n[circle]\nservice=one\n",
);
const PASSWORDS = file(
  "passwords",
  "# note\nh1:*:*:a:one\nh2:5432:d:a:t\\:wo\n/run/a:*:*:*:socket\nlocalhost:*:*:*:local\n*:*:*:z:any:rest\n",
);
const OPEN = file("open", "*:*:*:*:geheim\n", 0o644);

function resolve(url: string, variables: Environment = {}): Partial<Connection> {
  const set = { PGPASSFILE: join(folder, "none"), ...variables, MATVIEW_DATABASE_URL: `postgresql://${url}` };
  const entries = Object.entries(resolveConnection({}, set));
  return Object.fromEntries(entries.filter(([key]) => !["cronDatabase", "source"].includes(key)));
}

const ME = userInfo().username;
const FULL = { mode: "verify-full" };
const OFF = { mode: "disable" };

type Taken = readonly [url: string, connection: object, variables?: Environment];

describe("what a URL says", () => {
  const TAKEN: readonly Taken[] = [
    ["a@h/d", { host: "h", port: 5432, database: "d", user: "a", tls: FULL }],
    ["h", { host: "h", port: 5432, database: ME, user: ME, tls: FULL }],
    ["a@h?dbname=x", { host: "h", port: 5432, database: "x", user: "a", tls: FULL }],
    ["a:x#y?z+%2B:@h/d", { host: "h", port: 5432, database: "d", user: "a", password: "x#y?z++:", tls: FULL }],
    ["a%40b@h:1/d%2Fe", { host: "h", port: 1, database: "d/e", user: "a@b", tls: FULL }],
    ["a@[2001:db8::1]:6/d", { host: "2001:db8::1", port: 6, database: "d", user: "a", tls: FULL }],
    ["a@[::1]/d", { host: "::1", port: 5432, database: "d", user: "a", tls: OFF }],
    ["a@%2Frun%2Fpg:6/d", { host: "/run/pg", port: 6, database: "d", user: "a", tls: OFF }],
    ["/d?host=/run/pg&port=6&user=a", { host: "/run/pg", port: 6, database: "d", user: "a", tls: OFF }],
    ["a@h/d?host=/run/pg&sslmode=require", { host: "/run/pg", port: 5432, database: "d", user: "a", tls: OFF }],
    ["a:one@h/d?password=two&user=b", { host: "h", port: 5432, database: "d", user: "b", password: "two", tls: FULL }],
    ["a@h/d?ssl=true", { host: "h", port: 5432, database: "d", user: "a", tls: { mode: "require" } }],
    [
      "a@h/d?sslmode=require&sslrootcert=/ca",
      { host: "h", port: 5432, database: "d", user: "a", tls: { mode: "verify-ca", rootCertFile: "/ca" } },
    ],
    [
      "a@localhost/d?sslrootcert=system",
      { host: "localhost", port: 5432, database: "d", user: "a", tls: { mode: "verify-full", rootCertFile: "system" } },
    ],
    [
      "a@h/d?sslcert=/c&sslkey=/k&sslnegotiation=direct&ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=TLSv1.3",
      {
        ...{ host: "h", port: 5432, database: "d", user: "a" },
        tls: {
          ...{ mode: "verify-full", certFile: "/c", keyFile: "/k", isDirect: true },
          ...{ minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
        },
      },
    ],
    [
      "a@h/d?hostaddr=10.0.0.1",
      { host: "h", port: 5432, hostAddress: "10.0.0.1", database: "d", user: "a", tls: FULL },
    ],
    ["a@/d?hostaddr=127.0.0.1", { host: "127.0.0.1", port: 5432, database: "d", user: "a", tls: OFF }],
    [
      "a@h1:1,h2,[::1]:3/d?target_session_attrs=read-write&load_balance_hosts=disable",
      {
        ...{ host: "h1", port: 1, database: "d", user: "a", tls: FULL, targetSessionAttrs: "read-write" },
        hosts: [
          { host: "h1", port: 1 },
          { host: "h2", port: 5432 },
          { host: "::1", port: 3 },
        ],
      },
    ],
    [
      "a@h1,h2/d?port=7&hostaddr=10.0.0.1,",
      {
        ...{ host: "h1", port: 7, hostAddress: "10.0.0.1", database: "d", user: "a", tls: FULL },
        hosts: [
          { host: "h1", port: 7, hostAddress: "10.0.0.1" },
          { host: "h2", port: 7 },
        ],
      },
    ],
    [
      "a@h/d?options=-c%20work_mem%3D5MB&application_name=panel&connect_timeout=0&keepalives=0&channel_binding=require",
      {
        ...{ host: "h", port: 5432, database: "d", user: "a", tls: FULL, options: "-c work_mem=5MB" },
        ...{ applicationName: "panel", connectTimeoutSeconds: 0, keepAliveSeconds: false, channelBinding: "require" },
      },
    ],
    [
      "a@h/d?options=endpoint%3Dep-x&keepalives_idle=60&connect_timeout=4",
      {
        ...{ host: "h", port: 5432, database: "d", user: "a", tls: FULL, options: "endpoint=ep-x" },
        ...{ connectTimeoutSeconds: 4, keepAliveSeconds: 60 },
      },
    ],
    [
      "a@/d?service=one&port=2",
      { host: "s1", port: 2, database: "d", user: "a", tls: FULL },
      { PGSERVICEFILE: SERVICES, PGHOST: "env", PGUSER: "env" },
    ],
    [
      "/d",
      { host: "s2", port: 5432, database: "d", user: "env", tls: FULL },
      { PGSERVICE: "two", PGSERVICEFILE: SERVICES, PGUSER: "env" },
    ],
    [
      "h",
      {
        host: "h",
        port: 6,
        database: "vd",
        user: "vu",
        password: "vp",
        tls: { mode: "disable" },
        applicationName: "va",
      },
      {
        ...{ PGHOST: "v", PGPORT: "6", PGDATABASE: "vd", PGUSER: "vu", PGPASSWORD: "vp", PGSSLMODE: "disable" },
        ...{ PGAPPNAME: "va", PGGSSENCMODE: "prefer" },
      },
    ],
    [
      "a@h1,h2,h3/d",
      {
        ...{ host: "h1", port: 5432, database: "d", user: "a", password: "one", tls: FULL },
        hosts: [
          { host: "h1", port: 5432, password: "one" },
          { host: "h2", port: 5432, password: "t:wo" },
          { host: "h3", port: 5432 },
        ],
      },
      { PGPASSFILE: PASSWORDS },
    ],
    [
      "z@h/d",
      { host: "h", port: 5432, database: "d", user: "z", password: "any", tls: FULL },
      { PGPASSFILE: PASSWORDS },
    ],
    [
      `a@/d?host=/run/a&passfile=${PASSWORDS}`,
      { host: "/run/a", port: 5432, database: "d", user: "a", password: "socket", tls: OFF },
    ],
    [
      `a@/d?host=/var/run/postgresql&passfile=${PASSWORDS}`,
      { host: "/var/run/postgresql", port: 5432, database: "d", user: "a", password: "local", tls: OFF },
    ],
    [
      "a:own@h/d",
      { host: "h", port: 5432, database: "d", user: "a", password: "own", tls: FULL },
      { PGPASSFILE: OPEN },
    ],
  ];

  test.each(TAKEN)("%s", (url, connection, variables = {}) => {
    expect(resolve(url, variables)).toEqual(connection);
  });

  const URL = "MATVIEW_DATABASE_URL";
  const EXAMPLE = "; write postgresql://user:password@host:5432/database?sslmode=verify-full";
  const NO_HOST = `${URL}: host is missing: write the server's name or address, or the folder of its socket (?host=/var/run/postgresql)`;
  const BAD_PORT = "port must be a number from 1 to 65535 (in a password write / as %2F, and : as %3A)";
  const MODES = "allowed are disable, require, verify-ca, verify-full";
  const UNKNOWN = `that PostgreSQL does not have or that is not supported${EXAMPLE}`;
  const REFUSED: readonly (readonly [url: string, message: string, variables?: Environment])[] = [
    ["a@/d", NO_HOST],
    ["a@h,/d", NO_HOST],
    ["a:b@c@h/d", `${URL} has a second @ before the host (in a password write it as %40)${EXAMPLE}`],
    ["a:b/c@h/d", `${URL} has an @ behind a / (in a password write / as %2F, and @ anywhere else as %40)${EXAMPLE}`],
    ["a@h:b/d", `${URL}: ${BAD_PORT}`],
    ["a@h:65536/d", `${URL}: ${BAD_PORT}`],
    ["a@h1,h2,h3/d?port=1,2", `${URL}: port has 2 ports for 3 hosts: write one for each, or one for all`],
    [
      "a@h/d?hostaddr=1,2",
      `${URL}: hostaddr has 2 addresses for 1 hosts: write one for each, with commas between them`,
    ],
    [
      "a@[::1/d",
      `${URL} has a host in brackets or a port that cannot be read (in a password write [ as %5B, and : as %3A)${EXAMPLE}`,
    ],
    ["a:5%@h/d", `${URL} has a % without two digits of a character behind it (write % itself as %25)${EXAMPLE}`],
    ["a@h/d?sslmode", `${URL} has a parameter without a value behind the ?${EXAMPLE}`],
    ["a@h/d?colour=red", `${URL} has the parameter colour ${UNKNOWN}`],
    ["a@h/d?p/w=x", `${URL} has a parameter ${UNKNOWN}`],
    ["a@h/d?sslmode=prefer", `${URL}: sslmode "prefer" is not supported; ${MODES}`],
    ["h/d", `PGSSLMODE: sslmode "allow" is not supported; ${MODES}`, { PGSSLMODE: "allow" }],
    ["h/d", `PGPORT: ${BAD_PORT}`, { PGPORT: "x" }],
    [
      "h/d",
      "PGREQUIREAUTH: require_auth is not supported: channel_binding=require asks for a password that no one in between can use",
      { PGREQUIREAUTH: "md5" },
    ],
    [
      "a@h/d?sslmode=require&sslrootcert=system",
      `${URL}: sslmode require is too weak for sslrootcert=system: write sslmode=verify-full`,
    ],
    ["a@h/d?sslcert=/c", `${URL}: sslcert needs the other one too: name sslcert and sslkey`],
    ["a@localhost/d?sslnegotiation=direct", `${URL}: sslnegotiation direct needs TLS: write sslmode=verify-full`],
    [
      "a@h/d?load_balance_hosts=random",
      `${URL}: load_balance_hosts "random" is not supported; allowed are disable: a run works with one server, the first that fits`,
    ],
    [
      "a@h/d?target_session_attrs=master",
      `${URL}: target_session_attrs "master" is not supported; allowed are any, read-write, read-only, primary, standby, prefer-standby`,
    ],
    ["a@h/d?connect_timeout=soon", `${URL}: connect_timeout must be a whole number`],
    [
      "a@h/d?gssencmode=require",
      `${URL}: gssencmode "require" is not supported; allowed are disable, prefer: connections are encrypted by TLS`,
    ],
    [
      "a@h/d?krbsrvname=x",
      `${URL}: krbsrvname is not supported: login by Kerberos is not supported: use a password or a certificate`,
    ],
    [
      "a@h/d?requirepeer=x",
      `${URL}: requirepeer is not supported: Node.js does not tell who listens at a socket: put the socket into a folder that nobody else may write`,
    ],
    ["a@h/d?requiressl=1", `${URL}: requiressl "1" is not supported; allowed are 0: write sslmode=require`],
    [
      "a@h/d?sslcrl=x",
      `${URL}: sslcrl is not supported: certificates are not looked up in revocation lists: leave it out`,
    ],
    [
      "a@h/d?sslpassword=x",
      `${URL}: sslpassword is not supported: write the key into a file without a passphrase: openssl pkey -in KEY -out FILE`,
    ],
    ["a@h/d?sslsni=0", `${URL}: sslsni "0" is not supported; allowed are 1: TLS always names the host`],
    [
      "a@h/d?replication=database",
      `${URL}: replication "database" is not supported; allowed are 0, false, no, off: the connection is for SQL`,
    ],
    [
      "a@h/d?service=three",
      `${URL}: service "three" is in none of: ${SERVICES}; set PGSERVICEFILE to the file that has it`,
      { PGSERVICEFILE: SERVICES },
    ],
    [
      "a@h/d",
      `service "bad" in ${SERVICES} has the parameter colour ${UNKNOWN}`,
      { PGSERVICE: "bad", PGSERVICEFILE: SERVICES },
    ],
    [
      "a@h/d",
      `service "circle" in ${SERVICES} has a line that cannot be used: write keyword=value, and no other service`,
      { PGSERVICE: "circle", PGSERVICEFILE: SERVICES },
    ],
    [
      "a@h/d",
      `password file ${OPEN} may be read by others, so it is not used: run: chmod 600 ${OPEN}`,
      { PGPASSFILE: OPEN },
    ],
  ];

  test.each(REFUSED)("%s is refused: %s", (url, message, variables = {}) => {
    expect(() => resolve(url, variables)).toThrow(new Error(message));
  });

  test.each([
    ["host=h dbname=d", `${URL} is not a postgresql:// URL, but keywords with values${EXAMPLE}`],
    ["mysql://a@h/d", `${URL} is not a postgresql:// URL${EXAMPLE}`],
  ])("%s is no URL", (text, message) => {
    expect(() => resolveConnection({}, { MATVIEW_DATABASE_URL: text })).toThrow(new Error(message));
  });
});

test("a client is told all of it", () => {
  const url =
    "a@h/d?hostaddr=10.0.0.1&options=-c%20a%3Db&application_name=n&connect_timeout=3&keepalives_idle=7&channel_binding=prefer";
  const connection = resolveConnection({}, { MATVIEW_DATABASE_URL: `postgresql://${url}`, PGPASSFILE: PASSWORDS });
  expect(clientConfig(connection, "matview")).toEqual({
    ...{ host: "10.0.0.1", port: 5432, database: "d", user: "a", password: expect.any(Function), options: "-c a=b" },
    ...{ ssl: { rejectUnauthorized: true, servername: "h" }, sslnegotiation: "postgres", application_name: "n" },
    ...{ connectionTimeoutMillis: 3_000, keepAlive: true, keepAliveInitialDelayMillis: 7_000 },
    ...{ channelBinding: "prefer", enableChannelBinding: true },
  });
});

test("the page on connections names every parameter of libpq that is known here, and every variable", () => {
  const page = readFileSync(join(checkout, "docs", "connections.md"), "utf8");
  const missing = Object.entries(PARAMETERS)
    .flatMap(([name, { variable }]) => [name, variable ?? name])
    .filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}=`));
  expect(missing).toEqual([]);
});
