import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../postgres/connection.ts";
import type { QualifiedName } from "../postgres/names.ts";
import { OwnerRole } from "./ownerRole.ts";
import { RefreshAudit } from "./refreshAudit.ts";
import { RuntimeObjects } from "./runtimeObjects.ts";
import { SourceGrant } from "./sourceGrant.ts";

/** What the view and its job stand on. */
export interface PlatformArgs {
  readonly connection: Connection;
  /** Role without superuser rights that owns view and job. pg_cron connects as it, so it may log in. */
  readonly owner: string;
  /** Tables and views that the definition reads. */
  readonly sources: readonly QualifiedName[];
  /** Schemas of the owner's views: it may create there where whoever deploys is no superuser. */
  readonly schemas?: readonly string[] | undefined;
  /** Roles that may see the owner's jobs and runs and the record of refreshes by hand, such as the one that looks for drift. */
  readonly observers?: readonly string[] | undefined;
  /** Let an owner role log in that exists and may not. */
  readonly adopt?: boolean | undefined;
}

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
    const { connection, owner } = args;
    const provider = new postgresql.Provider(name, providerArgs(connection), { parent: this });
    const extension = new postgresql.Extension(
      "pg_cron",
      { name: "pg_cron", database: connection.cronDatabase },
      { parent: this, provider, retainOnDelete: true },
    );
    const observers = [...(args.observers ?? [])];
    const role = new OwnerRole(
      `${name}-owner`,
      { owner, schemas: [...(args.schemas ?? [])], sources: [...args.sources], observers, ...adoption(args) },
      { parent: this, dependsOn: [extension], aliases: [{ type: GRANT, name: `${owner}-cron` }] },
    );
    for (const [schema, objects] of bySchema(args.sources)) {
      new SourceGrant(
        `${name}-sources-${schema}`,
        { owner, schema, objects },
        { parent: this, dependsOn: [role], aliases: [{ type: GRANT, name: `${owner}-${schema}` }] },
      );
    }
    const audit = new RefreshAudit(`${name}-audit`, { owner, observers }, { parent: this, dependsOn: [role] });
    if (observers.length > 0) {
      // After the audit: both make schema `matview` where it is missing.
      new RuntimeObjects(`${name}-observers`, { owner, observers }, { parent: this, dependsOn: [audit] });
    }
    this.registerOutputs();
  }
}

function adoption({ adopt }: PlatformArgs): { adopt?: true } {
  return adopt === true ? { adopt } : {};
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
