import { sqlIdentifier, sqlLiteral, sqlName } from "../../postgres/names.ts";
import { duration } from "../commandLine/text.ts";
import { viewWords } from "../commandLine/viewNames.ts";
import { isOver, messageText, succeededSeconds } from "../health/runs.ts";
import type { Evidence, HbaRule, Runner } from "./evidence.ts";
import type { Diagnosis } from "./finding.ts";

const RUNS_FAIL = "runs fail";

/** What a run's message says by its first line, whatever the catalog says now. */
interface MessageCause {
  readonly id: string;
  /** Of pg_cron's own texts (src/pg_cron.c of 1.4 to 1.6) or of the server's, in either of pg_cron's modes. */
  readonly message: RegExp;
  readonly cause: string | ((evidence: Evidence) => string);
  readonly fix: string | ((evidence: Evidence) => string);
  readonly run?: (evidence: Evidence) => readonly string[];
}

const refreshNow = {
  fix: "wait for the next run; or now:",
  run: ({ declared }: Evidence) => [`matview refresh ${viewWords(declared)}`],
};

const roleOf = ({ job }: Evidence): string => sqlIdentifier(job?.user ?? "");

const CAUSES: readonly MessageCause[] = [
  { id: "job-cannot-connect", message: /^connection failed/, cause: wayIn, fix: letIn, run: liftLimits },
  {
    id: "too-many-connections",
    message: /too many connections|remaining connection slots/,
    cause: wayIn,
    fix: letIn,
    run: liftLimits,
  },
  {
    id: "no-worker",
    message: /^could not start background process|^unable to create a DSM segment/,
    cause: "pg_cron runs each job in a background worker of the server, and all were in use",
    fix: "allow more workers, and restart the server; or give other jobs other minutes",
    run: () => ["alter system set max_worker_processes = 32"],
  },
  {
    id: "startup-timeout",
    message: /^job startup timeout/,
    cause:
      "the run did not begin within pg_cron's ten seconds: the server was busy, or many jobs are due at one moment",
    fix: "give jobs other minutes; this shows how many share one:",
    run: () => ["select schedule, count(*) from cron.job where active group by 1 order by 2 desc"],
  },
  {
    id: "run-lost",
    message:
      /^connection lost|^server restarted|terminating connection|the database system is (?:shutting down|starting up)|server closed the connection/,
    cause:
      "the server was restarted, or somebody ended the session (pg_terminate_backend); nothing of that run is in the view",
    ...refreshNow,
  },
  {
    id: "run-cancelled",
    message: /^job canceled|canceling statement due to user request/,
    cause: "somebody cancelled it (pg_cancel_backend), or switched the job off or changed it while it ran",
    ...refreshNow,
  },
  {
    id: "statement-timeout",
    message: /canceling statement due to statement timeout/,
    cause: ({ runs }) =>
      `a refresh may take no longer than statement_timeout of the job's role; those that succeeded took up to ${duration(Math.max(0, ...succeededSeconds(runs)))}`,
    fix: "declare refresh.statementTimeout of the view, and deploy the stack; or by hand:",
    run: (evidence) => [
      `alter role ${roleOf(evidence)} in database ${sqlIdentifier(evidence.capabilities.database)} set statement_timeout = '15min'`,
    ],
  },
  {
    id: "lock-timeout",
    message: /canceling statement due to lock timeout/,
    cause: "somebody held a lock on the view or on a source for longer than the run waits",
    fix: "end what holds the lock, or declare a longer refresh.lockTimeout; this shows who holds one now:",
    run: ({ declared }) => [
      `select a.pid, a.usename, a.application_name, a.xact_start from pg_locks l join pg_stat_activity a using (pid) where l.relation = ${sqlLiteral(sqlName(declared))}::regclass`,
    ],
  },
  {
    id: "deadlock",
    message: /deadlock detected/,
    cause:
      "the refresh and another transaction waited for each other, and the server ended the refresh; the log has both",
    ...refreshNow,
  },
  {
    id: "disk-full",
    message: /No space left on device|could not extend file|could not write (?:to|block)|disk full/i,
    cause: "the server's disk is full: a refresh needs room for the new rows, for what it sorts, and for the log",
    fix: "make room, or take a larger disk; this shows what grows:",
    run: () => [
      "select pg_size_pretty(pg_database_size(current_database()))",
      "select slot_name, active, pg_size_pretty(pg_current_wal_lsn() - restart_lsn) as kept from pg_replication_slots",
    ],
  },
  {
    id: "read-only",
    message: /in a read-only transaction|during recovery/,
    cause:
      "the database or the job's role is set to read only, as hosts do when a disk is nearly full; or this server became a standby",
    fix: "make room first, where a full disk is why; then, in one session:",
    run: (evidence) => {
      const [role, database] = [roleOf(evidence), sqlIdentifier(evidence.capabilities.database)];
      return [
        "set default_transaction_read_only = off",
        ...[`database ${database}`, `role ${role}`, `role ${role} in database ${database}`].map(
          (of) => `alter ${of} reset default_transaction_read_only`,
        ),
      ];
    },
  },
  {
    id: "temp-file-limit",
    // The name of the setting is in the message of every language.
    message: /temp_file_limit/,
    cause: "what the refresh sorts and joins on disk is more than temp_file_limit allows the job's role",
    fix: "give the role more memory to sort in, and more room for files (a superuser may); as a superuser a refresh has no such limit:",
    run: (evidence) => [
      `alter role ${roleOf(evidence)} set work_mem = '64MB'`,
      `alter role ${roleOf(evidence)} set temp_file_limit = '10GB'`,
    ],
  },
  {
    id: "out-of-memory",
    message: /out of memory|could not resize shared memory segment/,
    cause: "the server had no memory left for the refresh",
    fix: "let refreshes use less:",
    run: (evidence) => [
      `alter role ${roleOf(evidence)} set work_mem = '4MB'`,
      `alter role ${roleOf(evidence)} set max_parallel_workers_per_gather = 0`,
    ],
  },
];

/** Why the last run failed, by its message. */
export const messageDiagnosis: Diagnosis = (evidence) => {
  const over = evidence.runs.filter(isOver);
  const [last] = over;
  if (last?.status !== "failed") return undefined;
  const line = messageText(last.message);
  const told = CAUSES.find(({ message }) => message.test(line));
  if (told === undefined) return undefined;
  const text = (said: MessageCause["cause"]): string => (typeof said === "string" ? said : said(evidence));
  const good = over.findIndex(({ status }) => status !== "failed");
  const count = good < 0 ? over.length : good;
  return {
    id: told.id,
    symptom: RUNS_FAIL,
    evidence: `${count === 1 ? "the last run" : `the last ${count} runs`}: ${line}`,
    cause: text(told.cause),
    fix: text(told.fix),
    ...(told.run === undefined ? {} : { run: told.run(evidence) }),
  };
};

/** How pg_cron reaches the database, and what stands in the way there, as far as it can be seen. */
function wayIn({ job, runner }: Evidence): string {
  if (runner === undefined) return `pg_cron could not connect as role ${job?.user}`;
  const way = runner.usesWorkers === true ? "in a background worker" : `through ${placeOf(runner)}`;
  const base = `pg_cron connects ${way} to database ${job?.database} as role ${job?.user}`;
  const reasons = [
    ...(runner.isDatabaseThere ? [] : [`database ${job?.database} does not exist`]),
    ...(runner.allowsConnections ? [] : [`database ${job?.database} takes no connections`]),
    ...limitTexts(runner),
    ...(runner.hbaRule === undefined ? [] : [ruleText(runner.hbaRule)]),
  ];
  if (reasons.length > 0) return `${base}: ${reasons.join("; ")}`;
  return `${base}, and was turned away: mostly the server asks for a password there, and pg_cron has none`;
}

function placeOf({ storedHost, storedPort }: Runner): string {
  return storedHost === "" || storedHost.startsWith("/")
    ? `the socket ${storedHost || "folder"}, port ${storedPort}`
    : `TCP, ${storedHost} port ${storedPort}`;
}

function limitTexts({ roleLimit, databaseLimit }: Runner): string[] {
  return [
    ...(roleLimit === null ? [] : [`the role may have ${roleLimit} connections at a time`]),
    ...(databaseLimit === null ? [] : [`the database may have ${databaseLimit} connections at a time`]),
  ];
}

function ruleText({ line, file, method, text }: HbaRule): string {
  return `line ${line} of ${file} (${text}) asks it for ${method}`;
}

const CLOSE_SOME = "raise max_connections, and restart; or close what stays connected";

function liftLimits(evidence: Evidence): string[] {
  const { job, runner } = evidence;
  return [
    ...(runner?.roleLimit == null ? [] : [`alter role ${roleOf(evidence)} connection limit -1`]),
    ...(runner?.databaseLimit == null
      ? []
      : [`alter database ${sqlIdentifier(job?.database ?? "")} connection limit -1`]),
  ];
}

function letIn(evidence: Evidence): string {
  const { job, runner } = evidence;
  if (liftLimits(evidence).length > 0) return "lift the limit:";
  if (runner?.usesWorkers === true) return CLOSE_SOME;
  const { storedHost = "localhost", storedPort = 5432, hbaRule } = runner ?? {};
  if (hbaRule?.method === "peer" || hbaRule?.method === "ident")
    return `a line in pg_ident.conf that maps the system user that runs PostgreSQL to ${job?.user} (the map that line ${hbaRule.line} names), and select pg_reload_conf()`;
  if (hbaRule?.method === "trust") return CLOSE_SOME;
  const before = hbaRule === undefined ? "in pg_hba.conf" : `before line ${hbaRule.line}`;
  return [
    `on a server of your own, one of: host ${job?.database} ${job?.user} 127.0.0.1/32 trust ${before}, and select pg_reload_conf()`,
    `the line ${storedHost || "*"}:${storedPort}:${job?.database}:${job?.user}:PASSWORD in ~/.pgpass of the system user that runs PostgreSQL`,
    "cron.use_background_workers = on, and restart",
    `on a managed host: let a role own the view that the host lets pg_cron connect as, mostly the administrator`,
  ].join("; ");
}
