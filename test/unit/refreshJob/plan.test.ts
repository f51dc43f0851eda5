import { describe, expect, test } from "@jest/globals";
import type { JobState } from "../../../kinds/refreshJob/jobState.ts";
import { deactivateStep, planJob } from "../../../kinds/refreshJob/plan.ts";
import { capabilities } from "../../support/capabilities.ts";
import { ALL, desired, JOB_ROWS, LOCK, NOTHING_GRANTED, PLAIN, there } from "../../support/jobRows.ts";
import type { JobRow } from "../../support/jobRows.ts";
import { JOB_WAY_ROWS } from "../../support/jobWayRows.ts";

describe("planJob", () => {
  test.each([...JOB_ROWS, ...JOB_WAY_ROWS])("$state", (row) => {
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
    expect(planJob(situation).refusals).toEqual([
      "job refresh-mv runs in database app and pg_cron lives in postgres: role app_owner needs cron.schedule_in_database; " +
        "let a superuser run: grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to app_owner",
    ]);
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

function stateOf(row: Partial<JobRow>): JobState {
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
  return sql.replace(
    /^select pg_catalog\.pg_advisory_xact_lock\(\(-?\d+\)::pg_catalog\.int4, \(-?\d+\)::pg_catalog\.int4\)$/,
    LOCK,
  );
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
