import { describe, expect, test } from "@jest/globals";
import { earlierJobName, jobName, planJobs } from "../../../kinds/refreshJob/refreshSettings.ts";
import type { RefreshRequest } from "../../../kinds/refreshJob/refreshSettings.ts";

const view = { schema: "public", name: "mv" };
const request = (rest: Partial<RefreshRequest> = {}): RefreshRequest => ({
  view,
  job: { name: "refresh-mv", schedule: "*/5 * * * *" },
  refresh: {},
  uniqueKey: ["id"],
  ...rest,
});

describe("planJobs", () => {
  test("is the plain command on the schedule, and nothing else, where nothing else is asked for", () => {
    expect(planJobs(request())).toEqual({
      refresh: {
        name: "refresh-mv",
        schedule: "*/5 * * * *",
        command: "REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv",
      },
      vacuum: undefined,
      purge: undefined,
      reason: undefined,
    });
  });

  test("is plain without a key, with a lock timeout and a guard too", () => {
    const keyless = (refresh: RefreshRequest["refresh"]): string =>
      planJobs(request({ uniqueKey: [], refresh, stamp: "at" })).refresh.command;
    expect(keyless({})).toBe("REFRESH MATERIALIZED VIEW public.mv");
    expect(keyless({ lockTimeout: "5s" })).toBe("SET lock_timeout = '5000ms'; REFRESH MATERIALIZED VIEW public.mv");
    expect(keyless({ minAge: "2m" })).toMatch(/\n {2}refresh materialized view public\.mv;\nend\n\$matview\$$/);
  });

  test("derives the schedule from maxAge and the name alone, and says why", () => {
    const jobs = planJobs(request({ job: { name: "refresh-mv" }, refresh: { maxAge: "5m" } }));
    expect(planJobs(request({ job: { name: "refresh-mv" }, refresh: { maxAge: "5m" } }))).toEqual(jobs);
    expect(jobs.refresh.schedule).toMatch(/^(\*|[1-3]-59)\/4 \* \* \* \*$/);
    expect(jobs.reason).toMatch(/^every 4 minutes.*: derived from maxAge "5m", leaves 1 minute for a run$/);
    const starts = ["a", "b", "c", "d", "e", "f", "g", "h"].map(
      (name) => planJobs(request({ job: { name }, refresh: { maxAge: "5m" } })).refresh.schedule,
    );
    expect(new Set(starts).size).toBeGreaterThan(1);
  });

  test("sets a lock timeout in the command and a statement timeout on the role", () => {
    const { refresh } = planJobs(request({ refresh: { lockTimeout: "5s", statementTimeout: "2m" } }));
    expect(refresh).toMatchObject({
      command: "SET lock_timeout = '5000ms'; REFRESH MATERIALIZED VIEW CONCURRENTLY public.mv",
      statementTimeoutMs: 120_000,
    });
  });

  test("guards against a backlog in one statement", () => {
    const guarded = planJobs(request({ refresh: { minAge: "2m", lockTimeout: "5s" }, stamp: "Vista actualizada" }));
    expect(guarded.refresh.command.replace(/-?\d+, -?\d+\)/, "1, 2)")).toBe(`do $matview$
begin
  if not pg_catalog.pg_try_advisory_xact_lock(1, 2)
    or pg_catalog.clock_timestamp() - (select pg_catalog.max(v."Vista actualizada") from public.mv v) < interval '120 seconds' then
    return;
  end if;
  perform pg_catalog.set_config('lock_timeout', '5000ms', true);
  refresh materialized view concurrently public.mv;
end
$matview$`);
    expect(() => planJobs(request({ refresh: { minAge: "2m" } }))).toThrow(
      "minAge is measured by the view's stamp: name the column that holds the time of the refresh as stamp",
    );
  });

  test("adds a job that vacuums and one that purges the history, each under a name of its own", () => {
    const { vacuum, purge } = planJobs(request({ refresh: { vacuum: "2-59/15 * * * *", keepRuns: "7d" } }));
    expect(vacuum).toEqual({ name: "refresh-mv_vacuum", schedule: "2-59/15 * * * *", command: "VACUUM public.mv" });
    expect(purge).toMatchObject({
      name: "refresh-mv_purge",
      schedule: expect.stringMatching(/^\d+ \d+ \* \* \*$/),
      command: expect.stringMatching(/^delete from cron\.job_run_details d[^]*interval '604800 seconds'/),
    });
  });

  test("adds a job that drops the old view within an hour of its time, and no other relation of its name", () => {
    const { previous } = planJobs(request({ keepPrevious: "2h" }));
    expect(previous).toMatchObject({
      name: "refresh-mv_previous",
      schedule: expect.stringMatching(/^\d+ \* \* \* \*$/),
      command: expect.stringMatching(
        /^do \$matview\$[^]*if kept is null or \(kept ->> 'until'\)[^]*then\n {4}return;[^]*drop materialized view public\.mv_matview_previous;/,
      ),
    });
  });

  test.each([
    [
      { job: { name: "x", schedule: "*/6 * * * *" }, refresh: { maxAge: "5m" } },
      'refresh.maxAge and job.schedule contradict each other: schedule "*/6 * * * *" cannot hold maxAge "5m"',
    ],
    [
      { refresh: { vacuum: "*/5 * * * *" } },
      "refresh.vacuum runs on the schedule of the refresh, */5 * * * *, and each would wait",
    ],
    [{ refresh: { vacuum: "@yearly" } }, "refresh.vacuum: schedule"],
    [{ keepPrevious: "2 h" }, 'keepPrevious: duration "2 h" has a blank in it'],
    [{ refresh: { lockTimeout: "5" } }, 'refresh.lockTimeout: duration "5" has no unit'],
    [{ job: { name: "x" }, refresh: { maxAge: "5" } }, 'refresh.maxAge: duration "5" has no unit'],
  ])("refuses %j", (rest, message) => {
    expect(() => planJobs(request(rest))).toThrow(message);
  });
});

describe("the name of a job that is given none", () => {
  const own = { database: "app", cronDatabase: "app" };

  test.each([
    [own, view, "refresh-mv"],
    [own, { schema: "informes", name: "mv" }, "refresh-informes.mv"],
    [{ database: "app", cronDatabase: "postgres" }, view, "refresh-app-public.mv"],
  ])("is the view's, with what is not the usual before it: %j %j", (at, of, name) => {
    expect(jobName(at, of)).toBe(name);
  });

  test("has at most 63 bytes, and two long names stay two", () => {
    const long = (last: string): string => jobName(own, { schema: "s", name: "ñ".repeat(60) + last });
    expect(Buffer.byteLength(long("a"))).toBeLessThanOrEqual(63);
    expect(long("a")).not.toBe(long("b"));
  });

  test("was longer once", () => {
    expect(earlierJobName(own, view)).toBe("refresh-app-public.mv");
  });
});
