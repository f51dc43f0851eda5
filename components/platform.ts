import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./postgres/connection.ts";
import type { QualifiedName } from "./postgres/names.ts";
import { RefreshAudit } from "./refreshAudit/resource.ts";
import { RuntimeObjects } from "./runtime/resource.ts";

/** What the view and its job stand on. */
export interface PlatformArgs {
  readonly connection: Connection;
  /** Role without superuser rights that owns view and job. pg_cron connects as it, so it may log in. */
  readonly owner: string;
  /** Tables and views that the definition reads. */
  readonly sources: readonly QualifiedName[];
  /** Roles that may see the owner's jobs and runs and the record of refreshes by hand, such as the one that looks for drift. */
  readonly observers?: readonly string[] | undefined;
}

/**
 * The pg_cron extension, the owner role with SELECT on the sources, and the record of refreshes by hand. Extension and role stay
 * when the stack is destroyed: dropping the extension deletes everybody's jobs, and dropping a role that owns a job stops
 * pg_cron for everybody. What is recorded stays too.
 */
export class Platform extends pulumi.ComponentResource {
  constructor(name: string, args: PlatformArgs, options?: pulumi.ComponentResourceOptions) {
    super("matview:index:Platform", name, {}, options);
    const { connection, owner } = args;
    const provider = new postgresql.Provider(name, providerArgs(connection), { parent: this });
    const kept = { parent: this, provider, retainOnDelete: true };
    const extension = new postgresql.Extension("pg_cron", { name: "pg_cron", database: connection.cronDatabase }, kept);
    const role = new postgresql.Role(owner, { name: owner, login: true }, kept);
    const usage = new postgresql.Grant(
      `${owner}-cron`,
      {
        role: role.name,
        database: connection.cronDatabase,
        schema: "cron",
        objectType: "schema",
        privileges: ["USAGE"],
      },
      { parent: this, provider, dependsOn: [extension] },
    );
    for (const [schema, objects] of bySchema(args.sources)) {
      new postgresql.Grant(
        `${owner}-${schema}`,
        {
          role: role.name,
          database: connection.database,
          schema,
          objectType: "table",
          privileges: ["SELECT"],
          objects,
        },
        { parent: this, provider },
      );
    }
    const observers = [...(args.observers ?? [])];
    const audit = new RefreshAudit(`${name}-audit`, { owner, observers }, { parent: this, dependsOn: [role] });
    if (observers.length > 0) {
      // After the audit: both make schema `matview` where it is missing.
      new RuntimeObjects(`${name}-observers`, { owner, observers }, { parent: this, dependsOn: [role, usage, audit] });
    }
    this.registerOutputs();
  }
}

/** The connection as @pulumi/postgresql wants it; the password becomes a secret there. */
function providerArgs({ host, port, database, user, password, tls }: Connection): postgresql.ProviderArgs {
  return {
    host,
    port,
    database,
    username: user,
    ...(password === undefined ? {} : { password: pulumi.secret(password) }),
    sslmode: tls.mode,
    ...(tls.rootCertFile === undefined ? {} : { sslrootcert: tls.rootCertFile }),
    // False keeps it from reading password hashes, which nobody but a superuser may.
    superuser: false,
  };
}

function bySchema(sources: readonly QualifiedName[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { schema, name } of sources) groups.set(schema, [...(groups.get(schema) ?? []), name]);
  return groups;
}
