import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CONFIG_DEFAULTS } from "../../lifecycle/configKeys.ts";
import type { ConfigKey } from "../../lifecycle/configKeys.ts";
import { ENVIRONMENT } from "../../postgres/environment.ts";
import { checkout } from "../checkout.ts";
import { CHECKOUT_VARIABLES } from "../checkoutVariables.ts";
import { code, section, table } from "./markdown.ts";

/** The keys that Pulumi.yaml cannot declare: a declared secret has no default. */
const SECRETS: { readonly [K in ConfigKey]?: string } = {
  databaseUrl: ENVIRONMENT.MATVIEW_DATABASE_URL.replace(/\. .*/, ", where the environment names none"),
  databases:
    "Databases of the named connections, by name: a URL, or an object with `url` and `cronDatabase` ([several databases](several-databases.md)).",
  readReplicas: ENVIRONMENT.MATVIEW_READ_REPLICAS.replace(
    /\. .*/,
    ", where neither environment nor argument names any",
  ),
};

/** Every key of a stack's configuration. */
export function configSection(): string {
  const { config } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { type: string; description: string }>;
  };
  const row = ([key, value]: [string, string]): string[] => {
    const secret = SECRETS[key as ConfigKey];
    const { type, description } = secret === undefined ? config[key]! : { type: "secret", description: secret };
    return [code(`matview:${key}`), type, value === "" ? "—" : code(value), description];
  };
  return section(2, "Stack configuration", [
    "```sh\npulumi config set --secret matview:databaseUrl 'postgresql://user:password@host:5432/database?sslmode=verify-full'\n```",
    "`databaseUrl`, `databases`, `cronDatabase`, `readReplicas` and `adoptDatabase` hold for every program. The others are read by `readSettings`, for programs that hand them to their views, as [index.ts](../index.ts) does.",
    table(["key", "type", "default", "meaning"], Object.entries(CONFIG_DEFAULTS).map(row)),
  ]);
}

/** Every variable that program, provider and command read. */
export function environmentSection(): string {
  return section(2, "Environment", [
    "The first that is there counts: `MATVIEW_DATABASE_URL`, then `PGHOST` with the other `PG*` variables, then `matview:databaseUrl`. The first three have a twin for each named connection, such as `MATVIEW_DATABASE_URL_VENTAS`. What a URL may say stands in [connections](connections.md).",
    variableTable(ENVIRONMENT),
    "Those who work on this repository have more:",
    variableTable(CHECKOUT_VARIABLES),
  ]);
}

function variableTable(variables: Readonly<Record<string, string>>): string {
  return table(
    ["variable", "meaning"],
    Object.entries(variables).map(([name, says]) => [code(name), says]),
  );
}
