import type { Capabilities, CronCapabilities } from "../../postgres/capabilities.ts";

/** A server with PostgreSQL 15 and pg_cron 1.6 on which a superuser is connected, but for what is said otherwise. */
export function capabilities(
  rest: Partial<Omit<Capabilities, "cron">> & { cron?: Partial<CronCapabilities> | undefined } = {},
): Capabilities {
  const { cron, ...server } = rest;
  return {
    identity: { systemIdentifier: "7400000000000000001", database: "app", host: "db.example.com" },
    serverVersion: 150_020,
    serverMajor: 15,
    database: "app",
    cronDatabase: "app",
    currentUser: "postgres",
    isSuperuser: true,
    inRecovery: false,
    replaysFrom: null,
    standbys: [],
    pooler: undefined,
    launcherRuns: true,
    launcherDatabase: "app",
    ...server,
    cron: {
      version: "1.6",
      hasUsage: true,
      mayReadJobs: true,
      mayAlterJob: true,
      mayScheduleInDatabase: true,
      seesAllJobs: true,
      seconds: true,
      lastDay: true,
      ...cron,
    },
  };
}
