import { escapeIdentifier, escapeLiteral } from "pg";
import { startServer } from "../../scripts/database/server.ts";
import type { Server } from "../../scripts/database/server.ts";
import { withClient } from "../../scripts/database/withClient.ts";
import { readDocument, readSql } from "./pages.ts";

/** What a managed host lets the person do who deploys, once the script of its page has run. */
export interface Host {
  /** As the table of docs/hosts has it. */
  readonly name: string;
  /** Its page in docs/hosts. */
  readonly page: string;
  /** What the host calls the role that it gives; here it is HOST_ROLE. */
  readonly role: string;
  readonly cronMode?: "workers";
  /** Run by the host's superuser once pg_cron is installed. */
  readonly grants: readonly string[];
  /** How a pause shows: the job stays and says inactive, or is not there. */
  readonly paused: "inactive" | "absent";
  /** Whether an edit keeps the job's number. */
  readonly altersInPlace: boolean;
  /** Whether a job can be put into another database than pg_cron's. */
  readonly otherDatabases: boolean;
}

/** Who deploys on a host, as its page says. */
export interface HostDeployer {
  readonly role: string;
  url(database?: string): string;
}

/** The role that a host gives: no superuser, owns its databases. */
export const HOST_ROLE = "host_user";

const ALTER = "execute on function cron.alter_job(bigint, text, text, text, text, boolean)";
const IN_DATABASE = "execute on function cron.schedule_in_database(text, text, text, text, text, boolean)";
const granted = (rights: readonly string[], option = ""): string[] =>
  rights.map((right) => `grant ${right} to ${HOST_ROLE} ${option}`);

const USAGE = "usage on schema cron";
const GRANTABLE = "with grant option";
const OWN_SERVER = [`alter role ${HOST_ROLE} superuser`];

const EVERYTHING = { paused: "inactive", altersInPlace: true, otherDatabases: true } as const;
const USAGE_ALONE = { paused: "absent", altersInPlace: false, otherDatabases: false } as const;

/** Grants as the hosts' scripts and guides give them; what each is from stands on its page. */
export const HOSTS: readonly Host[] = [
  {
    name: "Supabase",
    page: "supabase",
    role: "postgres",
    grants: [
      ...granted([USAGE, "all on all functions in schema cron", "all on all tables in schema cron"], GRANTABLE),
      `revoke all on table cron.job from ${HOST_ROLE}`,
      ...granted(["select on table cron.job"], GRANTABLE),
    ],
    ...EVERYTHING,
  },
  {
    name: "Amazon RDS, Aurora",
    page: "rds",
    role: "postgres",
    cronMode: "workers",
    grants: granted([USAGE, ALTER, IN_DATABASE], GRANTABLE),
    ...EVERYTHING,
  },
  {
    name: "Google Cloud SQL, AlloyDB",
    page: "cloud-sql",
    role: "postgres",
    cronMode: "workers",
    grants: granted([USAGE], GRANTABLE),
    ...USAGE_ALONE,
  },
  {
    name: "Azure flexible server",
    page: "azure",
    role: "ADMINISTRATOR",
    grants: granted([USAGE, ALTER, IN_DATABASE]),
    ...EVERYTHING,
  },
  {
    name: "Neon",
    page: "neon",
    role: "neondb_owner",
    grants: granted([USAGE, ALTER]),
    paused: "inactive",
    altersInPlace: true,
    otherDatabases: false,
  },
  { name: "Aiven", page: "aiven", role: "avnadmin", grants: granted([USAGE], GRANTABLE), ...USAGE_ALONE },
  { name: "DigitalOcean", page: "digitalocean", role: "doadmin", grants: granted([USAGE]), ...USAGE_ALONE },
  { name: "Crunchy Bridge", page: "crunchy-bridge", role: "postgres", grants: OWN_SERVER, ...EVERYTHING },
  {
    name: "Your own server",
    page: "self-hosted",
    role: "postgres",
    cronMode: "workers",
    grants: OWN_SERVER,
    ...EVERYTHING,
  },
];

/** A host whose servers have no pg_cron. */
export const NO_PG_CRON = { page: "no-pg-cron", role: "USER" };

/** Gives the action a server as the host would give it. */
export async function withHostServer<T>(
  host: Host | typeof NO_PG_CRON,
  action: (server: Server) => Promise<T>,
): Promise<T> {
  const cronMode = "cronMode" in host ? host.cronMode : undefined;
  const server = await startServer(cronMode === undefined ? {} : { cronMode });
  try {
    await withClient(server.url(), async (admin) => {
      await admin.query(`create role ${HOST_ROLE} login createrole createdb password '${server.password(HOST_ROLE)}'`);
      await admin.query(`alter database postgres owner to ${HOST_ROLE}`);
      await admin.query(`alter schema public owner to ${HOST_ROLE}`);
      if (!("grants" in host)) return;
      await admin.query("create extension pg_cron");
      for (const grant of host.grants) await admin.query(grant);
    });
    await server.mapRole(HOST_ROLE);
    return await action(server);
  } finally {
    await server.stop();
  }
}

/** The same server, on which the scripts of docs/hosts were run as the host's role. */
export async function withHost<T>(
  host: Host | typeof NO_PG_CRON,
  action: (server: Server, deployer: HostDeployer) => Promise<T>,
): Promise<T> {
  return withHostServer(host, async (server) => {
    await withClient(server.url("postgres", HOST_ROLE), async (client) => {
      for (const page of ["README", host.page]) await client.query(readSql(`hosts/${page}`));
    });
    return await action(server, await deployerOf(host, server));
  });
}

/** The role of the URL that the page tells. */
async function deployerOf({ page, role }: Pick<Host, "page" | "role">, server: Server): Promise<HostDeployer> {
  const [, told = ""] = /MATVIEW_DATABASE_URL='postgresql:\/\/([^:.]+)/.exec(readDocument(`hosts/${page}`)) ?? [];
  if (told === role) return { role: HOST_ROLE, url: (database) => server.url(database, HOST_ROLE) };
  const password = escapeLiteral(server.password(told));
  await withClient(server.url(), (admin) => admin.query(`alter role ${escapeIdentifier(told)} password ${password}`));
  await server.mapRole(told);
  return { role: told, url: (database) => server.url(database, told) };
}
