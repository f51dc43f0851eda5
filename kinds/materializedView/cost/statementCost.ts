import type { Measures, Planned } from "./measures.ts";

/** How bad a step is for those who use the view, from harmless to harmful. Stable names: policies are written with them. */
export const RISKS = ["none", "online", "brief lock", "readers wait", "data gone"] as const;
export type Risk = (typeof RISKS)[number];

/** What a statement does to others while it runs, and how long that is expected to be. */
export interface StatementCost {
  /** PostgreSQL's name of the strongest lock on something that others use; none where nobody can notice. */
  readonly lock: string;
  readonly risk: Risk;
  readonly durationMs: number;
  /** Bytes that are written to tables and indexes. */
  readonly bytes: number;
  readonly rows: number;
  /** Whether a run or a plan of this very view stands behind the time, and not a rule of thumb. */
  readonly isMeasured: boolean;
}

/** A statement that only touches the catalog. */
const CATALOG_MS = 5;

// A server of today without other work; what a view's own runs say of its server scales them.
/** One unit of the planner's cost. */
const MS_PER_COST = 0.01;
/** Writing one row of a view. */
const WRITE_MS_PER_ROW = 0.0012;
/** Comparing one row with the old one, as a concurrent refresh does. */
const COMPARE_MS_PER_ROW = 0.005;
/** Sorting and writing one row of an index. */
const INDEX_MS_PER_ROW = 0.0004;

/** The share of a concurrent refresh that is no comparison, where the planner may not be asked. */
const BUILD_SHARE = 0.3;

const INDEX_BYTES_PER_ROW = 24;
const ANALYZE_MS = 40;

const quick = (lock: string, risk: Risk): StatementCost => ({
  lock,
  risk,
  durationMs: CATALOG_MS,
  bytes: 0,
  rows: 0,
  isMeasured: true,
});

type Rule = readonly [
  pattern: RegExp,
  cost: (measures: Measures | undefined, planned: Planned | undefined) => StatementCost,
];

// The first that matches, on the statement in lower case.
const RULES: readonly Rule[] = [
  [/^create materialized view [^]*with no data$/, () => quick("none", "online")],
  [/^create materialized view/, (measures, planned) => build(measures, planned, "none")],
  [/^refresh materialized view concurrently/, (measures, planned) => refresh(measures, planned, "exclusive")],
  [/^refresh materialized view/, (measures, planned) => build(measures, planned, "access exclusive")],
  [/^create (unique )?index concurrently/, (measures, planned) => index(measures, planned, "share update exclusive")],
  [/^create (unique )?index/, (measures, planned) => index(measures, planned, "none")],
  [/^analyze/, () => ({ ...quick("share update exclusive", "online"), durationMs: ANALYZE_MS })],
  [/^drop (materialized )?view/, () => quick("access exclusive", "brief lock")],
  [/^drop index/, () => quick("access exclusive", "brief lock")],
  [/^lock /, () => quick("access exclusive", "brief lock")],
  [/^alter (materialized )?view \S+ (re)?set \(/, () => quick("share update exclusive", "online")],
  [/^alter (materialized )?view/, () => quick("access exclusive", "brief lock")],
  [/^create or replace view/, () => quick("access exclusive", "brief lock")],
  [/^alter index \S+ rename/, () => quick("share update exclusive", "online")],
  [/^comment on/, () => quick("share update exclusive", "online")],
  [/^(create|alter) statistics/, () => quick("share update exclusive", "online")],
  [/^alter policy/, () => quick("access exclusive", "brief lock")],
  [/^(grant|revoke)/, () => quick("none", "online")],
];

/** The cost of one statement on a view with these measures; `planned` is what the planner expects of it. */
export function statementCost(
  sql: string,
  measures: Measures | undefined,
  planned: Planned | undefined,
): StatementCost {
  const text = sql.trim().toLowerCase();
  const rule = RULES.find(([pattern]) => pattern.test(text));
  return rule === undefined ? { ...quick("none", "none"), durationMs: 1 } : rule[1](measures, planned);
}

/** The more harmful of two. */
export function worse(a: Risk, b: Risk): Risk {
  return RISKS.indexOf(a) >= RISKS.indexOf(b) ? a : b;
}

function build(measures: Measures | undefined, planned: Planned | undefined, lock: string): StatementCost {
  const risk: Risk = lock === "access exclusive" ? "readers wait" : "online";
  const rows = rowsOf(measures, planned);
  const bytes =
    measures === undefined || measures.heapBytes === 0 ? rows * (planned?.width ?? 100) : measures.heapBytes;
  return { lock, risk, ...buildTime(measures, planned), rows, bytes };
}

type Time = Pick<StatementCost, "durationMs" | "isMeasured">;

function buildTime(measures: Measures | undefined, planned: Planned | undefined): Time {
  return workTime(measures, planned, WRITE_MS_PER_ROW, measures?.runs?.isPlain === true ? 1 : BUILD_SHARE);
}

/** The modelled work, at the speed that the view's own runs showed. */
function workTime(
  measures: Measures | undefined,
  planned: Planned | undefined,
  msPerRow: number,
  shareOfRun: number,
): Time {
  const { runs, planned: before } = measures ?? {};
  const query = planned ?? before;
  if (query === undefined) {
    return { durationMs: runs === undefined ? CATALOG_MS : runs.medianMs * shareOfRun, isMeasured: runs !== undefined };
  }
  const rows = rowsOf(measures, planned);
  const durationMs = Math.max(CATALOG_MS, query.cost * MS_PER_COST + rows * msPerRow);
  if (runs === undefined || before === undefined) return { durationMs, isMeasured: false };
  const runMsPerRow = WRITE_MS_PER_ROW + (runs.isPlain === true ? 0 : COMPARE_MS_PER_ROW);
  const modelledRun = before.cost * MS_PER_COST + rows * runMsPerRow + CATALOG_MS;
  return { durationMs: (durationMs * runs.medianMs) / modelledRun, isMeasured: true };
}

function refresh(measures: Measures | undefined, planned: Planned | undefined, lock: string): StatementCost {
  const rows = rowsOf(measures, planned);
  const time = workTime(measures, planned, WRITE_MS_PER_ROW + COMPARE_MS_PER_ROW, 1);
  return { lock, risk: "online", ...time, rows, bytes: measures?.heapBytes ?? 0 };
}

function index(measures: Measures | undefined, planned: Planned | undefined, lock: string): StatementCost {
  const rows = rowsOf(measures, planned);
  return {
    lock,
    risk: "online",
    durationMs: CATALOG_MS + rows * INDEX_MS_PER_ROW,
    bytes: rows * INDEX_BYTES_PER_ROW,
    rows,
    isMeasured: false,
  };
}

function rowsOf(measures: Measures | undefined, planned: Planned | undefined): number {
  return Math.round(measures?.rows ?? planned?.rows ?? measures?.planned?.rows ?? 0);
}
