import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { resolveConnection } from "../postgres/connection.ts";
import type { Connection } from "../postgres/connectionParts.ts";
import { userError } from "../postgres/errors.ts";
import type { ConnectionArgs } from "../provider/resourceRequest.ts";
import { checkArguments } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { configuredConnection } from "./configuredConnection.ts";
import { OwnerRole, RefreshAudit, RuntimeObjects, SourceGrant } from "./platformParts.ts";
import type { WhereArgs } from "./takeoverArgs.ts";

/** What the view and its job stand on. */
export interface PlatformArgs {
  /**
   * Where PostgreSQL is and who connects: `resolveConnection` reads it from environment and configuration. Of a program with several databases
   * the name of one, or where it comes from when neither environment nor configuration say.
   * @default the one database
   */
  readonly connection?: string | ConnectionArgs | pulumi.Input<Connection> | undefined;
  /** Role without superuser rights that owns view and job. pg_cron connects as it, so it may log in. */
  readonly owner: pulumi.Input<string>;
  /** Tables and views that the definition reads. The schemas are plain values, as they decide which resources there are. */
  readonly sources: readonly { readonly schema: string; readonly name: pulumi.Input<string> }[];
  /**
   * Schemas of the owner's views: it may use them, and create there where whoever deploys is no superuser.
   * @default []
   */
  readonly schemas?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /**
   * Roles that may see the owner's jobs and runs and the record of refreshes by hand, such as the one that looks for drift. The list is
   * plain, as it decides whether there is a resource for it; its elements need not be.
   * @default []
   */
  readonly observers?: readonly pulumi.Input<string>[] | undefined;
  /**
   * Let the role read every row of what it may read (BYPASSRLS): else a view over tables with row security has the rows alone that their
   * policies let the role see. Whoever deploys must be allowed to.
   * @default false
   */
  readonly bypassRowSecurity?: pulumi.Input<boolean> | undefined;
  /**
   * Let an owner role log in that exists and may not. It decides at the creation of the resource alone.
   * @default false
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

const PLATFORM_ARGUMENTS: Arguments<PlatformArgs> = {
  connection: "input",
  owner: "input",
  sources: "list",
  schemas: "input",
  observers: "list",
  bypassRowSecurity: "input",
  adopt: "input",
};

/** What @pulumi/postgresql made of a grant up to version 0.1: its entry in the state is continued, so that nothing is revoked. */
const GRANT = "postgresql:index/grant:Grant";

/**
 * The pg_cron extension, the owner role with SELECT on the sources, and the record of refreshes by hand. What is there is taken
 * over, and rights are added to those that the role has. Extension and role stay when the stack is destroyed, and the role's rights
 * with it: dropping the extension deletes everybody's jobs, dropping a role that owns a job stops pg_cron for everybody, and other
 * stacks may have the role in use. What is recorded stays too.
 */
export class Platform extends pulumi.ComponentResource {
  constructor(name: string, args: PlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("matview:index:Platform", name, {}, options);
    checkArguments(`Platform ${name}`, args, PLATFORM_ARGUMENTS);
    const { owner, schemas = [], bypassRowSecurity, adopt } = args;
    const { connection: given } = args;
    const where = whereOf(given);
    const connection = isConnection(given)
      ? pulumi.output(given)
      : pulumi.output(configuredConnection(given)).apply((known) => resolveConnection(known));
    const provider = new postgresql.Provider(name, providerArgs(connection), { parent: this });
    const extension = new postgresql.Extension(
      "pg_cron",
      { name: "pg_cron", database: connection.cronDatabase },
      { parent: this, provider, retainOnDelete: true },
    );
    const observers = [...(args.observers ?? [])];
    const role = new OwnerRole(
      `${name}-owner`,
      {
        ...{ ...where, owner, schemas, sources: [...args.sources], observers },
        ...(bypassRowSecurity === undefined ? {} : { bypassRowSecurity }),
        ...(adopt === undefined ? {} : { adopt }),
      },
      { parent: this, dependsOn: [extension], aliases: earlier(owner, "cron") },
    );
    for (const [schema, objects] of bySchema(args.sources)) {
      new SourceGrant(
        `${name}-sources-${schema}`,
        { ...where, owner, schema, objects },
        { parent: this, dependsOn: [role], aliases: earlier(owner, schema) },
      );
    }
    const audit = new RefreshAudit(
      `${name}-audit`,
      { ...where, owner, observers },
      { parent: this, dependsOn: [role] },
    );
    if (observers.length > 0) {
      // After the audit: both make schema `matview` where it is missing.
      new RuntimeObjects(`${name}-observers`, { ...where, owner, observers }, { parent: this, dependsOn: [audit] });
    }
    this.registerOutputs();
  }
}

function isConnection(given: PlatformArgs["connection"]): given is pulumi.Input<Connection> {
  return pulumi.Output.isInstance(given) || given instanceof Promise || (typeof given === "object" && "host" in given);
}

/** Where the platform's own resources are: what stands in an output leads to the one database. */
function whereOf(given: PlatformArgs["connection"]): WhereArgs {
  if (!isConnection(given)) return given === undefined ? {} : { connection: given };
  const name = "host" in given && typeof given.host === "string" ? (given as Connection).name : undefined;
  return name === undefined ? {} : { connection: name };
}

// The owner was no input then.
function earlier(owner: pulumi.Input<string>, what: string): pulumi.Alias[] {
  return typeof owner === "string" ? [{ type: GRANT, name: `${owner}-${what}` }] : [];
}

/** The connection as @pulumi/postgresql wants it, to the server that our own take of several; the password becomes a secret there. */
function providerArgs(connection: pulumi.Output<Connection>): postgresql.ProviderArgs {
  const server = connection.apply(async (known) => {
    if (known.hosts === undefined) return known;
    // Most programs have no need of a client.
    const { chosenServer } = await import("../postgres/session.ts");
    return chosenServer(known, "pulumi-matview");
  });
  const of = <T>(pick: (known: Connection) => T): pulumi.Output<T> => server.apply(pick);
  return {
    host: of(hostOf),
    port: of(({ port }) => port),
    database: of(({ database }) => database),
    username: of(({ user }) => user),
    password: pulumi.secret(of(({ password }) => password)) as pulumi.Output<string>,
    sslmode: of(({ tls }) => tls.mode),
    // Without a file it asks the operating system's authorities.
    sslrootcert: of(({ tls: { rootCertFile } }) =>
      rootCertFile === "system" ? undefined : rootCertFile,
    ) as pulumi.Output<string>,
    clientcert: of(({ tls: { certFile, keyFile } }) =>
      certFile === undefined || keyFile === undefined ? undefined : { cert: certFile, key: keyFile },
    ) as pulumi.Output<postgresql.types.input.ProviderClientcert>,
    // False keeps it from reading password hashes, which nobody but a superuser may.
    superuser: false,
  };
}

function hostOf({ host, hostAddress, tls }: Connection): string {
  if (hostAddress !== undefined && tls.mode === "verify-full")
    throw userError(
      "Platform: @pulumi/postgresql cannot connect to a hostaddr and check the host's name: leave hostaddr out, write sslmode=verify-ca, " +
        "or create the extension by hand and set matview:managePlatform to false",
    );
  return hostAddress ?? host;
}

function bySchema(sources: PlatformArgs["sources"]): Map<string, pulumi.Input<string>[]> {
  const groups = new Map<string, pulumi.Input<string>[]>();
  for (const { schema, name } of sources) groups.set(schema, [...(groups.get(schema) ?? []), name]);
  return groups;
}
