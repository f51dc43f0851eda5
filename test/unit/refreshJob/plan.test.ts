import { describe, expect, test } from "@jest/globals";
import type { CronCapabilities } from "../../../components/postgres/capabilities.ts";
import type { ActualJob } from "../../../components/refreshJob/describe.ts";
import type { DesiredJob } from "../../../components/refreshJob/desired.ts";
import { deactivateStep, planJob } from "../../../components/refreshJob/plan.ts";
import { capabilities } from "../../support/capabilities.ts";

const COMMAND = "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv";
const desired: DesiredJob = { name: "refresh-mv", schedule: "*/5 * * * *", command: COMMAND, active: true };
const actual: ActualJob = {
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
  /** Who is connected, and what pg_cron lets it do; a superuser who may do all when left out. */
  readonly as?: {
    isSuperuser?: boolean;
    currentUser?: string;
    cronDatabase?: string;
    cron?: Partial<CronCapabilities>;
  };
  readonly sql: readonly string[];
  readonly differences?: readonly string[];
}

const schedule = (user: string, active: boolean): string =>
  "select cron.schedule_in_database('refresh-mv'::pg_catalog.text, '*/5 * * * *'::pg_catalog.text, " +
  `'${COMMAND}'::pg_catalog.text,\n                                 'app'::pg_catalog.text, ${user}, ${String(active)})`;
const PLAIN = { isSuperuser: false, currentUser: "app_owner" };
const NOTHING_GRANTED = { mayAlterJob: false, mayScheduleInDatabase: false };
const NAMED = `select cron.schedule('refresh-mv'::pg_catalog.text, '*/5 * * * *'::pg_catalog.text, '${COMMAND}'::pg_catalog.text)`;
const UNSCHEDULE = "select cron.unschedule(3::pg_catalog.int8)";

const TABLE: readonly Row[] = [
  { state: "absent", actual: "absent", sql: [schedule("null", true)] },
  { state: "absent, to be inactive", desired: { active: false }, actual: "absent", sql: [schedule("null", false)] },
  { state: "absent, of another user", desired: { user: "owner" }, actual: "absent", sql: [schedule("'owner'", true)] },
  {
    state: "absent, of a role that this one is a member of",
    desired: { user: "owner" },
    actual: "absent",
    as: PLAIN,
    sql: ["set local role owner", schedule("null", true)],
  },
  { state: "absent, nothing granted", actual: "absent", as: { ...PLAIN, cron: NOTHING_GRANTED }, sql: [NAMED] },
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
    state: "another database",
    actual: { database: "other" },
    sql: ["select cron.alter_job(3, database := 'app')"],
    differences: ["database"],
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
    sql: [UNSCHEDULE, NAMED],
    differences: ["schedule"],
  },
  {
    state: "renamed",
    actual: { name: "old-name" },
    previous: { name: "old-name" },
    sql: [UNSCHEDULE, schedule("null", true)],
  },
  {
    state: "of another user than before",
    desired: { user: "owner" },
    actual: { user: "postgres" },
    previous: {},
    sql: [UNSCHEDULE, schedule("'owner'", true)],
  },
  { state: "no longer declared", desired: "absent", sql: [UNSCHEDULE] },
  { state: "neither declared nor there", desired: "absent", actual: "absent", sql: [] },
];

describe("planJob", () => {
  test.each(TABLE)("$state", (row) => {
    const plan = planJob({
      desired: row.desired === "absent" ? "absent" : { ...desired, ...row.desired },
      previous: row.previous === undefined ? undefined : { ...desired, ...row.previous },
      actual:
        row.actual === "absent"
          ? undefined
          : { ...actual, ...(row.as?.currentUser === undefined ? {} : { user: row.as.currentUser }), ...row.actual },
      capabilities: capabilities(row.as),
    });
    expect(plan.steps.flatMap(({ sql }) => sql)).toEqual(row.sql);
    expect(plan.differences.map(({ property }) => property)).toEqual(row.differences ?? []);
    expect(plan.steps.every(({ on, transaction }) => on === "cron" && transaction)).toBe(true);
  });

  test("waits for a run that is going on when the job is removed, and cancels it at last", () => {
    const plan = planJob({ desired: "absent", previous: undefined, actual, capabilities: capabilities() });
    expect(plan.steps[0]?.wait).toMatchObject({ deadlineMs: 60_000 });
    expect(plan.steps[0]?.wait?.otherwise).toHaveLength(1);
  });

  test("says what to grant where a job cannot be put into another database", () => {
    const situation = {
      desired,
      previous: undefined,
      actual: undefined,
      capabilities: capabilities({ ...PLAIN, cronDatabase: "postgres", cron: NOTHING_GRANTED }),
    };
    expect(() => planJob(situation)).toThrow(
      "job refresh-mv runs in database app and pg_cron lives in postgres: role app_owner needs cron.schedule_in_database; " +
        "let a superuser run: grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to app_owner",
    );
  });
});

describe("deactivateStep", () => {
  test("makes an active job inactive", () => {
    expect(deactivateStep(actual, capabilities(), "the view is empty")?.sql).toEqual([
      "select cron.alter_job(3, active := false)",
    ]);
  });

  test.each([
    ["is inactive already", { ...actual, isActive: false }, capabilities()],
    ["belongs to another role", actual, capabilities(PLAIN)],
    ["cannot be altered", actual, capabilities({ cron: { mayAlterJob: false } })],
  ])("leaves a job alone that %s", (_why, job, allowed) => {
    expect(deactivateStep(job, allowed, "the view is empty")).toBeUndefined();
  });
});
