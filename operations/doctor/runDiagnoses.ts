import { explained } from "../../kinds/conditions.ts";
import { displayName } from "../../postgres/names.ts";
import { duration } from "../commandLine/text.ts";
import { isOver, median, messageText, stuckRuns, succeededSeconds } from "../health/runs.ts";
import { diagnosisOf } from "./finding.ts";
import type { Diagnosis } from "./finding.ts";

const RUNS_FAIL = "runs fail";

/** What makes each run fail, found in the catalog and the data. */
export const failureDiagnoses: readonly Diagnosis[] = [
  diagnosisOf("view-missing"),
  diagnosisOf("no-data"),
  (evidence) => {
    // The index could not be built for them: that is the cause.
    const found = (evidence.duplicateKeys ?? 0) > 0 ? undefined : explained(evidence, "no-usable-index");
    return found === undefined || evidence.declared.plain !== true
      ? found
      : { ...found, fix: "deploy the stack, which declares no key: it makes the job's command plain again" };
  },
  diagnosisOf("permission-lost"),
  ({ duplicateKeys, anatomy, declared }) =>
    duplicateKeys === undefined || duplicateKeys === 0
      ? undefined
      : {
          id: "duplicate-keys",
          symptom: RUNS_FAIL,
          evidence: `${duplicateKeys} values of (${anatomy?.keyColumns.join(", ")}) have more than one row in the sources now`,
          cause:
            "the key of the unique index does not identify a row: a join multiplies rows, or a source has duplicates",
          fix: `select ${anatomy?.keyColumns.join(", ")}, count(*) from (definition of ${displayName(declared)}) q group by ${anatomy?.keyColumns.map((_, index) => index + 1).join(", ")} having count(*) > 1; correct the join, or widen uniqueKey`,
        },
  ({ capabilities: { serverMajor }, anatomy, runs }) =>
    serverMajor < 17 || (anatomy?.pathlessFunctions ?? []).length === 0 || runs.find(isOver)?.status !== "failed"
      ? undefined
      : {
          id: "search-path",
          symptom: RUNS_FAIL,
          evidence: `the view calls ${anatomy?.pathlessFunctions.join(", ")}; the last run: ${messageText(runs.find(isOver)?.message ?? null)}`,
          cause:
            "from PostgreSQL 17 on a refresh runs with search_path pg_catalog, so that unqualified names in a function are not found",
          fix: `alter function ${anatomy?.pathlessFunctions[0]} set search_path = public`,
        },
];

/** The last run failed, and nothing in the catalog says why. */
export const unexplainedFailure: Diagnosis = ({ runs, declared }) => {
  const last = runs.find(isOver);
  return last?.status !== "failed"
    ? undefined
    : {
        id: "runs-fail",
        symptom: RUNS_FAIL,
        evidence: `run ${last.runId}: ${messageText(last.message)}`,
        cause: "see the message; nothing in the catalog explains it now, so it may be over",
        fix: `matview refresh ${displayName(declared)} shows whether it still fails`,
      };
};

/** What goes wrong while runs succeed. */
export const courseDiagnoses: readonly Diagnosis[] = [
  diagnosisOf("rows-hidden"),
  ({ freshness, declared }) =>
    freshness.disagreement !== "runs do not refresh the view"
      ? undefined
      : {
          id: "stale-though-runs-succeed",
          symptom: "the view is stale though runs succeed",
          evidence: `by its own stamp it is ${duration(freshness.stampAgeSeconds ?? 0)} old; the last run that succeeded began ${duration(freshness.historyAgeSeconds ?? 0)} ago`,
          cause: "the runs refresh another view, the stamp is wrong, or the view was created again from older data",
          fix: `matview refresh ${displayName(declared)}, and look at the stamp again`,
        },
  ({ runs }) => {
    const stuck = stuckRuns(runs);
    return stuck.length === 0
      ? undefined
      : {
          id: "runs-cut-off",
          symptom: "runs never end in the history",
          evidence: stuck.map(({ runId, status }) => `run ${runId} in ${status}`).join(", "),
          cause: "the server or the launcher ended while they began; nothing runs any more",
          fix: `delete from cron.job_run_details where runid in (${stuck.map(({ runId }) => runId).join(", ")})`,
        };
  },
  (evidence) => backlog(evidence) ?? slower(evidence),
  ({ anatomy, averageRowBytes, rows, declared }) => {
    if (anatomy === undefined || averageRowBytes === undefined || rows === undefined) return undefined;
    // A row's header and its pointer come to 28 bytes.
    const needed = Math.max(8192, rows * (averageRowBytes + 28));
    return anatomy.heapBytes < 3 * needed || anatomy.heapBytes - needed < 1_048_576
      ? undefined
      : {
          id: "bloat",
          symptom: "the view is larger than its rows, and slower to read",
          evidence: `${Math.round(anatomy.heapBytes / 1024)} kB on disk for about ${Math.round(needed / 1024)} kB of rows`,
          cause:
            "concurrent refreshes leave a dead row for each changed one, and autovacuum skips the view while it is refreshed",
          fix: `vacuum ${displayName(declared)}; a plain refresh makes it compact: refresh materialized view ${displayName(declared)}`,
        };
  },
  ({ spotChecks }) => {
    const notMade = spotChecks.filter(({ problem }) => problem !== undefined);
    return notMade.length === 0
      ? undefined
      : {
          id: "spot-check-not-made",
          symptom: "whether users see their rows is not known",
          evidence: notMade.map(({ check, problem }) => `${check.name}: ${problem}`).join("; "),
          cause: "this role may not read what the check counts, or the declaration names a column that is not there",
          fix: "grant what the evidence names, or correct the spot check",
        };
  },
  ({ spotChecks, freshness, limits }) => {
    const unmet = spotChecks.filter(
      ({ rows, wanted, laggingRows, problem }) => problem === undefined && (rows !== wanted || (laggingRows ?? 0) > 0),
    );
    const isStale = (freshness.ageSeconds ?? Infinity) > (limits.staleSeconds ?? Infinity);
    if (unmet.length === 0 || isStale) return undefined;
    const lag = unmet.every(({ check }) => check.live === true);
    return {
      id: "rows-not-seen",
      symptom: "users do not see their rows",
      evidence: unmet.map(({ check, rows, wanted }) => `${check.name}: ${rows} rows, ${wanted} wanted`).join("; "),
      cause: lag
        ? "the sources changed after the last refresh"
        : "the data is not as declared: reassigned in the sources, or the declaration is old",
      fix: lag ? "wait for the next run, or matview refresh" : "compare the sources with the declared spot checks",
    };
  },
];

type Evidence = Parameters<Diagnosis>[0];

function backlog({ job, runs, limits: { intervalSeconds = Infinity } }: Evidence): ReturnType<Diagnosis> {
  const usual = median(succeededSeconds(runs).slice(0, 5));
  if (usual <= intervalSeconds) return undefined;
  return {
    id: "backlog",
    symptom: "refreshes run back to back",
    evidence: `a run takes ${duration(usual)}, and one is due every ${duration(intervalSeconds)}`,
    cause: "runs outlast the interval, and pg_cron starts every run that was missed",
    fix: `a longer interval: matview frequency; pausing job ${job?.name} for a few seconds drops the runs that are owed`,
  };
}

function slower({ runs }: Evidence): ReturnType<Diagnosis> {
  const seconds = succeededSeconds(runs);
  const [recent, earlier] = [seconds.slice(0, 5), seconds.slice(5)];
  if (recent.length < 5 || earlier.length < 10) return undefined;
  const [now, before] = [median(recent), median(earlier)];
  if (now < 2 * before || now - before < 1) return undefined;
  return {
    id: "refresh-slower",
    symptom: "a refresh takes longer than before",
    evidence: `the last five took ${duration(now)}, those before ${duration(before)} (medians)`,
    cause: "the sources grew, an index of theirs is gone or not used, or the server is busier",
    fix: "analyze the sources; explain (analyze, buffers) the definition; look at pg_stat_activity at the time of a run",
  };
}
