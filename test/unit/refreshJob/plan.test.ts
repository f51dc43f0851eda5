import { describe, expect, test } from "@jest/globals";
import type { CronCapabilities } from "../../../components/postgres/capabilities.ts";
import type { DesiredJob } from "../../../components/refreshJob/desired.ts";
import type { ActualJob, CronPowers, JobState } from "../../../components/refreshJob/jobState.ts";
import { deactivateStep, planJob } from "../../../components/refreshJob/plan.ts";
import { capabilities } from "../../support/capabilities.ts";

const COMMAND = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv";
const desired: DesiredJob = { name: "refresh-mv", schedule: "*/5 * * * *", command: COMMAND, active: true };
const there: ActualJob = {
  jobId: "3",
  name: "refresh-mv",
  user: "postgres",
  database: "app",
  schedule: "*/5 * * * *",
  command: COMMAND,
  isActive: true,
};

interface Row {
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

const ALL = { hasUsage: true, mayAlterJob: true, mayScheduleInDatabase: true };
const NOTHING_GRANTED = { mayAlterJob: false, mayScheduleInDatabase: false };
const PLAIN = { isSuperuser: false, currentUser: "app_owner" };

const free = (owner: string): string =>
  `\nwhere not exists (select 1 from cron.job j where j.jobname::pg_catalog.text = 'refresh-mv' and j.username = '${owner}')`;
const schedule = (user: string, active: boolean, owner: string): string =>
  "select cron.schedule_in_database('refresh-mv'::pg_catalog.text, '*/5 * * * *'::pg_catalog.text, " +
  `'${COMMAND}'::pg_catalog.text,\n                                 'app'::pg_catalog.text, ${user}, ${String(active)})` +
  free(owner);
const NAMED =
  `select cron.schedule('refresh-mv'::pg_catalog.text, '*/5 * * * *'::pg_catalog.text, '${COMMAND}'::pg_catalog.text)` +
  free("app_owner");
const UNSCHEDULE = "select cron.unschedule(3::pg_catalog.int8)";
const LOCK = "(the lock of the name)";

const TABLE: readonly Row[] = [
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

describe("planJob", () => {
  test.each(TABLE)("$state", (row) => {
    const plan = planJob({
      desired: row.desired === "absent" ? "absent" : { ...desired, ...row.desired },
      previous: row.previous === undefined ? undefined : { ...desired, ...row.previous },
      actual: stateOf(row),
      capabilities: capabilities(row.as),
    });
    expect(plan.steps.flatMap(({ sql }) => sql).map(withoutKey)).toEqual(row.sql);
    expect(plan.differences.map(({ property }) => property)).toEqual(row.differences ?? []);
    expect(plan.refusals ?? []).toEqual((row.refusals ?? []).map((pattern) => expect.stringMatching(pattern)));
    expect(plan.steps.every(({ on, transaction }) => on === "cron" && transaction)).toBe(true);
  });

  test("waits for a run that is going on when the job is removed, and cancels it at last", () => {
    const plan = planJob({ desired: "absent", previous: undefined, actual: stateOf({}), capabilities: capabilities() });
    expect(plan.steps[0]?.wait).toMatchObject({ deadlineMs: 60_000 });
    expect(plan.steps[0]?.wait?.otherwise).toHaveLength(1);
  });

  test("says what to grant where a job cannot be put into another database", () => {
    const as = { ...PLAIN, cronDatabase: "postgres", cron: NOTHING_GRANTED };
    const situation = {
      desired,
      previous: undefined,
      actual: stateOf({ actual: "absent", as }),
      capabilities: capabilities(as),
    };
    expect(() => planJob(situation)).toThrow(
      "job refresh-mv runs in database app and pg_cron lives in postgres: role app_owner needs cron.schedule_in_database; " +
        "let a superuser run: grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to app_owner",
    );
  });

  test("takes the same lock for the same name and user, and another one for another", () => {
    const lockOf = (name: string, user: string): string | undefined =>
      planJob({
        desired: { ...desired, name, user },
        previous: undefined,
        actual: stateOf({ actual: "absent" }),
        capabilities: capabilities(),
      }).steps[0]?.sql.find((sql) => sql.includes("advisory"));
    expect(lockOf("a", "b")).toBe(lockOf("a", "b"));
    expect(new Set([lockOf("a", "b"), lockOf("ab", ""), lockOf("b", "a"), lockOf("a", "c")]).size).toBe(4);
  });
});

function stateOf(row: Partial<Row>): JobState {
  const user = row.as?.currentUser === undefined ? {} : { user: row.as.currentUser };
  const job = row.actual === "absent" ? undefined : { ...there, ...user, ...row.actual };
  const others = (row.others ?? []).map((other) => ({ ...there, ...other }));
  return {
    job,
    jobs: [...(job === undefined ? [] : [job]), ...others],
    powers: { ...ALL, ...row.as?.cron, ...row.powers },
    owedRuns: row.owedRuns ?? 0,
    statementTimeout: row.statementTimeout,
    restsByAbsence: false,
  };
}

function withoutKey(sql: string): string {
  return sql.replace(/^select pg_catalog\.pg_advisory_xact_lock\(-?\d+, -?\d+\)$/, LOCK);
}

describe("deactivateStep", () => {
  test("makes an active job inactive", () => {
    expect(deactivateStep(there, capabilities(), "the view is empty")?.sql).toEqual([
      "select cron.alter_job(3, active := false)",
    ]);
  });

  test.each([
    ["is inactive already", { ...there, isActive: false }, capabilities()],
    ["belongs to another role", there, capabilities(PLAIN)],
    ["cannot be altered", there, capabilities({ cron: { mayAlterJob: false } })],
  ])("leaves a job alone that %s", (_why, job, allowed) => {
    expect(deactivateStep(job, allowed, "the view is empty")).toBeUndefined();
  });
});
