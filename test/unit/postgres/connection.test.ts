import { describe, expect, test } from "@jest/globals";
import { clientConfig, isFromConfig, resolveConnection, resolveReplicas } from "../../../postgres/connection.ts";

const URL = "postgresql://app:s%3Fcret@db.example.com:5433/sales";

describe("resolveConnection", () => {
  test("reads a URL into fields, and checks certificate and host name on other hosts", () => {
    expect(resolveConnection({}, { MATVIEW_DATABASE_URL: URL })).toEqual({
      host: "db.example.com",
      port: 5433,
      database: "sales",
      cronDatabase: "sales",
      user: "app",
      password: "s?cret",
      tls: { mode: "verify-full" },
      source: "MATVIEW_DATABASE_URL",
    });
  });

  test("uses no TLS on this computer", () => {
    for (const url of ["postgres://a@localhost/b", "postgres://a@127.0.0.1/b", "postgres://a@h/b?host=/run/pg"]) {
      expect(resolveConnection({}, { MATVIEW_DATABASE_URL: url }).tls).toEqual({ mode: "disable" });
    }
  });

  test("prefers MATVIEW_DATABASE_URL to the PG* variables, and these to the configuration", () => {
    const config = { databaseUrl: "postgresql://c@config.example.com/c" };
    const variables = { PGHOST: "pg.example.com", PGUSER: "v", PGDATABASE: "v", PGPASSWORD: "p", PGPORT: "6000" };
    expect(resolveConnection(config, { ...variables, MATVIEW_DATABASE_URL: URL }).host).toBe("db.example.com");
    expect(resolveConnection(config, variables)).toMatchObject({ host: "pg.example.com", port: 6000, password: "p" });
    expect(resolveConnection(config, {}).host).toBe("config.example.com");
    expect(isFromConfig(undefined, {})).toBe(true);
    expect(isFromConfig(undefined, variables)).toBe(false);
  });

  test("takes pg_cron's database from the environment before the configuration", () => {
    expect(resolveConnection({ cronDatabase: "jobs" }, { MATVIEW_DATABASE_URL: URL }).cronDatabase).toBe("jobs");
    expect(
      resolveConnection({ cronDatabase: "jobs" }, { MATVIEW_DATABASE_URL: URL, MATVIEW_CRON_DATABASE: "cron" })
        .cronDatabase,
    ).toBe("cron");
  });

  const EXAMPLE = "; write postgresql://user:password@host:5432/database?sslmode=verify-full";
  const BAD: readonly (readonly [url: string, message: string])[] = [
    ["host=h dbname=d", `MATVIEW_DATABASE_URL is not a postgresql:// URL${EXAMPLE}`],
    ["mysql://a@h/d", `MATVIEW_DATABASE_URL is not a postgresql:// URL${EXAMPLE}`],
    ["postgresql://a:x#y@h/d", `MATVIEW_DATABASE_URL`],
    ["postgresql://a@h1,h2/d", `MATVIEW_DATABASE_URL names several hosts, and one is allowed${EXAMPLE}`],
    ["postgresql://a@/d", `MATVIEW_DATABASE_URL`],
    ["postgresql://h/d", `MATVIEW_DATABASE_URL names no user${EXAMPLE}`],
    ["postgresql://a@h", `MATVIEW_DATABASE_URL names no database${EXAMPLE}`],
    [
      "postgresql://a@h/d?sslmode=prefer",
      'sslmode "prefer" is not supported; allowed are disable, require, verify-ca, verify-full',
    ],
    [
      "postgresql://a@h/d?options=-c",
      `has the parameter options, and allowed are sslmode, sslrootcert, host, application_name`,
    ],
  ];

  test.each(BAD)("refuses %s", (url, message) => {
    expect(() => resolveConnection({}, { MATVIEW_DATABASE_URL: url })).toThrow(message);
  });

  test("never repeats the URL or the password", () => {
    for (const url of ["postgresql://a:geheim#1@h/d", "postgresql://a:geheim@h/d?x=1", "geheim"]) {
      let message = "";
      try {
        resolveConnection({}, { MATVIEW_DATABASE_URL: url });
      } catch (error) {
        message = String(error);
      }
      expect(message).not.toBe("");
      expect(message).not.toContain("geheim");
    }
  });

  test("says how to name a database when none is named", () => {
    expect(() => resolveConnection({}, {})).toThrow("no database: set MATVIEW_DATABASE_URL (or PGHOST");
  });
});

describe("clientConfig", () => {
  test("makes TLS explicit for each mode", () => {
    const tls = (mode: string): unknown =>
      clientConfig(resolveConnection({}, { MATVIEW_DATABASE_URL: `${URL}?sslmode=${mode}` }), "test").ssl;
    expect(tls("disable")).toBe(false);
    expect(tls("require")).toEqual({ rejectUnauthorized: false });
    expect(tls("verify-ca")).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
    expect(tls("verify-full")).toEqual({ rejectUnauthorized: true, servername: "db.example.com" });
  });
});

describe("resolveReplicas", () => {
  const hosts = (...given: Parameters<typeof resolveReplicas>): string[] =>
    resolveReplicas(...given).map(({ host, port }) => `${host}:${port}`);
  const [one, two, three] = ["a", "b", "c"].map((host) => `postgresql://r:secreto@${host}/app`) as [
    string,
    string,
    string,
  ];

  test("prefers the environment to the argument, and that to the configuration", () => {
    const given = { argument: [two], config: `${one} ${three}` };
    expect(hosts(given, { MATVIEW_READ_REPLICAS: `${three},\n ${one}` })).toEqual(["c:5432", "a:5432"]);
    expect(hosts(given, {})).toEqual(["b:5432"]);
    expect(hosts({ config: given.config }, {})).toEqual(["a:5432", "c:5432"]);
    expect(hosts({ ...given, argument: [] }, {})).toEqual([]);
    expect(hosts({ config: "" }, { MATVIEW_READ_REPLICAS: "" })).toEqual([]);
  });

  test.each([
    [{ argument: [one, "mysql://r:secreto@b/app"] }, "readReplicas, URL 2, is not a postgresql:// URL"],
    [{ config: "postgresql://secreto" }, "matview:readReplicas, URL 1, names no user"],
    [{ argument: ["postgresql://r:secreto@a,b/app"] }, "readReplicas, URL 1, names several hosts, and one is allowed"],
  ])("names what cannot be used, without the URL", (given, problem) => {
    const refused = () => resolveReplicas(given, {});
    expect(refused).toThrow(problem);
    expect(refused).not.toThrow("secreto");
  });
});
