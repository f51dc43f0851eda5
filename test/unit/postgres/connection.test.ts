import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { clientConfig, isFromConfig, resolveConnection, resolveReplicas } from "../../../postgres/connection.ts";

const SERVICES = join(mkdtempSync(join(tmpdir(), "matview-services-")), "services");
writeFileSync(SERVICES, "[v]\nhost=service.example.com\nuser=v\n");

afterAll(() => rmSync(dirname(SERVICES), { recursive: true }));
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
    expect(resolveConnection(config, { PGSERVICE: "v", PGSERVICEFILE: SERVICES }).host).toBe("service.example.com");
    expect(isFromConfig(undefined, { PGSERVICE: "v" })).toBe(false);
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

  test("never repeats the URL or the password", () => {
    const urls = [
      "h1:geheim/d",
      "a:ge/geheim@h/d",
      "a:b@geheim@h/d",
      "a:geheim@h/d?x=1",
      "a@h/d?geheim",
      "a:%geheim@h/d",
    ];
    for (const url of [...urls.map((rest) => `postgresql://${rest}`), "geheim", "password=geheim host=h"]) {
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
    expect(tls("require")).toEqual({ rejectUnauthorized: false, servername: "db.example.com" });
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

  test("takes nothing from the variables that say where the primary is", () => {
    const primary = {
      PGHOST: "p",
      PGHOSTADDR: "10.0.0.1",
      PGPORT: "1",
      PGSERVICE: "p",
      PGTARGETSESSIONATTRS: "primary",
    };
    const [replica] = resolveReplicas(
      { argument: ["postgresql://a/app"] },
      { ...primary, PGUSER: "r", PGPASSWORD: "s" },
    );
    expect(replica).toEqual({
      ...{ host: "a", port: 5432, database: "app", cronDatabase: "app", user: "r", password: "s" },
      ...{ tls: { mode: "verify-full" }, source: "readReplicas, URL 1" },
    });
  });

  test.each([
    [{ argument: [one, "mysql://r:secreto@b/app"] }, "readReplicas, URL 2, is not a postgresql:// URL"],
    [{ config: "postgresql://secreto@/app" }, "matview:readReplicas, URL 1: host is missing"],
    [
      { argument: ["postgresql://r:secreto@a,b/app"] },
      "readReplicas, URL 1, names several hosts: write a URL for each standby",
    ],
  ])("names what cannot be used, without the URL", (given, problem) => {
    const refused = () => resolveReplicas(given, {});
    expect(refused).toThrow(problem);
    expect(refused).not.toThrow("secreto");
  });
});
