import * as pulumi from "@pulumi/pulumi";
import type { ConfigKey } from "../lifecycle/configKeys.ts";
import { namedConfig } from "../lifecycle/databases.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import type { GivenConnection } from "../provider/resourceRequest.ts";
import type { Inputs } from "./refreshedViewArgs.ts";

/** The stack's configuration, by keys that there are. */
interface StackConfig {
  readonly get: (key: ConfigKey) => string | undefined;
  readonly getSecret: (key: ConfigKey) => pulumi.Output<string> | undefined;
}

/** A connection as far as the environment does not say it: the name is plain, as it decides which variables there are. */
export type ConfiguredConnection = Inputs<Omit<ConnectionConfig, "name">> & Pick<ConnectionConfig, "name">;

/** Where the connection comes from when the environment does not say: what a program gives, else the stack's configuration. */
export function configuredConnection(given: GivenConnection | undefined): ConfiguredConnection {
  const config: StackConfig = new pulumi.Config("matview");
  if (given === undefined)
    return { databaseUrl: config.getSecret("databaseUrl"), cronDatabase: config.get("cronDatabase") || undefined };
  const { name, databaseUrl, cronDatabase } = typeof given === "string" ? { name: given } : given;
  if (name === undefined || databaseUrl !== undefined) return { name, databaseUrl, cronDatabase };
  const named = (config.getSecret("databases") ?? pulumi.output("{}")).apply((text) => namedConfig(name, text));
  return {
    name,
    databaseUrl: named.apply((known) => known.databaseUrl),
    // A database's name is no secret, wherever it was read from.
    cronDatabase: cronDatabase ?? pulumi.unsecret(named.apply((known) => known.cronDatabase)),
  };
}

/** What tells the connection of a program from its others. */
export function connectionName(given: GivenConnection | undefined): string | undefined {
  return typeof given === "string" ? given : given?.name;
}
