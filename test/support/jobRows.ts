import type { DesiredJob } from "../../kinds/refreshJob/desired.ts";
import type { ActualJob, CronPowers } from "../../kinds/refreshJob/jobState.ts";
import type { CronCapabilities } from "../../postgres/capabilities.ts";

const COMMAND = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv";
/** The job that the rows start from, declared and there. */
export const desired: DesiredJob = { name: "refresh-mv", schedule: "*/5 * * * *", command: COMMAND, active: true };
export const there: ActualJob = {
  jobId: "3",
  name: "refresh-mv",
  user: "postgres",
  database: "app",
  schedule: "*/5 * * * *",
  command: COMMAND,
  isActive: true,
};

/** One starting state and what is planned for it. */
export interface JobRow {
  readonly state: string;
  readonly desired?: Partial<DesiredJob> | "absent";
  readonly previous?: Partial<DesiredJob>;
  readonly actual?: Partial<ActualJob> | "absent";
  /** Other jobs that can be seen. */
  readonly others?: readonly Partial<ActualJob>[];
  readonly owedRuns?: number;
  readonly statementTimeout?: string;
  /** Who is connected, and what pg_cron lets it do; a superuser who may do all when left out. */
  readonly as?: {
    isSuperuser?: boolean;
    currentUser?: string;
    cronDatabase?: string;
    cron?: Partial<CronCapabilities>;
  };
  /** What the role of the job may do, where that is not the connected one. */
  readonly powers?: Partial<CronPowers>;
  readonly sql: readonly string[];
  readonly differences?: readonly string[];
  readonly refusals?: readonly RegExp[];
}

export const ALL = { hasUsage: true, mayAlterJob: true, mayScheduleInDatabase: true };
export const NOTHING_GRANTED = { mayAlterJob: false, mayScheduleInDatabase: false };
export const PLAIN = { isSuperuser: false, currentUser: "app_owner" };

const free = (owner: string): string =>
  `\nwhere not exists (select 1 from cron.job j where j.jobname::pg_catalog.text = 'refresh-mv' and j.username = '${owner}')`;
export const schedule = (user: string, active: boolean, owner: string): string =>
  "select cron.schedule_in_database('refresh-mv'::pg_catalog.text, '*/5 * * * *'::pg_catalog.text, " +
  `'${COMMAND}'::pg_catalog.text,\n                                 'app'::pg_catalog.text, ${user}, ${String(active)})` +
  free(owner);
const NAMED =
  `select cron.schedule('refresh-mv'::pg_catalog.text, '*/5 * * * *'::pg_catalog.text, '${COMMAND}'::pg_catalog.text)` +
  free("app_owner");
export const UNSCHEDULE = "select cron.unschedule(3::pg_catalog.int8)";
/** Stands for the statement that takes the lock of the job's name. */
export const LOCK = "(the lock of the name)";

/** The specification of a job's plan: one row for each starting state. */
export const JOB_ROWS: readonly JobRow[] = [
  { state: "absent", actual: "absent", sql: [LOCK, schedule("null", true, "postgres")] },
  {
    state: "absent, to be inactive",
    desired: { active: false },
    actual: "absent",
    sql: [LOCK, schedule("null", false, "postgres")],
  },
  {
    state: "absent, of another user",
    desired: { user: "owner" },
    actual: "absent",
    sql: [LOCK, schedule("'owner'", true, "owner")],
  },
  {
    state: "absent, of a role that this one is a member of",
    desired: { user: "owner" },
    actual: "absent",
    as: PLAIN,
    sql: ["set local role owner", LOCK, schedule("null", true, "owner")],
  },
  {
    state: "absent, of a role to which less is granted than to this one",
    desired: { user: "app_owner" },
    actual: "absent",
    as: { isSuperuser: false, currentUser: "deployer", cronDatabase: "app" },
    powers: NOTHING_GRANTED,
    sql: ["set local role app_owner", LOCK, NAMED],
  },
  { state: "absent, nothing granted", actual: "absent", as: { ...PLAIN, cron: NOTHING_GRANTED }, sql: [LOCK, NAMED] },
  {
    state: "absent, to be inactive, nothing granted: inactive means absent",
    desired: { active: false },
    actual: "absent",
    as: { ...PLAIN, cron: NOTHING_GRANTED },
    sql: [],
  },
  {
    state: "absent, to be inactive, alter_job alone granted",
    desired: { active: false },
    actual: "absent",
    as: { ...PLAIN, cron: { mayScheduleInDatabase: false } },
    sql: [
      LOCK,
      NAMED,
      "select cron.alter_job(j.jobid, active := false)\nfrom cron.job j\n" +
        "where j.jobname::pg_catalog.text = 'refresh-mv' and j.username = current_user",
    ],
  },
  { state: "identical", sql: [] },
  {
    state: "another schedule",
    actual: { schedule: "7 * * * *" },
    sql: ["select cron.alter_job(3, schedule := '*/5 * * * *')"],
    differences: ["schedule"],
  },
  {
    state: "inactive",
    actual: { isActive: false },
    sql: ["select cron.alter_job(3, active := true)"],
    differences: ["active"],
  },
  {
    state: "moved to another database since it was declared",
    previous: {},
    actual: { database: "other" },
    sql: ["select cron.alter_job(3, database := 'app')"],
    differences: ["database"],
  },
  {
    state: "the declared name taken by a job in another database",
    actual: { database: "other" },
    sql: [],
    refusals: [
      /^job refresh-mv \(number 3, .* in database other\) has the declared name and user.*: choose another name/,
    ],
  },
  {
    state: "another command",
    actual: { command: "select 1" },
    sql: [`select cron.alter_job(3, command := '${COMMAND}')`],
    differences: ["command"],
  },
  {
    state: "the same command with the bare name of the view: no difference, but made whole",
    actual: { command: "refresh materialized view concurrently mv;" },
    sql: [`select cron.alter_job(3, command := '${COMMAND}')`],
    differences: [],
  },
  {
    state: "several differences in one statement",
    actual: { schedule: "7 * * * *", isActive: false },
    sql: ["select cron.alter_job(3, schedule := '*/5 * * * *', active := true)"],
    differences: ["schedule", "active"],
  },
  {
    state: "another schedule, alter_job not granted",
    actual: { schedule: "7 * * * *", user: "app_owner" },
    as: { ...PLAIN, cron: NOTHING_GRANTED },
    sql: [UNSCHEDULE, LOCK, NAMED],
    differences: ["schedule"],
  },
  {
    state: "to become inactive, nothing granted: unscheduled",
    desired: { active: false },
    as: { ...PLAIN, cron: NOTHING_GRANTED },
    sql: [UNSCHEDULE],
    differences: ["active"],
  },
  {
    state: "to become inactive, without alter_job: made anew in the same transaction",
    desired: { active: false },
    as: { ...PLAIN, cron: { mayAlterJob: false } },
    sql: [UNSCHEDULE, LOCK, schedule("null", false, "app_owner")],
    differences: ["active"],
  },
  {
    state: "another schedule while it owes runs: made anew, for an edit would let them fire",
    actual: { schedule: "* * * * *" },
    owedRuns: 3,
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
    differences: ["schedule"],
  },
  {
    state: "to become inactive while it owes runs: that drops them anyway",
    desired: { active: false },
    owedRuns: 3,
    sql: ["select cron.alter_job(3, active := false)"],
    differences: ["active"],
  },
  {
    state: "renamed",
    actual: { name: "old-name" },
    previous: { name: "old-name" },
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
  },
  {
    state: "renamed to a name that is taken",
    actual: { name: "old-name" },
    previous: { name: "old-name" },
    others: [{ jobId: "4" }],
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
    refusals: [/^job refresh-mv \(number 4, .*\) has that name already, and pg_cron would overwrite it/],
  },
  {
    state: "of another user than before",
    desired: { user: "owner" },
    actual: { user: "postgres" },
    previous: {},
    sql: [UNSCHEDULE, LOCK, schedule("'owner'", true, "owner")],
  },
  {
    state: "absent, there under another name",
    actual: "absent",
    others: [
      { jobId: "3", name: "by-hand", command: "refresh materialized view concurrently mv", schedule: "7 * * * *" },
    ],
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
    differences: ["name", "schedule"],
  },
  {
    state: "absent, another role refreshes the view: not ours to take over",
    actual: "absent",
    others: [{ name: "by-hand", user: "somebody" }],
    sql: [LOCK, schedule("null", true, "postgres")],
  },
  {
    state: "absent, there twice under other names",
    actual: "absent",
    others: [
      { jobId: "3", name: "one" },
      { jobId: "4", name: "two" },
    ],
    sql: [UNSCHEDULE, LOCK, schedule("null", true, "postgres")],
    refusals: [/^job one \(number 3, .*\) and job two \(number 4, .*\) refresh the same view: unschedule all but one/],
  },
  {
    state: "gone since it was declared, another one refreshes the view: that one is left alone",
    actual: "absent",
    previous: {},
    others: [{ name: "by-hand" }],
    sql: [LOCK, schedule("null", true, "postgres")],
  },
  {
    state: "absent, with a statement timeout, which is the role's",
    desired: { statementTimeoutMs: 120_000 },
    actual: "absent",
    sql: [
      "alter role postgres in database app set statement_timeout = '120000'",
      LOCK,
      schedule("null", true, "postgres"),
    ],
  },
  {
    state: "the same statement timeout in other words",
    desired: { statementTimeoutMs: 120_000 },
    statementTimeout: "2min",
    sql: [],
  },
  {
    state: "somebody else's statement timeout",
    desired: { statementTimeoutMs: 120_000 },
    statementTimeout: "90s",
    sql: ["alter role postgres in database app set statement_timeout = '120000'"],
    differences: ["statementTimeoutMs"],
  },
  {
    state: "statement timeout no longer declared",
    previous: { statementTimeoutMs: 120_000 },
    statementTimeout: "120000",
    sql: ["alter role postgres in database app reset statement_timeout"],
  },
  { state: "a statement timeout that was never declared is left alone", statementTimeout: "120000", sql: [] },
  { state: "no longer declared", desired: "absent", sql: [UNSCHEDULE] },
  {
    state: "no longer declared, and it runs in another database now",
    desired: "absent",
    previous: {},
    actual: { database: "other" },
    sql: [UNSCHEDULE],
    refusals: [/^job refresh-mv \(.*\) is not the declared one, which ran in database app/],
  },
  {
    state: "no longer declared, with a statement timeout",
    desired: "absent",
    previous: { statementTimeoutMs: 120_000 },
    statementTimeout: "120000",
    sql: [UNSCHEDULE, "alter role postgres in database app reset statement_timeout"],
  },
  { state: "neither declared nor there", desired: "absent", actual: "absent", sql: [] },
];
