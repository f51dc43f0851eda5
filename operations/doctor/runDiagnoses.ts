import { explained } from "../../kinds/conditions.ts";
import { displayName, sqlIdentifier, sqlName } from "../../postgres/names.ts";
import type { QualifiedName } from "../../postgres/names.ts";
import { duration } from "../commandLine/text.ts";
import { viewWords } from "../commandLine/viewNames.ts";
import { isOver, median, messageText, stuckRuns, succeededSeconds } from "../health/runs.ts";
import { breakable } from "./evidence.ts";
import type { Anatomy } from "./evidence.ts";
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
  ({ duplicateKeys, anatomy }) =>
    duplicateKeys === undefined || duplicateKeys === 0 || anatomy === undefined
      ? undefined
      : {
          id: "duplicate-keys",
          symptom: RUNS_FAIL,
          evidence: `${duplicateKeys} values of (${anatomy.keyColumns.join(", ")}) have more than one row in the sources now`,
          cause:
            "the key of the unique index does not identify a row: a join multiplies rows, or a source has duplicates",
          fix: "correct the join in the definition of the view, or widen uniqueKey, and deploy the stack; this lists the values:",
          run: [duplicatesSql(anatomy)],
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
          fix: "give each function the schemas of the names in its body, mostly that of the function:",
          run: (anatomy?.pathlessFunctions ?? []).map(
            (name) => `alter function ${name} set search_path = ${schemaOf(name)}, pg_temp`,
          ),
        },
];

// As the server prints it: with its schema, quoted where it has to be.
function schemaOf(name: string): string {
  return /^(?:"(?:[^"]|"")+"|[^.(]+)(?=\.)/.exec(name)?.[0] ?? "public";
}

function duplicatesSql(anatomy: Anatomy): string {
  const { keyColumns, definition } = anatomy;
  const columns = keyColumns.map((column) => `q.${sqlIdentifier(column)}`).join(", ");
  const lines = definition.trim().replace(/;$/, "");
  return `select ${columns}, count(*) from (\n${lines}\n) q where ${breakable(anatomy)} group by ${columns} having count(*) > 1`;
}

function refreshNow(view: QualifiedName): string {
  return `matview refresh ${viewWords(view)}`;
}

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
        fix: "look whether it still fails:",
        run: [refreshNow(declared)],
      };
};

/** What goes wrong while runs succeed. */
export const courseDiagnoses: readonly Diagnosis[] = [
  diagnosisOf("rows-hidden"),
  unloggedSource,
  changedCollation,
  ({ freshness, declared }) =>
    freshness.disagreement !== "runs do not refresh the view"
      ? undefined
      : {
          id: "stale-though-runs-succeed",
          symptom: "the view is stale though runs succeed",
          evidence: `by its own stamp it is ${duration(freshness.stampAgeSeconds ?? 0)} old; the last run that succeeded began ${duration(freshness.historyAgeSeconds ?? 0)} ago`,
          cause: "the runs refresh another view, the stamp is wrong, or the view was created again from older data",
          fix: "refresh it, and look at the stamp again",
          run: [refreshNow(declared)],
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
          fix: "delete their rows",
          run: [`delete from cron.job_run_details where runid in (${stuck.map(({ runId }) => runId).join(", ")})`],
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
          fix: "a plain refresh makes it compact, while readers wait; a vacuum job keeps it so (refresh.vacuum)",
          run: [`refresh materialized view ${sqlName(declared)}`],
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
  ({ spotChecks, freshness, limits, declared }) => {
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
      ...(lag
        ? { fix: "wait for the next run; or now:", run: [refreshNow(declared)] }
        : { fix: "compare the sources with the declared spot checks, and correct what is wrong" }),
    };
  },
];

type Evidence = Parameters<Diagnosis>[0];

function unloggedSource({ unlogged }: Evidence): ReturnType<Diagnosis> {
  if (unlogged.length === 0) return undefined;
  return {
    id: "unlogged-source",
    symptom: "a crash of the server will empty the view",
    evidence: `${unlogged.map(displayName).join(", ")}: unlogged`,
    cause:
      "PostgreSQL empties unlogged tables after a crash, and a standby has none of their rows; the next refresh shows that",
    fix: "have them logged, which writes each once and locks it meanwhile:",
    run: unlogged.map((table) => `alter table ${sqlName(table)} set logged`),
  };
}

function changedCollation({ changedCollations: changed, declared, capabilities }: Evidence): ReturnType<Diagnosis> {
  if (changed.length === 0) return undefined;
  const name = ({ schema, name }: (typeof changed)[number]): string =>
    schema === null ? `database ${sqlIdentifier(capabilities.database)}` : `collation ${sqlName({ schema, name })}`;
  return {
    id: "collation-changed",
    symptom: "an index may miss rows, and a refresh may take rows that are there for new ones",
    evidence: changed.map((one) => `${name(one)}: version ${one.recorded}, now ${one.actual}`).join("; "),
    cause: "the library that sorts texts was changed with the server's system; the indexes are in the old order",
    fix: "build the indexes again, also those of other tables that sort by it, before the new version is noted:",
    run: [
      `reindex table concurrently ${sqlName(declared)}`,
      ...changed.map((one) => `alter ${name(one)} refresh ${one.schema === null ? "collation " : ""}version`),
    ],
  };
}

function backlog({ job, runs, limits: { intervalSeconds = Infinity } }: Evidence): ReturnType<Diagnosis> {
  const usual = median(succeededSeconds(runs).slice(0, 5));
  if (usual <= intervalSeconds) return undefined;
  return {
    id: "backlog",
    symptom: "refreshes run back to back",
    evidence: `a run takes ${duration(usual)}, and one is due every ${duration(intervalSeconds)}`,
    cause: "runs outlast the interval, and pg_cron starts every run that was missed",
    fix: `declare a longer interval (matview frequency shows the choices), and deploy the stack; a pause of job ${job?.name} of a few seconds drops the runs that are owed`,
  };
}

function slower({ runs, sources = [] }: Evidence): ReturnType<Diagnosis> {
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
    fix: "let the planner know the sources of now; then look at the plan of the definition, and at pg_stat_activity during a run",
    run: [...new Set(sources.filter(({ what }) => what === "table").map((source) => `analyze ${sqlName(source)}`))],
  };
}
