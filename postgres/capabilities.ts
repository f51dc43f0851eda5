import type { Client, QueryResult } from "pg";
import { isBorrowed } from "./borrowed.ts";
import { isServerError, SQLSTATE } from "./errors.ts";
import type { Located } from "./hosts.ts";
import { flight } from "./pipeline.ts";
import { sqlText } from "./sqlFiles.ts";

/** What pg_cron offers, and to whom; probed, not read off a version where the catalog can tell. */
export interface CronCapabilities {
  /** As pg_extension has it: `1.4-1`, `1.6`, on some hosts `1.6.4`. */
  readonly version: string;
  readonly hasUsage: boolean;
  readonly mayReadJobs: boolean;
  readonly mayAlterJob: boolean;
  readonly mayScheduleInDatabase: boolean;
  /** False where row security on cron.job hides the jobs of other roles. */
  readonly seesAllJobs: boolean;
  /** `30 seconds` as a schedule: pg_cron 1.5 and later. */
  readonly seconds: boolean;
  /** `$` for the last day of the month: pg_cron 1.6 and later. */
  readonly lastDay: boolean;
}

/** Which database this is: a restored copy has the same content, but not all three of these. */
export interface DatabaseIdentity {
  /** Of the cluster; its physical copies have the same. Empty where the role may not ask. */
  readonly systemIdentifier: string;
  readonly database: string;
  /** As the connection names it. */
  readonly host: string;
  /** Where the connection names several, each of them: they are servers of one cluster. */
  readonly among?: readonly string[] | undefined;
}

/** What the server is and what the connected role may do on it. */
export interface Capabilities {
  readonly identity: DatabaseIdentity;
  /** `server_version_num`, e.g. 150018. */
  readonly serverVersion: number;
  readonly serverMajor: number;
  readonly database: string;
  readonly cronDatabase: string;
  readonly currentUser: string;
  readonly isSuperuser: boolean;
  readonly inRecovery: boolean;
  /** Of a standby, its primary as `host:port`; null where the role may not know. */
  readonly replaysFrom: string | null;
  /** The standbys that replay from this server, as far as the role may see them, by application and address. */
  readonly standbys: readonly string[];
  /** Where default_transaction_read_only is set, on a primary that takes no changes so; by pg_settings. */
  readonly readOnlyBy?: string | null;
  /** `host:port` of a transaction pooler, through which nothing can be changed. */
  readonly pooler: string | undefined;
  /** True when pg_cron's launcher is connected; without it no job ever runs. */
  readonly launcherRuns: boolean;
  /** The database that the launcher is connected to, which is where pg_cron keeps its jobs; null without a launcher. */
  readonly launcherDatabase: string | null;
  /** Without a launcher: shared_preload_libraries, where this role may see it. */
  readonly preloaded?: string | null;
  /** Without a launcher: the database that cron.database_name names, where it does not exist or takes no connections. */
  readonly missingCronDatabase?: string | null;
  /** Undefined where the extension is not installed in the cron database. */
  readonly cron: CronCapabilities | undefined;
}

interface ServerRow {
  serverVersion: number;
  database: string;
  currentUser: string;
  isSuperuser: boolean;
  inRecovery: boolean;
  replaysFrom: string | null;
  standbys: string[];
  readOnlyBy: string | null;
  launcherRuns: boolean;
  launcherDatabase: string | null;
  preloaded: string | null;
  missingCronDatabase: string | null;
}

type CronRow = Omit<CronCapabilities, "seconds" | "lastDay">;

/** What one connection says of its server and database. */
export interface ServerLook {
  readonly server: ServerRow;
  readonly cron: CronRow | undefined;
  readonly systemIdentifier: string;
  readonly isPooled: boolean;
  /** What the last of the statements before it answered. */
  readonly first: QueryResult;
}

/** Asks all of it in one flight, behind statements that come first. */
export async function lookAtServer(client: Client, begin: string): Promise<ServerLook> {
  const isKnown = systemIdentifiers.has(client);
  const [done, servers, crons, identifiers] = await Promise.allSettled(
    flight(client, [
      begin,
      sqlText("describe/server"),
      sqlText("describe/cron"),
      ...(isKnown ? [] : [sqlText("describe/system_identifier")]),
    ]),
  );
  // Several statements in one message have an answer each.
  const first = [valueOf(done) ?? []].flat().at(-1) as QueryResult;
  const [server] = valueOf(servers)?.rows ?? [];
  if (server === undefined) throw new Error("describe/server.sql returned no row");
  if (!isKnown) systemIdentifiers.set(client, identifierIn(identifiers));
  return {
    server: server as ServerRow,
    cron: valueOf(crons)?.rows[0] as CronRow | undefined,
    systemIdentifier: systemIdentifiers.get(client) ?? "",
    isPooled: isBorrowed(client),
    first,
  };
}

/** From what both connections say; they are one and the same where pg_cron lives in the view's database. */
export function capabilitiesOf(
  { server, systemIdentifier, isPooled }: ServerLook,
  { cron }: ServerLook,
  { host, port, among, cronDatabase }: Located,
): Capabilities {
  return {
    ...server,
    pooler: isPooled ? `${host}:${port}` : undefined,
    identity: { systemIdentifier, database: server.database, host, among },
    serverMajor: Math.floor(server.serverVersion / 10_000),
    cronDatabase,
    cron: cron === undefined ? undefined : { ...cron, ...featuresOf(cron.version) },
  };
}

// A connection stays with its cluster.
const systemIdentifiers = new WeakMap<Client, string>();

function identifierIn(answer: PromiseSettledResult<QueryResult> | undefined): string {
  if (answer?.status === "rejected" && isServerError(answer.reason, SQLSTATE.insufficientPrivilege)) return "";
  return (valueOf(answer)?.rows[0] as { systemIdentifier: string } | undefined)?.systemIdentifier ?? "";
}

function valueOf(answer: PromiseSettledResult<QueryResult> | undefined): QueryResult | undefined {
  if (answer?.status === "rejected") throw answer.reason;
  return answer?.value;
}

/** What a version of pg_cron can schedule; its version is `1.4-1`, `1.6` or `1.6.4`. */
export function featuresOf(version: string): { seconds: boolean; lastDay: boolean } {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  const atLeast = (wanted: number): boolean => major > 1 || (major === 1 && minor >= wanted);
  return { seconds: atLeast(5), lastDay: atLeast(6) };
}
