import { startServer } from "../../scripts/database/server.ts";
import type { Server } from "../../scripts/database/server.ts";
import { withClient } from "../../scripts/database/withClient.ts";

/** What a managed host lets the person do who deploys. */
export interface Host {
  readonly name: string;
  readonly cronMode?: "libpq" | "workers";
  /** Run by the host's superuser once pg_cron is installed. */
  readonly grants: readonly string[];
  /** How a pause shows: the job stays and says inactive, or is not there. */
  readonly paused: "inactive" | "absent";
  /** Whether an edit keeps the job's number. */
  readonly altersInPlace: boolean;
  /** Whether a job can be put into another database than pg_cron's. */
  readonly otherDatabases: boolean;
}

/** The role that a host gives: no superuser, owns its databases. */
export const HOST_ROLE = "host_user";

/** Grants as the hosts' scripts and guides give them; what each is from stands in docs/jobs.md#hosts. */
export const HOSTS: readonly Host[] = [
  {
    name: "Supabase",
    grants: [
      `grant usage on schema cron to ${HOST_ROLE} with grant option`,
      `grant all on all functions in schema cron to ${HOST_ROLE} with grant option`,
      `grant all on all tables in schema cron to ${HOST_ROLE} with grant option`,
      `revoke all on table cron.job from ${HOST_ROLE}`,
      `grant select on table cron.job to ${HOST_ROLE} with grant option`,
    ],
    paused: "inactive",
    altersInPlace: true,
    otherDatabases: true,
  },
  {
    name: "RDS",
    cronMode: "workers",
    grants: [`grant usage on schema cron to ${HOST_ROLE}`],
    paused: "absent",
    altersInPlace: false,
    otherDatabases: false,
  },
  {
    name: "Neon",
    grants: [
      `grant usage on schema cron to ${HOST_ROLE}`,
      `grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to ${HOST_ROLE}`,
    ],
    paused: "inactive",
    altersInPlace: true,
    otherDatabases: false,
  },
];

/** Gives the action a server as the host would give it, with the host role's URL maker. */
export async function withHost<T>(host: Host, action: (server: Server) => Promise<T>): Promise<T> {
  const server = await startServer(host.cronMode === undefined ? {} : { cronMode: host.cronMode });
  try {
    await withClient(server.url(), async (admin) => {
      await admin.query("create extension pg_cron");
      await admin.query(`create role ${HOST_ROLE} login createrole createdb password '${server.password(HOST_ROLE)}'`);
      await admin.query(`alter database postgres owner to ${HOST_ROLE}`);
      await admin.query(`alter schema public owner to ${HOST_ROLE}`);
      for (const grant of host.grants) await admin.query(grant);
    });
    await server.mapRole(HOST_ROLE);
    return await action(server);
  } finally {
    await server.stop();
  }
}
