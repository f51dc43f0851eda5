import * as pulumi from "@pulumi/pulumi";
import type { ConfigKey } from "../lifecycle/configKeys.ts";
import type { ConnectionConfig } from "../postgres/connection.ts";
import type { Inputs } from "./refreshedViewArgs.ts";

/** The stack's configuration, by keys that there are. */
interface StackConfig {
  readonly get: (key: ConfigKey) => string | undefined;
  readonly getSecret: (key: ConfigKey) => pulumi.Output<string> | undefined;
}

/** Where the connection comes from when the environment does not say: what a program gives, else the stack's configuration. */
export function configuredConnection(given: Inputs<ConnectionConfig> | undefined): Inputs<ConnectionConfig> {
  const config: StackConfig = new pulumi.Config("matview");
  return (
    given ?? { databaseUrl: config.getSecret("databaseUrl"), cronDatabase: config.get("cronDatabase") || undefined }
  );
}
