import { describe, expect, test } from "@jest/globals";
import { connectionConfig, databasesProblems, placeOf, whereFailures } from "../../../lifecycle/databases.ts";
import { isFromConfig, resolveConnection, resolveReplicas, variableOf } from "../../../postgres/connection.ts";

const URL = "postgresql://yo:clave@db.example.com:5433/ventas";
const CONFIGURED = JSON.stringify({ ventas: URL, compras: { url: `${URL}2`, cronDatabase: "postgres" } });

describe("the connection of a resource", () => {
  test.each([
    ["the one database", {}, { databaseUrl: "u", databases: CONFIGURED }, { databaseUrl: "u" }],
    ["its pg_cron elsewhere", { cronDatabase: "c" }, { databaseUrl: "u" }, { databaseUrl: "u", cronDatabase: "c" }],
    ["by name", { connection: "ventas" }, { databases: CONFIGURED }, { name: "ventas", databaseUrl: URL }],
    [
      "by name, an object",
      { connection: "compras" },
      { databases: CONFIGURED },
      { name: "compras", databaseUrl: `${URL}2`, cronDatabase: "postgres" },
    ],
    ["a name that only the environment knows", { connection: "otra" }, { databases: CONFIGURED }, { name: "otra" }],
    ["a name as objects have it", { connection: "constructor" }, { databases: CONFIGURED }, { name: "constructor" }],
    [
      "the program's own URL before the configuration",
      { connection: "ventas", databaseUrl: "propia" },
      { databases: CONFIGURED },
      { name: "ventas", databaseUrl: "propia" },
    ],
  ])("is %s", (_what, where, config, wanted) => {
    expect(connectionConfig(where, config)).toMatchObject(wanted);
  });

  test("comes from the variable with its name first, and names that", () => {
    const variables = { MATVIEW_DATABASE_URL: `${URL}0`, MATVIEW_DATABASE_URL_VENTAS: `${URL}1`, PGHOST: "x" };
    expect(resolveConnection({ name: "ventas", databaseUrl: URL }, variables)).toMatchObject({
      database: "ventas1",
      cronDatabase: "ventas1",
      source: "MATVIEW_DATABASE_URL_VENTAS",
      name: "ventas",
    });
    expect(isFromConfig("ventas", variables)).toBe(false);
    expect(isFromConfig("compras", variables)).toBe(true);
    expect(variableOf("MATVIEW_CRON_DATABASE", "dos_tres")).toBe("MATVIEW_CRON_DATABASE_DOS_TRES");
  });

  test("has a role and a password of its own", () => {
    const variables = { PGUSER: "otro", PGPASSWORD: "otra", PGDATABASE: "otra", PGOPTIONS: "-c x=1" };
    const { user, database, ...rest } = resolveConnection(
      { name: "ventas", databaseUrl: "postgresql://yo@db.example.com" },
      variables,
    );
    expect([user, database, rest.password, rest.options]).toEqual(["yo", "yo", undefined, undefined]);
  });

  test("has replicas of its own", () => {
    const variables = { MATVIEW_READ_REPLICAS: `${URL}0`, MATVIEW_READ_REPLICAS_VENTAS: `${URL}1` };
    const names = (name?: string): string[] => resolveReplicas({ name }, variables).map(({ database }) => database);
    expect([names(), names("ventas"), names("compras")]).toEqual([["ventas0"], ["ventas1"], []]);
  });

  test("is told where there is none, without a value", () => {
    expect(() => resolveConnection({ name: "ventas" }, {})).toThrow(
      "no database for the connection ventas: set MATVIEW_DATABASE_URL_VENTAS in the environment, or " +
        "`pulumi config set --secret --path matview:databases.ventas postgresql://user:password@host:5432/database`",
    );
    expect(() => resolveConnection({ name: "ventas", databaseUrl: "clave" }, {})).toThrow(
      "the connection ventas is not a postgresql:// URL; write postgresql://user:password@host:5432/database?sslmode=verify-full",
    );
  });
});

test.each([
  [undefined, []],
  [CONFIGURED, []],
  [
    "[1",
    ['matview:databases must be an object: by the connection\'s name its URL, or { "url": ..., "cronDatabase": ... }'],
  ],
  [
    '{"Ventas":"x"}',
    [
      'matview:databases: "Ventas" is no name of a connection: a lower-case letter, then lower-case letters, digits and _, at most 63',
    ],
  ],
  [
    '{"ventas":{"uri":"secreto"}}',
    ["matview:databases.ventas must be a URL, or an object with url and, where pg_cron lives elsewhere, cronDatabase"],
  ],
])("the setting %s", (text, problems) => {
  expect(databasesProblems(text)).toEqual(problems);
});

test("inputs that cannot lead anywhere are refused before any database is asked", () => {
  const reasons = (where: Parameters<typeof whereFailures>[0]): string[] =>
    whereFailures(where).map(({ property, reason }) => `${property}: ${reason}`);
  expect(reasons({ connection: "a-b" })).toEqual([
    'connection: "a-b" is no name of a connection: a lower-case letter, then lower-case letters, digits and _, at most 63',
  ]);
  expect(reasons({ connection: "ventas", databaseUrl: "clave" })).toEqual([
    "connection.databaseUrl: the connection ventas is not a postgresql:// URL; write postgresql://user:password@host:5432/database?sslmode=verify-full",
  ]);
  expect(reasons({ connection: "ventas", databaseUrl: URL })).toEqual([]);
});

test("each connection of a process has a key, and the one database the empty one", () => {
  expect(placeOf({})).toBe("");
  const keys = [{ connection: "a" }, { connection: "b" }, { connection: "a", databaseUrl: "u" }].map(placeOf);
  expect(new Set(keys).size).toBe(3);
});
