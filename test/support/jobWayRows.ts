import { LOCK, schedule, UNSCHEDULE } from "./jobRows.ts";
import type { JobRow } from "./jobRows.ts";

/** Where a job of this server goes. */
const WAY = {
  host: "localhost",
  port: 5432,
  serverHost: "localhost",
  serverPort: 5432,
  usesWorkers: false,
  mayKeepHost: true,
};
const KEEP_HOST =
  "update cron.job\nset nodename = ''\nwhere jobname::pg_catalog.text = 'refresh-mv' and username = 'postgres' and nodename <> ''";

/** The same for where a job connects, which pg_cron keeps from when it was made. */
export const JOB_WAY_ROWS: readonly JobRow[] = [
  {
    state: "made when the server had another port: made anew, for no function changes that",
    actual: { ...WAY, port: 5433 },
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
    differences: ["nodeport"],
  },
  {
    state: "made on a server of another name",
    actual: { ...WAY, host: "db-old" },
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
    differences: ["nodename"],
  },
  {
    state: "of another server, and run by workers, which do not connect",
    actual: { ...WAY, port: 5433, host: "db-old", usesWorkers: true },
    sql: [],
  },
  {
    state: "of another name, and what a new job gets cannot be seen",
    actual: { ...WAY, host: "db-old", serverHost: null },
    sql: [],
  },
  { state: "through a socket, by somebody's choice", actual: { ...WAY, host: "" }, sql: [] },
  {
    state: "through a socket, and at another port: the socket stays",
    actual: { ...WAY, host: "", port: 5433 },
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres"), KEEP_HOST],
    differences: ["nodeport"],
  },
  {
    state: "renamed, and through a socket: the socket stays",
    actual: { ...WAY, host: "", name: "old-name" },
    previous: { name: "old-name" },
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres"), KEEP_HOST],
  },
  {
    state: "renamed, and through a socket, by a role that may not say so",
    actual: { ...WAY, host: "", serverHost: null, mayKeepHost: false, name: "old-name" },
    previous: { name: "old-name" },
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
  },
];
